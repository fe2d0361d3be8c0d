/** Silero's voice activity in sherpa-onnx, frame by frame, as the server's process has it. */
import { detectorConfig } from "@/lib/hearing/detector.ts";
import { type Detector, loadDetector } from "@/lib/hearing/sherpa/bindings.ts";
import { SHERPA_FOLDERS } from "@/tests/sherpa_packages.ts";
import { SILERO_MODEL } from "@/tests/silero_model.ts";

/** Samples of a frame, 32 ms. */
export const FRAME = 512;

export type SileroKind = keyof typeof SHERPA_FOLDERS;

export function openSilero(kind: SileroKind): Detector {
  return loadDetector({ [kind]: SHERPA_FOLDERS[kind] }, detectorConfig(SILERO_MODEL))();
}
