/** A voice in sherpa-onnx, native and as WebAssembly. */
// Its process has no configuration, which would know what `@/` is.
import { openRuntime, type RuntimePackages } from "../../sherpa/runtime.ts";

/** How sherpa-onnx is told of a voice. */
export interface TtsConfig {
  model: Record<string, unknown>;
  maxNumSentences: number;
  ruleFsts: string;
}

/** How one text is said. */
export interface Manner {
  /** Number of the speaker. */
  sid: number;
  /** 1 is usual. */
  speed: number;
  extra: Readonly<Record<string, string>>;
}

/** A loaded voice. */
export interface Tts {
  sampleRate: number;
  /** Makes sound of a text, part by part, until there is no more or `part` returns false. Resolves then. */
  say(text: string, manner: Manner, part: (samples: Float32Array) => boolean): Promise<void>;
}

interface NativeTts {
  OfflineTts: {
    createAsync(config: TtsConfig): Promise<{
      sampleRate: number;
      generateAsync(request: {
        text: string;
        generationConfig: Manner;
        /** Whether samples may lie in memory of the native code, which V8 of Deno does not allow. */
        enableExternalBuffer: boolean;
        onProgress(part: { samples: Float32Array }): boolean;
      }): Promise<unknown>;
    }>;
  };
}
interface WasmTts {
  createOfflineTts(config: TtsConfig): {
    sampleRate: number;
    generateWithConfig(text: string, how: Manner & { callback(samples: Float32Array): number }): unknown;
  };
}

/**
 * Loads a voice.
 *
 * @throws {Error} when sherpa-onnx does not run here, or the voice does not suit it
 */
export async function loadTts(packages: RuntimePackages, config: TtsConfig): Promise<Tts> {
  const runtime = openRuntime<NativeTts, WasmTts>(packages);
  return runtime.kind === "native" ? await nativeTts(runtime.exports, config) : wasmTts(runtime.exports, config);
}

async function nativeTts({ OfflineTts }: NativeTts, config: TtsConfig): Promise<Tts> {
  const tts = await OfflineTts.createAsync(config);
  return {
    sampleRate: tts.sampleRate,
    async say(text, generationConfig, part) {
      const onProgress = ({ samples }: { samples: Float32Array }) => part(samples);
      await tts.generateAsync({ text, generationConfig, enableExternalBuffer: false, onProgress });
    },
  };
}

/** It blocks its thread while it works. */
function wasmTts({ createOfflineTts }: WasmTts, config: TtsConfig): Tts {
  const tts = createOfflineTts(config);
  return {
    sampleRate: tts.sampleRate,
    say(text, manner, part) {
      tts.generateWithConfig(text, { ...manner, callback: (samples) => part(samples) ? 1 : 0 });
      return Promise.resolve();
    },
  };
}
