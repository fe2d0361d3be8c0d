/** What a person at the terminal hears while a model is brought. */
import { warn } from "@/lib/telemetry/log.ts";
import type { BringOptions, Progress } from "./bring.ts";
import type { ModelError } from "./model_error.ts";
import { syncModel, type SyncOptions, type SyncResult } from "./sync.ts";

interface Told {
  shown: { name: string };
  problem?: ModelError;
  warnings: string[];
}

/** {@linkcode syncModel}, with its steps, its warnings and its problem told on standard error. */
export function syncWithOutput(options: Omit<SyncOptions, "onProgress">): Promise<SyncResult> {
  return aloud(options.config.model, (onProgress) => syncModel({ ...options, onProgress }));
}

/**
 * Tells the steps, the warnings and the problem of `work` on standard error.
 *
 * @param model the one that is to be shown
 */
export async function aloud<Result extends Told>(
  model: string,
  work: (onProgress: NonNullable<BringOptions["onProgress"]>) => Promise<Result>,
): Promise<Result> {
  const result = await work(progressTeller());
  if (result.problem !== undefined) {
    const { name } = result.shown;
    warn(`${result.problem.message}\nShowing ${name === model ? `${name} as it was before` : `${name} instead`}`);
  }
  for (const warning of result.warnings) warn(`Warning: ${warning}`);
  return result;
}

/** One line for each step; at a terminal it counts the seconds, in a log it does not. */
function progressTeller(): (progress: Progress) => void {
  const live = Deno.stderr.isTerminal();
  let last = "";
  return ({ text, seconds }) => {
    if (text !== last) warn(`${text} …`);
    else if (live) warn(`\x1b[A\r${text} … ${seconds} s\x1b[K`);
    last = text;
  };
}
