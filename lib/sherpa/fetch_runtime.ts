/** Brings sherpa-onnx itself, from npm. */
import { join } from "node:path";
import { layPackages } from "./lay_packages.ts";
import { platform, SHERPA_VERSION } from "./runtime.ts";
import type { SpeechModelList } from "@/lib/protocol/speech_models.ts";

/** What is told of it; how large it is differs by platform. Its native code has eSpeak NG inside. */
export const RUNTIME: Omit<SpeechModelList["runtime"], "there"> = {
  name: "sherpa-onnx",
  version: SHERPA_VERSION,
  bytes: 15_000_000,
  licenses: [
    { name: "Apache-2.0", url: "https://github.com/k2-fsa/sherpa-onnx/blob/master/LICENSE" },
    { name: "eSpeak NG: GPL-3.0", url: "https://github.com/espeak-ng/espeak-ng/blob/master/COPYING" },
  ],
  source: "https://github.com/k2-fsa/sherpa-onnx",
};

/** Where there is native code, as its packages are called; everywhere else it is WebAssembly. */
const NATIVE = ["darwin-arm64", "darwin-x64", "linux-arm64", "linux-x64", "win-ia32", "win-x64"];

/** The packages that run on a platform, such as `linux-x64`. */
export function runtimePackages(platform: string): string[] {
  return NATIVE.includes(platform) ? ["sherpa-onnx-node", `sherpa-onnx-${platform}`] : ["sherpa-onnx"];
}

/**
 * Brings sherpa-onnx's packages, each into a folder of its name in `folder`, which appears when they are whole.
 *
 * @throws {NpmError} when npm does not have them
 * @throws the reason of `signal`
 */
export async function fetchRuntime(folder: string, signal: AbortSignal): Promise<void> {
  const packages = runtimePackages(platform());
  const dependencies = Object.fromEntries(packages.map((name) => [name, RUNTIME.version]));
  const lay = async (modules: string, whole: string) => {
    for (const name of packages) {
      // Deno lays a package down elsewhere and links to it; what is moved is the package.
      await Deno.rename(await Deno.realPath(join(modules, name)), join(whole, name));
    }
  };
  await layPackages(folder, { dependencies }, lay, signal);
}
