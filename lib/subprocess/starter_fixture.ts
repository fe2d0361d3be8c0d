/** A program for tests that starts a process which hangs, and prints what that has told. */
import type { Told } from "./hanging_fixture.ts";
import { Subprocess } from "./subprocess.ts";

const { promise: ended, resolve } = Promise.withResolvers<string>();
const process = new Subprocess<string, Told>({
  program: { url: new URL("./hanging_fixture.ts", import.meta.url), argument: "", permissions: ["--allow-read"] },
  onFrame: (frame) => void Deno.stdout.writeSync(new TextEncoder().encode("told" in frame ? frame.told.run : "")),
  onEnd: resolve,
});
process.order("Hang.");
throw new Error(await ended);
