/** For tests: a microphone's sound that flite has said, a transcription server, and the detector with sherpa-onnx. */
import { join } from "node:path";
import { fetchDetector } from "./fetch_detector.ts";
import { encodeMicrophone, MICROPHONE_RATE } from "@/lib/protocol/hearing.ts";
import type { RuntimePackages } from "@/lib/sherpa/runtime.ts";
import { FliteEngine } from "@/lib/voice/flite/flite.ts";
import { WAV_HEADER_BYTES } from "@/lib/voice/wav_header.ts";
import { laySherpa } from "@/tests/sherpa_packages.ts";

/** Samples in a frame, as a page sends them. */
export const FRAME = 320;
const QUIET = 12;
const LOUD = 300;

/** What flite says, as a microphone would hear it, without the silence around it. */
export async function spoken(text: string): Promise<Int16Array<ArrayBuffer>> {
  using flite = new FliteEngine();
  const { signal } = new AbortController();
  const { parts } = await flite.synthesise({ text, language: "en", voice: "slt", rate: 1, pitch: 1 }, { signal });
  const samples = joined(...(await Array.fromAsync(parts)).map((part) => part.samples));
  const isLoud = (sample: number) => Math.abs(sample) > LOUD;
  return samples.slice(samples.findIndex(isLoud), samples.findLastIndex(isLoud));
}

/** A quiet room. */
export function silence(seconds: number): Int16Array<ArrayBuffer> {
  return new Int16Array(seconds * MICROPHONE_RATE).map((_, index) => index * 7919 % QUIET - QUIET / 2);
}

/** Sounds one after the other. */
export function joined(...sounds: readonly Int16Array[]): Int16Array<ArrayBuffer> {
  const whole = new Int16Array(sounds.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const sound of sounds) {
    whole.set(sound, at);
    at += sound.length;
  }
  return whole;
}

/** The binary frames of a stream, each of so many samples. */
export function framesOf(stream: number, sound: Int16Array, from = 0, length = FRAME): Uint8Array<ArrayBuffer>[] {
  return Array.from({ length: Math.ceil(sound.length / length) }, (_, index) => {
    const at = index * length;
    return encodeMicrophone({ stream, position: from + at, samples: new Int16Array(sound.subarray(at, at + length)) });
  });
}

/** Lays sherpa-onnx and the detector into a folder. */
export async function layDetector(folder: string, kinds: readonly (keyof RuntimePackages)[] = ["native"]) {
  const options = { runtime: join(folder, "runtime"), folder: join(folder, "silero") };
  await laySherpa(options.runtime, kinds);
  await fetchDetector(options.folder, new AbortController().signal);
  return options;
}

/** What a transcription server was asked. */
export interface Transcribed {
  samples: Int16Array<ArrayBuffer>;
  fields: Record<string, string>;
  authorization: string | null;
}

/** A transcription server of the tests, in whose place one with a real recogniser may answer. */
export class TranscriptionServer implements AsyncDisposable {
  readonly asked: Transcribed[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  /** What it answers. */
  answer: (asked: Transcribed) => Response | Promise<Response>;

  constructor(answer: TranscriptionServer["answer"] = () => Response.json({ text: "hello" })) {
    this.answer = answer;
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
      if (new URL(request.url).pathname !== "/v1/audio/transcriptions") return new Response(null, { status: 404 });
      const form = await request.formData();
      const file = form.get("file");
      if (!(file instanceof File)) return new Response(null, { status: 400 });
      form.delete("file");
      const fields = Object.fromEntries([...form].map(([name, value]) => [name, String(value)]));
      const samples = new Int16Array((await file.arrayBuffer()).slice(WAV_HEADER_BYTES));
      const asked = { samples, fields, authorization: request.headers.get("authorization") };
      this.asked.push(asked);
      return await this.answer(asked);
    });
  }

  get host(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
