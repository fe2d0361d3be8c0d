import type { LanguageModel } from "./turn.ts";
import { LlmError } from "@/lib/providers/provider.ts";

/** Wraps a language model so that it writes at most `most` answers at once; a further one fails with `too_many`. */
export function limitConcurrency(languageModel: LanguageModel, most: number): LanguageModel {
  let running = 0;
  return {
    async open(request, options) {
      if (running >= most) {
        throw new LlmError("too_many", `Cannot answer now: ${running} answers are being written already`, {
          hint: "Try again in a moment, or raise limits.generations",
        });
      }
      running++;
      try {
        const opened = await languageModel.open(request, options);
        return {
          ...opened,
          close() {
            running--;
            opened.close?.();
          },
        };
      } catch (error) {
        running--;
        throw error;
      }
    },
  };
}
