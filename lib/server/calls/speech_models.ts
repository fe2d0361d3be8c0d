/** Calls about models that can be fetched. */
import { z } from "zod";
import { checked, type Handlers } from "./router.ts";
import { DownloadError } from "@/lib/downloads/download_error.ts";
import { RequestError } from "@/lib/protocol/request_error.ts";
import { SPEECH_MODEL_KINDS } from "@/lib/protocol/speech_models.ts";
import type { SpeechModels } from "@/lib/sherpa/speech_models.ts";

export function speechModelCalls(models: SpeechModels): Handlers {
  const one = z.object({
    id: z.string({ error: "must be the id of a model" })
      .refine((id) => models.find(id) !== undefined, "must be a model of the list"),
  }, { error: "must be an object" });
  return {
    ...checked(
      "speechModels.list",
      z.object({ kind: z.enum(SPEECH_MODEL_KINDS) }, { error: "must be an object" }),
      ({ kind }) => models.list(kind),
    ),
    ...checked("speechModels.fetch", one, async ({ id }, { signal, progress }) => {
      try {
        await models.fetch(id, { signal, onProgress: progress });
        return null;
      } catch (cause) {
        throw refusalOf(cause);
      }
    }),
    ...checked("speechModels.cancel", one, async ({ id }) => {
      await models.cancel(id);
      return null;
    }),
    ...checked("speechModels.remove", one, async ({ id }) => {
      await models.remove(id);
      return null;
    }),
  };
}

/** What the page is told of the end of a download; others than these are faults of ours. */
function refusalOf(cause: unknown): unknown {
  if (cause instanceof DownloadError) {
    return new RequestError({ code: "download_failed", message: cause.message, hint: cause.hint }, { cause });
  }
  if (!(cause instanceof DOMException && cause.name === "AbortError")) return cause;
  return new RequestError({ code: "cancelled", message: "Fetching the model was cancelled" }, { cause });
}
