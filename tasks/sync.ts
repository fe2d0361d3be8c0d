/** `deno task sync`: brings Cubism Core and the configured model into static/ and writes static/app-config.json. */
import { ConfigError } from "@/lib/config/config_error.ts";
import { loadConfig } from "@/lib/config/load.ts";
import { ModelError } from "@/lib/models/model_error.ts";
import { type Progress, syncModel, type SyncResult } from "@/lib/models/sync.ts";

/** Syncs as the configuration in `root` says, telling a person on stderr how it goes. */
export async function sync(root: string = Deno.cwd()): Promise<SyncResult> {
  const { config, path, warnings } = await loadConfig({ root });
  for (const warning of warnings) tell(`Warning: ${warning}`);
  const result = await syncModel({ config, root, configPath: path, onProgress: progressTeller() });
  if (result.problem !== undefined) {
    tell(`${result.problem.message}\nShowing ${result.name} instead`);
  }
  for (const warning of result.warnings) tell(`Warning: ${warning}`);
  return result;
}

/** One line for each step; at a terminal it counts the seconds, in a log it does not. */
function progressTeller(): (progress: Progress) => void {
  const live = Deno.stderr.isTerminal();
  let last = "";
  return ({ text, seconds }) => {
    if (text !== last) tell(`${text} …`);
    else if (live) Deno.stderr.writeSync(new TextEncoder().encode(`\x1b[A\r${text} … ${seconds} s\x1b[K\n`));
    last = text;
  };
}

function tell(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) {
  try {
    const { name, entry, changed } = await sync();
    tell(changed ? `The avatar is ${name} (static${entry})` : `The avatar is ${name}, already in place`);
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof ModelError)) throw error;
    tell(error.message);
    Deno.exit(1);
  }
}
