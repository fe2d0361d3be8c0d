/** Silero's voice activity in sherpa-onnx, frame by frame, as the server's process has it. */
import { type Detector, loadDetector } from "@/lib/hearing/sherpa/bindings.ts";
import { MICROPHONE_RATE } from "@/lib/protocol/hearing.ts";
import { SHERPA_FOLDERS } from "@/tests/sherpa_packages.ts";
import { SILERO_MODEL } from "@/tests/silero_model.ts";

/** Samples of a frame, 32 ms. */
export const FRAME = 512;

export type SileroKind = keyof typeof SHERPA_FOLDERS;

export function openSilero(kind: SileroKind): Detector {
  const sileroVad = {
    model: SILERO_MODEL,
    threshold: 0.5,
    minSilenceDuration: 0.03,
    minSpeechDuration: 0.03,
    maxSpeechDuration: 600,
    windowSize: FRAME,
  };
  const config = {
    sileroVad,
    sampleRate: MICROPHONE_RATE,
    numThreads: 1,
    provider: "cpu",
    debug: 0,
    bufferSizeInSeconds: 30,
  };
  return loadDetector({ [kind]: SHERPA_FOLDERS[kind] }, config)();
}
