/** Silero's model of voice activity for tests and benches: what a server brings on its first use comes from npm here. */
// Only tests need it at once: no import of deno.json's, and in the tests' own lock.
// deno-lint-ignore no-import-prefix
import "npm:@ricky0123/vad-web@0.0.31/package.json" with { type: "json" };
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PACKAGE = dirname(fileURLToPath(import.meta.resolve("npm:@ricky0123/vad-web@0.0.31/package.json")));

/** The file of `silero_vad_v5.onnx`. */
export const SILERO_MODEL = join(PACKAGE, "dist", "silero_vad_v5.onnx");
