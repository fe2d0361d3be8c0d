import type { Processes } from "@/lib/bus/processes.ts";
import type { LanguageModel } from "./turn.ts";
import { LlmError } from "@/lib/providers/provider.ts";

/** What is counted over all processes: named among what each of them has taken. */
const NAME = "generations";

/**
 * Wraps a language model so that it writes at most `most` answers at once; a further one fails with `too_many`.
 *
 * @param processes those that count together. Default: this one alone
 */
export function limitConcurrency(languageModel: LanguageModel, most: number, processes?: Processes): LanguageModel {
  let running = 0;
  processes?.share(() => ({ [NAME]: running }));
  const count = (change: number) => {
    running += change;
    processes?.changed(running - change, running, most);
  };
  return {
    async open(request, options) {
      const all = running + (processes?.taken(NAME) ?? 0);
      if (all >= most) {
        throw new LlmError("too_many", `Cannot answer now: ${all} answers are being written already`, {
          hint: "Try again in a moment, or raise limits.generations",
        });
      }
      count(1);
      try {
        const opened = await languageModel.open(request, options);
        return {
          ...opened,
          close() {
            count(-1);
            opened.close?.();
          },
        };
      } catch (error) {
        count(-1);
        throw error;
      }
    },
  };
}
