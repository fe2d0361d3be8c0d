/** Silero's voice activity in sherpa-onnx, frame by frame, as the server has it. */
import { createRequire } from "node:module";
import { SILERO_MODEL } from "@/tests/silero_model.ts";
import { SHERPA_FOLDERS } from "@/tests/sherpa_packages.ts";

/** Samples of a frame, 32 ms. */
export const FRAME = 512;

export type SileroKind = keyof typeof SHERPA_FOLDERS;

/** Tells of a frame whether somebody speaks in it. */
export interface Silero {
  speech(frame: Float32Array): boolean;
  reset(): void;
}

/** NOTICE: what the packages export is taken on trust: they have no types, and their version is fixed. */
interface Vad {
  acceptWaveform(samples: Float32Array): void;
  isDetected(): boolean;
  isEmpty(): boolean;
  pop(): void;
  reset(): void;
}
interface SherpaPackage {
  Vad: new (config: unknown, seconds: number) => Vad;
  createVad(config: unknown): Vad;
}

/** @param patience seconds of silence after which nobody speaks any more */
export function openSilero(kind: SileroKind, patience = 0.03): Silero {
  const folder = SHERPA_FOLDERS[kind];
  const sherpa: SherpaPackage = createRequire(`${folder}/`)(folder);
  const sileroVad = {
    model: SILERO_MODEL,
    threshold: 0.5,
    minSilenceDuration: patience,
    minSpeechDuration: 0.03,
    maxSpeechDuration: 60,
    windowSize: FRAME,
  };
  const tenVad = {
    model: "",
    threshold: 0.5,
    minSilenceDuration: 1,
    minSpeechDuration: 1,
    maxSpeechDuration: 20,
    windowSize: 256,
  };
  const config = {
    sileroVad,
    tenVad,
    sampleRate: 16_000,
    numThreads: 1,
    provider: "cpu",
    debug: 0,
    bufferSizeInSeconds: 70,
  };
  const vad = kind === "native" ? new sherpa.Vad(config, 70) : sherpa.createVad(config);
  return {
    speech(frame) {
      vad.acceptWaveform(frame);
      while (!vad.isEmpty()) vad.pop();
      return vad.isDetected();
    },
    reset: () => vad.reset(),
  };
}
