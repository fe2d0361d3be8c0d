/** Calls about Ollama: what is there, and bringing what is missing. */
import { z } from "zod";
import { checked, type Handlers } from "./router.ts";
import { pull } from "@/lib/providers/ollama/pull.ts";
import { isAway, type OllamaModel, type OllamaStatus } from "@/lib/providers/ollama/status.ts";
import type { Preflight } from "@/lib/protocol/calls.ts";
import type { ModelService } from "@/lib/server/model_service.ts";

export function ollamaCalls(modelService: ModelService): Handlers {
  return {
    ...checked("preflight.look", z.object({}), async () => preflight(await modelService.refreshStatus())),
    ...checked(
      "ollama.pull",
      z.object({ model: z.string().trim().min(1).max(500) }),
      async ({ model }, { signal, progress }) => {
        for await (const { status, overall } of pull(model, modelService.access, { signal })) {
          // Nothing is known of its size before the first part begins.
          progress({ status, ...(overall.total > 0 && overall) });
        }
        await modelService.refreshStatus();
        return null;
      },
    ),
  };
}

/** Some models only compare texts: Ollama refuses to talk with them. */
function canTalk({ capabilities }: OllamaModel): boolean {
  return capabilities?.includes("completion") ?? true;
}

function preflight(seen: OllamaStatus): Preflight {
  const { host, reachable, version, error, model, modelPresent, models, contextLength } = seen;
  return {
    ollama: {
      host,
      reachable,
      ...(version !== undefined && { version }),
      ...(error !== undefined && {
        problem: { code: error.code, message: error.message, ...(error.hint !== undefined && { hint: error.hint }) },
      }),
    },
    model: { name: model, present: modelPresent, ...(contextLength !== undefined && { contextLength }) },
    installed: models.filter(canTalk).map(({ name, size, parameters, remoteHost }) => ({
      name,
      size,
      ...(parameters !== undefined && { parameters }),
      away: remoteHost !== undefined || isAway(host, name),
    })),
  };
}
