import { basename, join } from "node:path";
import type { ShownModel } from "@/lib/config/app_config.ts";
import type { Config } from "@/lib/config/schema.ts";
import type { Cubism } from "./references.ts";

export interface ModelInPlace {
  /** What `appConfig()` wants to know. */
  shown: ShownModel;
  cubism: Cubism;
}

/**
 * The model that the last sync has left in a static folder; undefined where there is none, or its entry file is gone.
 *
 * Only its name and entry are from then: how fast it moves is what the configuration says now.
 */
export async function modelInPlace(config: Config, staticDir: string): Promise<ModelInPlace | undefined> {
  try {
    const { model, entry }: { model?: unknown; entry?: unknown } = JSON.parse(
      await Deno.readTextFile(join(staticDir, "app-config.json")),
    );
    if (typeof model !== "string" || typeof entry !== "string") return undefined;
    await Deno.stat(join(staticDir, "model", decodeURIComponent(basename(entry))));
    const timeScale = config.models[model]?.timeScale ?? config.timeScale;
    return { shown: { name: model, entry, timeScale }, cubism: /\.model3\.json$/i.test(entry) ? 4 : 2 };
  } catch {
    return undefined; // Nothing there, or nothing that can be read: either way there is no model in place.
  }
}
