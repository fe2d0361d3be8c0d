/** `deno task start`: brings the avatar, builds when something has changed, and serves. */
import { buildIfChanged } from "./build.ts";
import { PROGRAM } from "@/lib/paths.ts";
import { print, warn } from "@/lib/telemetry/log.ts";
import { run } from "@/serve.ts";

// The app brings the avatar when it is loaded, which can go on while the page is being built.
await run(() => Promise.all([import("@/main.ts"), build()]));

async function build(): Promise<void> {
  const began = performance.now();
  const built = await buildIfChanged(PROGRAM, () => warn("Building the page …"));
  if (built) print(`Built the page in ${((performance.now() - began) / 1_000).toFixed(1)} s`);
}
