/** What finds voices, what understands them and what finds single words in them in sherpa-onnx, native and as WebAssembly. */
// Its process has no configuration, which would know what `@/` is.
import { openRuntime, type RuntimePackages } from "../../sherpa/runtime.ts";

/** Samples a second. */
const RATE = 16_000;
/** Sound that is told behind the last word, in samples: a streaming model gives its last tokens only then. */
const TAIL = new Float32Array(RATE / 2);

/** How sherpa-onnx is told of a detector. */
export interface DetectorConfig {
  sileroVad: {
    model: string;
    threshold: number;
    minSilenceDuration: number;
    minSpeechDuration: number;
    maxSpeechDuration: number;
    windowSize: number;
  };
  sampleRate: number;
  numThreads: number;
  provider: string;
  debug: number;
  bufferSizeInSeconds: number;
}

/** How sherpa-onnx is told of a recogniser; the rest is as it is usual there. */
export interface RecogniserConfig {
  featConfig: { sampleRate: number; featureDim: number };
  modelConfig: Record<string, unknown>;
}

/** How sherpa-onnx is told of a keyword spotter; the rest is as it is usual there. */
export interface SpotterConfig extends RecogniserConfig {
  /** The words, a line each, in the tokens of the model. */
  keywords: string;
}

/** Finds out window by window whether somebody speaks. */
export interface Detector {
  /** Whether somebody speaks, after this window of samples. */
  accept(samples: Float32Array): boolean;
  /** Forgets all of it. */
  reset(): void;
}

/** Understands one piece of speech. */
export interface Recogniser {
  /** All that is understood so far; undefined where that is known at the end only. */
  accept(samples: Float32Array): string | undefined;
  finish(): Promise<string>;
  free(): void;
}

/** Finds some words in a stream. */
export interface Spotter {
  /** Whether one of them was said, as far as it is known after these samples. */
  accept(samples: Float32Array): boolean;
  /** Whether one of them was said at the end. */
  finish(): boolean;
  free(): void;
}

interface Vad {
  acceptWaveform(samples: Float32Array): void;
  isDetected(): boolean;
  isEmpty(): boolean;
  pop(): void;
  reset(): void;
}
interface Waveform {
  samples: Float32Array;
  sampleRate: number;
}
interface NativeStream {
  acceptWaveform(wave: Waveform): void;
  inputFinished(): void;
}
interface NativeHearing {
  Vad: new (config: DetectorConfig, bufferSeconds: number) => Vad;
  OnlineRecognizer: new (config: RecogniserConfig) => Online<NativeStream>;
  KeywordSpotter: new (config: ToldKeywords) => Keywords<NativeStream>;
  OfflineRecognizer: {
    createAsync(config: RecogniserConfig): Promise<{
      createStream(): NativeStream;
      decodeAsync(stream: NativeStream): Promise<{ text: string }>;
    }>;
  };
}
interface WasmStream {
  acceptWaveform(sampleRate: number, samples: Float32Array): void;
  inputFinished(): void;
  free(): void;
}
interface WasmHearing {
  createVad(config: DetectorConfig): Vad;
  createOnlineRecognizer(config: RecogniserConfig): Online<WasmStream>;
  createKws(config: ToldKeywords): Keywords<WasmStream>;
  createOfflineRecognizer(config: RecogniserConfig): {
    createStream(): WasmStream;
    decode(stream: WasmStream): void;
    getResult(stream: WasmStream): { text: string };
  };
}
/** Its two builds call the file differently, of which there is none here. */
type ToldKeywords = RecogniserConfig & {
  keywords: "";
  keywordsFile: "";
  keywordsBuf: string;
  keywordsBufSize: number;
};
interface Keywords<Stream> {
  createStream(): Stream;
  isReady(stream: Stream): boolean;
  decode(stream: Stream): void;
  getResult(stream: Stream): { keyword: string };
  reset(stream: Stream): void;
}
interface Online<Stream> {
  createStream(): Stream;
  isReady(stream: Stream): boolean;
  decode(stream: Stream): void;
  getResult(stream: Stream): { text: string };
}

/**
 * Gives what makes detectors.
 *
 * @throws {Error} when sherpa-onnx does not run here
 */
export function loadDetector(packages: RuntimePackages, config: DetectorConfig): () => Detector {
  const runtime = openRuntime<NativeHearing, WasmHearing>(packages);
  return () => {
    const vad = runtime.kind === "native"
      ? new runtime.exports.Vad(config, config.bufferSizeInSeconds)
      : runtime.exports.createVad(config);
    return {
      accept(samples) {
        vad.acceptWaveform(samples);
        // It keeps what was said for whoever wants that.
        while (!vad.isEmpty()) vad.pop();
        return vad.isDetected();
      },
      reset: () => vad.reset(),
    };
  };
}

/**
 * Loads a model and gives what makes recognisers with it.
 *
 * @throws {Error} when sherpa-onnx does not run here, or the model does not suit it
 */
export async function loadRecogniser(
  packages: RuntimePackages,
  { streaming, config }: { streaming: boolean; config: RecogniserConfig },
): Promise<() => Recogniser> {
  const runtime = openRuntime<NativeHearing, WasmHearing>(packages);
  if (runtime.kind === "native") {
    const accept = (stream: NativeStream, samples: Float32Array) =>
      stream.acceptWaveform({ samples, sampleRate: RATE });
    if (streaming) {
      const model = new runtime.exports.OnlineRecognizer(config);
      return () => online(model, accept, () => {/* The garbage collector frees it. */});
    }
    const model = await runtime.exports.OfflineRecognizer.createAsync(config);
    return () =>
      whole(async (samples) => {
        const stream = model.createStream();
        accept(stream, samples);
        return (await model.decodeAsync(stream)).text;
      });
  }
  const accept = (stream: WasmStream, samples: Float32Array) => stream.acceptWaveform(RATE, samples);
  if (streaming) {
    const model = runtime.exports.createOnlineRecognizer(config);
    return () => online(model, accept, (stream) => stream.free());
  }
  const model = runtime.exports.createOfflineRecognizer(config);
  return () =>
    whole((samples) => {
      const stream = model.createStream();
      accept(stream, samples);
      model.decode(stream);
      const { text } = model.getResult(stream);
      stream.free();
      return Promise.resolve(text);
    });
}

/**
 * Gives what makes keyword spotters.
 *
 * @throws {Error} when sherpa-onnx does not run here, or the model does not suit it
 */
export function loadSpotter(packages: RuntimePackages, { keywords, ...config }: SpotterConfig): () => Spotter {
  const keywordsBufSize = new TextEncoder().encode(keywords).length;
  const told: ToldKeywords = { ...config, keywords: "", keywordsFile: "", keywordsBuf: keywords, keywordsBufSize };
  const runtime = openRuntime<NativeHearing, WasmHearing>(packages);
  if (runtime.kind === "native") {
    const model = new runtime.exports.KeywordSpotter(told);
    return () =>
      spotter(
        model,
        (stream, samples) => stream.acceptWaveform({ samples, sampleRate: RATE }),
        () => {/* The garbage collector frees it. */},
      );
  }
  const model = runtime.exports.createKws(told);
  return () => spotter(model, (stream, samples) => stream.acceptWaveform(RATE, samples), (stream) => stream.free());
}

function spotter<Stream>(
  model: Keywords<Stream>,
  accept: (stream: Stream, samples: Float32Array) => void,
  free: (stream: Stream) => void,
): Spotter {
  const stream = model.createStream();
  const find = (samples: Float32Array) => {
    accept(stream, samples);
    let found = false;
    while (model.isReady(stream)) {
      model.decode(stream);
      if (model.getResult(stream).keyword === "") continue;
      found = true;
      model.reset(stream);
    }
    return found;
  };
  return { accept: find, finish: () => find(TAIL), free: () => free(stream) };
}

/** With a model that gives words as they come. */
function online<Stream extends { inputFinished(): void }>(
  model: Online<Stream>,
  accept: (stream: Stream, samples: Float32Array) => void,
  free: (stream: Stream) => void,
): Recogniser {
  const stream = model.createStream();
  const understood = () => {
    while (model.isReady(stream)) model.decode(stream);
    return model.getResult(stream).text;
  };
  return {
    accept(samples) {
      accept(stream, samples);
      return understood();
    },
    finish() {
      accept(stream, TAIL);
      stream.inputFinished();
      return Promise.resolve(understood());
    },
    free: () => free(stream),
  };
}

/** With a model that wants to hear all of it first. */
function whole(understand: (samples: Float32Array) => Promise<string>): Recogniser {
  const parts: Float32Array[] = [];
  return {
    accept: (samples) => void parts.push(samples),
    async finish() {
      const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const part of parts.splice(0)) {
        all.set(part, at);
        at += part.length;
      }
      return await understand(all);
    },
    free: () => void (parts.length = 0),
  };
}
