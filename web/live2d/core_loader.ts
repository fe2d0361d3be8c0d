import { address } from "@/web/browser/base_path.ts";
import { StageError } from "./errors.ts";

/** Generation of the Cubism format: 2 for `.moc`, 4 for every `.moc3`. */
export type Generation = 2 | 4;

/** Live2D's own code, which its licence keeps out of our bundle: a plain script that sets a global. */
const CORES: Record<Generation, { src: string; global: string }> = {
  2: { src: "/vendor/live2d.min.js", global: "Live2D" },
  4: { src: "/vendor/live2dcubismcore.min.js", global: "Live2DCubismCore" },
};

const pending = new Map<string, Promise<void>>();

/**
 * Brings Live2D's core for a generation of models into the page, once.
 *
 * @throws {StageError} when the file is missing or is not the core
 */
export function loadCore(generation: Generation): Promise<void> {
  const { src, global } = CORES[generation];
  if (global in globalThis) return Promise.resolve();
  let loading = pending.get(src);
  if (loading === undefined) {
    loading = insertScript(src, global).finally(() => pending.delete(src));
    pending.set(src, loading);
  }
  return loading;
}

function insertScript(src: string, global: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const script = document.createElement("script");
  script.src = address(src);
  const fail = (code: "core_missing" | "core_wrong") => {
    // A script that failed would be skipped by the next try if it stayed.
    script.remove();
    reject(new StageError({ code, file: src }));
  };
  script.onload = () => global in globalThis ? resolve() : fail("core_wrong");
  script.onerror = () => fail("core_missing");
  document.head.append(script);
  return promise;
}
