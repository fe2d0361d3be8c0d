/** The call about who can understand what is said. */
import { z } from "zod";
import { checked, type Handlers } from "./router.ts";
import type { RecognitionEngine } from "@/lib/hearing/engine.ts";

/** @param engines those of this machine, by id */
export function recogniserCalls(engines: () => ReadonlyMap<string, RecognitionEngine>): Handlers {
  return checked("recognisers.list", z.object({}, { error: "must be an object" }), async () => {
    return await Promise.all([...engines().values()].map(async (engine) => {
      // What is there of it is known once it was looked for.
      const needs = await engine.needs().catch((error: unknown) => String(error));
      const { id, name, away, host, languages, streaming } = engine;
      return {
        id,
        name,
        away,
        ...(host !== undefined && { host }),
        ...(needs !== undefined && { needs }),
        languages: [...languages],
        streaming,
      };
    }));
  });
}
