/** sherpa-onnx for tests: what a reader fetches by a click comes from npm here. */
// Only tests need it at once: no import of deno.json's, and in the tests' own lock.
// deno-lint-ignore no-import-prefix
import "npm:sherpa-onnx-node@1.13.8/package.json" with { type: "json" };
// deno-lint-ignore no-import-prefix
import "npm:sherpa-onnx@1.13.8/package.json" with { type: "json" };
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { platform, type RuntimePackages } from "@/lib/sherpa/runtime.ts";

const NATIVE = dirname(fileURLToPath(import.meta.resolve("npm:sherpa-onnx-node@1.13.8/package.json")));
const WASM = dirname(fileURLToPath(import.meta.resolve("npm:sherpa-onnx@1.13.8/package.json")));

/** Where the packages of each kind are. */
export const SHERPA_FOLDERS = { native: NATIVE, wasm: WASM } as const;

/** Lays the packages of these kinds into a folder, as a download does. */
export async function laySherpa(folder: string, kinds: readonly (keyof RuntimePackages)[]): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const packages = {
    native: [NATIVE, join(dirname(NATIVE), `sherpa-onnx-${platform()}`)],
    wasm: [WASM],
  };
  for (const path of kinds.flatMap((kind) => packages[kind])) {
    await Deno.symlink(await Deno.realPath(path), join(folder, path.slice(dirname(path).length + 1)), { type: "dir" });
  }
}
