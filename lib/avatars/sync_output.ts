/** Reports on standard error how the installation of a model goes. */
import { warn } from "@/lib/telemetry/log.ts";
import type { InstallOptions, Progress } from "./install_model.ts";
import type { ModelError } from "./model_error.ts";
import { syncModel, type SyncOptions, type SyncResult } from "./sync.ts";

interface Reported {
  shown: { name: string };
  problem?: ModelError;
  warnings: string[];
}

/** {@linkcode syncModel}, with its steps, its warnings and its problem on standard error. */
export function syncWithOutput(options: Omit<SyncOptions, "onProgress">): Promise<SyncResult> {
  return withOutput(options.config.model, (onProgress) => syncModel({ ...options, onProgress }));
}

/**
 * Writes the steps, the warnings and the problem of `work` to standard error.
 *
 * @param model the one that is to be shown
 */
export async function withOutput<Result extends Reported>(
  model: string,
  work: (onProgress: NonNullable<InstallOptions["onProgress"]>) => Promise<Result>,
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
