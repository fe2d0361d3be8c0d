/** Calls about the language model's server: what is there, and fetching a model that is missing. */
import { z } from "zod";
import { refusing } from "./refusing.ts";
import { checked, type Handlers } from "./router.ts";
import { RequestError } from "@/lib/protocol/request_error.ts";
import { LlmError } from "@/lib/providers/provider.ts";
import type { Preflight } from "@/lib/protocol/calls.ts";
import { guarded } from "@/lib/telemetry/guard.ts";
import type { ModelService } from "@/lib/server/model_service.ts";

export function llmCalls(modelService: ModelService): Handlers {
  return {
    ...checked("llm.preflight", z.object({}), (_params, { isLocal }) => preflight(modelService, isLocal)),
    ...checked("llm.preload", z.object({}), () => {
      guarded("load the language model before it is asked", () => modelService.preload());
      return null;
    }),
    ...checked("llm.start", z.object({}), async (_params, { isLocal }) => {
      if (!isLocal) throw new RequestError({ code: "forbidden", message: START_ELSEWHERE });
      await modelService.start();
      return null;
    }),
    ...checked(
      "llm.setKey",
      z.object({ key: z.string().trim().min(1).max(4_000).nullable() }),
      ({ key }) =>
        refusing(async () => {
          await modelService.setKey(key ?? undefined);
          return null;
        }),
    ),
    ...checked(
      "llm.pull",
      z.object({ model: z.string().trim().min(1).max(500) }),
      async ({ model }, { signal, progress }) => {
        const { pull, definition: { displayName } } = modelService.chosen;
        if (pull === undefined) {
          throw new LlmError("llm_unsupported", `Cannot fetch ${model}: ${displayName} does not do that`, {
            hint: "Choose a model that it has",
          });
        }
        for await (const { status, overall } of pull(model, { signal })) {
          // Nothing is known of its size before the first part begins.
          progress({ status, ...(overall.total > 0 && overall) });
        }
        await modelService.refreshStatus();
        return null;
      },
    ),
  };
}

const START_ELSEWHERE = "Cannot start a program for a page on another machine: open the page on the server's own";

/** @param isLocal whether it is for a page on this machine, which may start programs here */
async function preflight(modelService: ModelService, isLocal: boolean): Promise<Preflight> {
  const { pull, key, definition: { displayName, setup } } = modelService.chosen;
  const seen = await modelService.refreshStatus();
  const { host, reachable, version, error, model, modelPresent, models, contextLength, loaded } = seen;
  return {
    server: {
      name: displayName,
      host,
      reachable,
      ...(version !== undefined && { version }),
      ...(error !== undefined && { problem: error.toTurnError() }),
      ...(setup !== undefined && { setup }),
      pulls: pull !== undefined,
      key,
      starts: isLocal && !reachable && await modelService.isStartable(),
    },
    model: { name: model, present: modelPresent, ...(contextLength !== undefined && { contextLength }) },
    installed: models.filter(({ mute }) => mute !== true).map(({ name, size, parameters, away }) => ({
      name,
      ...(size !== undefined && { size }),
      ...(parameters !== undefined && { parameters }),
      away,
    })),
    ...(loaded !== undefined && { loaded: [...loaded] }),
  };
}
