/** Brings the voice detector's model, from npm. */
import { join } from "node:path";
import { DETECTOR_FILE } from "./detector.ts";
import { layPackages } from "@/lib/sherpa/lay_packages.ts";

/** A package that has the model beside code for browsers, which is not used. */
const PACKAGE = "@ricky0123/vad-web";
const VERSION = "0.0.31";

/**
 * Brings the model into a folder, which appears when it is whole.
 *
 * @throws {NpmError} when npm does not have it
 * @throws the reason of `signal`
 */
export async function fetchDetector(folder: string, signal: AbortSignal): Promise<void> {
  const lay = async (modules: string, whole: string) => {
    await Deno.copyFile(join(modules, PACKAGE, "dist", DETECTOR_FILE), join(whole, DETECTOR_FILE));
  };
  const packages = {
    dependencies: { [PACKAGE]: VERSION },
    // A hundred megabytes that run models in browsers.
    overrides: { "onnxruntime-web": "npm:eventemitter3@5.0.1" },
  };
  await layPackages(folder, packages, lay, signal);
}
