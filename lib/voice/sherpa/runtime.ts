/**
 * sherpa-onnx itself, from a folder of its npm packages: native where that runs, as WebAssembly elsewhere. It is
 * required by an absolute path, so that it lies beside a compiled program: from inside of one no native code is loaded.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";

/** The version that is meant; others have other files. */
export const SHERPA_VERSION = "1.13.8";

/** Packages of sherpa-onnx, each by its folder. */
export interface RuntimePackages {
  /** `sherpa-onnx-node`, with the package of this platform beside it. */
  native?: string;
  /** `sherpa-onnx`. */
  wasm?: string;
}

/** How sherpa-onnx is told of a voice, native and as WebAssembly. */
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
  speakers: number;
  /** Makes sound of a text, part by part, until there is no more or `part` returns false. Resolves then. */
  say(text: string, manner: Manner, part: (samples: Float32Array) => boolean): Promise<void>;
}

export interface Runtime {
  kind: "native" | "wasm";
  load(config: TtsConfig): Promise<Tts>;
}

/** NOTICE: what the packages export is taken on trust: they have no types, and their version is fixed. */
interface NativePackage {
  OfflineTts: {
    createAsync(config: TtsConfig): Promise<{
      sampleRate: number;
      numSpeakers: number;
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
interface WasmPackage {
  createOfflineTts(config: TtsConfig): {
    sampleRate: number;
    numSpeakers: number;
    generateWithConfig(text: string, how: Manner & { callback(samples: Float32Array): number }): unknown;
  };
}

/** What a module of Node's can do, which its types leave out. */
type CompilingModule = NodeJS.Module & { _compile(source: string, path: string): void };

/**
 * The packages in a folder, or in its node_modules.
 *
 * @returns undefined when it has none that could run on this machine
 */
export async function findPackages(folder: string): Promise<RuntimePackages | undefined> {
  for (const place of [folder, join(folder, "node_modules")]) {
    const has = (name: string) => Deno.stat(join(place, name, "package.json")).then(() => true, () => false);
    const native = await has("sherpa-onnx-node") && await has(`sherpa-onnx-${platform()}`);
    const wasm = await has("sherpa-onnx");
    if (!native && !wasm) continue;
    return {
      ...(native && { native: join(place, "sherpa-onnx-node") }),
      ...(wasm && { wasm: join(place, "sherpa-onnx") }),
    };
  }
  return undefined;
}

/** As the packages of platforms are called: `linux-x64`. */
export function platform(): string {
  return `${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
}

/**
 * Loads what runs here.
 *
 * @throws {Error} when neither does
 */
export function openRuntime({ native, wasm }: RuntimePackages): Runtime {
  const reasons: string[] = [];
  for (const [folder, open] of [[native, openNative], [wasm, openWasm]] as const) {
    try {
      if (folder !== undefined) return open(requireFrom(folder));
    } catch (error) {
      reasons.push(String(error));
    }
  }
  throw new Error(`sherpa-onnx does not run here: ${reasons.join("; ")}`);
}

/** NOTICE: a compiled program finds JavaScript only inside of itself, unless it is told how to read it from elsewhere. */
function requireFrom(folder: string): NativePackage & WasmPackage {
  const require = createRequire(join(folder, "package.json"));
  if (Deno.build.standalone) {
    require.extensions[".js"] = (module, path) => {
      (module as CompilingModule)._compile(readFileSync(path, "utf8"), path);
    };
  }
  return require(folder);
}

function openNative({ OfflineTts }: NativePackage): Runtime {
  return {
    kind: "native",
    async load(config) {
      const tts = await OfflineTts.createAsync(config);
      return {
        sampleRate: tts.sampleRate,
        speakers: tts.numSpeakers,
        async say(text, generationConfig, part) {
          const onProgress = ({ samples }: { samples: Float32Array }) => part(samples);
          await tts.generateAsync({ text, generationConfig, enableExternalBuffer: false, onProgress });
        },
      };
    },
  };
}

/** It blocks its thread while it works. */
function openWasm({ createOfflineTts }: WasmPackage): Runtime {
  return {
    kind: "wasm",
    load(config) {
      const tts = createOfflineTts(config);
      return Promise.resolve({
        sampleRate: tts.sampleRate,
        speakers: tts.numSpeakers,
        say(text, manner, part) {
          tts.generateWithConfig(text, { ...manner, callback: (samples) => part(samples) ? 1 : 0 });
          return Promise.resolve();
        },
      });
    },
  };
}
