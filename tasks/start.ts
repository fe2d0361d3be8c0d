/** `deno task start`: brings the avatar, builds when something has changed, and serves. */
import { buildIfChanged } from "./build.ts";
import { complain, say } from "@/lib/telemetry/log.ts";
import { PROGRAM } from "@/lib/paths.ts";
import { explain, serve } from "@/serve.ts";

try {
  // The app brings the avatar when it is loaded, which can go on while the page is being built.
  await Promise.all([import("@/main.ts"), build()]);
  await serve();
  Deno.exit(0);
} catch (error) {
  const explanation = explain(error);
  if (explanation === undefined) throw error;
  complain(explanation);
  Deno.exit(1);
}

async function build(): Promise<void> {
  const began = performance.now();
  const built = await buildIfChanged(PROGRAM);
  if (built) say(`Built the page in ${((performance.now() - began) / 1_000).toFixed(1)} s`);
}
