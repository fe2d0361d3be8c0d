/** A program for tests that starts a process, and prints a line once that hangs. */
import { Subprocess } from "./subprocess.ts";

const { promise: ended, resolve } = Promise.withResolvers<string>();
const process = new Subprocess<string, { hangs: true }>({
  program: { url: new URL("./hanging_fixture.ts", import.meta.url), argument: "", permissions: ["--allow-read"] },
  onFrame: () => void Deno.stdout.writeSync(new TextEncoder().encode("It hangs\n")),
  onEnd: resolve,
});
process.order("Hang.");
throw new Error(await ended);
