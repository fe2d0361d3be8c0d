/** What a person at the terminal hears of a sync. */
import { complain } from "@/lib/telemetry/log.ts";
import { type Progress, syncModel, type SyncOptions, type SyncResult } from "./sync.ts";

/** {@linkcode syncModel}, with its steps, its warnings and its problem told on standard error. */
export async function syncAloud(options: Omit<SyncOptions, "onProgress">): Promise<SyncResult> {
  const result = await syncModel({ ...options, onProgress: progressTeller() });
  if (result.problem !== undefined) complain(`${result.problem.message}\nShowing ${result.name} instead`);
  for (const warning of result.warnings) complain(`Warning: ${warning}`);
  return result;
}

/** One line for each step; at a terminal it counts the seconds, in a log it does not. */
function progressTeller(): (progress: Progress) => void {
  const live = Deno.stderr.isTerminal();
  let last = "";
  return ({ text, seconds }) => {
    if (text !== last) complain(`${text} …`);
    else if (live) complain(`\x1b[A\r${text} … ${seconds} s\x1b[K`);
    last = text;
  };
}
