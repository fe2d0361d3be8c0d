import { type SoundPart, type SpeechRequest, type Synthesis, type Voice, VoiceError } from "@/lib/voice/engine.ts";
import type { VoiceEngine } from "@/lib/voice/engine.ts";
import { WorkerQueue } from "@/lib/voice/worker_queue.ts";
import type { InstalledVoices } from "./installed.ts";
import { jobOf, type Look, look, named, speaks } from "./sherpa_voices.ts";
import { type SherpaJob, VoiceProcess } from "./voice_process.ts";

/** How long nothing may come, ms: a voice of 300 MB may have to be loaded from a slow disk. */
const TIMEOUT_MS = 60_000;
/** How long a voice stays loaded that nobody hears, ms. */
const IDLE_MS = 5 * 60_000;

export interface SherpaOptions {
  installed: InstalledVoices;
  /** The folder of sherpa-onnx's packages; need not be there. */
  runtime: string;
  timeoutMs?: number;
  idleMs?: number;
}

/**
 * Neural voices in sherpa-onnx: Kokoro, Piper and others. One of them is loaded at a time. What it makes is streamed as
 * far as sherpa-onnx does: a sentence of its own after the other.
 */
export class SherpaEngine implements VoiceEngine {
  readonly id = "sherpa";
  readonly name = "Neural voices";
  readonly away = false;
  readonly #options: SherpaOptions;
  readonly #queue: WorkerQueue<SherpaJob, SoundPart>;
  #looking: Promise<Look> | undefined;
  /** What was there when it was looked last. */
  #seen: Look = { packages: undefined, voices: [], needs: undefined };

  constructor(options: SherpaOptions) {
    this.#options = options;
    const { timeoutMs = TIMEOUT_MS, idleMs = IDLE_MS } = options;
    this.#queue = new WorkerQueue({
      name: "The neural voice",
      start: (events) => new VoiceProcess(events),
      timeoutMs,
      idleMs,
    });
  }

  async needs(): Promise<string | undefined> {
    return (await this.#look()).needs;
  }

  async voices(): Promise<readonly Voice[]> {
    return (await this.#look()).voices.flatMap(named);
  }

  /** By what was there when it was asked last for its needs, its voices or a sound. */
  get ready(): boolean {
    return this.#seen.needs === undefined;
  }

  speaks(language: string): boolean {
    return this.ready && this.#seen.voices.some((voice) => speaks(voice, language));
  }

  prepare(request: Pick<SpeechRequest, "language" | "voice">): void {
    this.#parts({ ...request, text: "", rate: 1, pitch: 1 }, new AbortController().signal)
      .then((parts) => parts.read())
      .catch(() => {/* What is wrong is said when a sentence is asked for. */});
  }

  async synthesise(request: SpeechRequest, { signal }: { signal: AbortSignal }): Promise<Synthesis> {
    const parts = await this.#parts(request, signal);
    const first = await parts.read();
    if (first.done) {
      throw new VoiceError("The neural voice knows no sound for a sentence: it is made for other languages");
    }
    return { parts: pitched(first.value, parts, request.pitch) };
  }

  async #parts(request: SpeechRequest, signal: AbortSignal): Promise<ReadableStreamDefaultReader<SoundPart>> {
    signal.throwIfAborted();
    const seen = await this.#look();
    const job = jobOf(seen, request);
    if (seen.needs !== undefined || job === undefined) throw new VoiceError(seen.needs ?? "There is no neural voice");
    return this.#queue.run(job, signal).getReader();
  }

  /** One look for all who ask meanwhile, so that sentences keep their order. */
  async #look(): Promise<Look> {
    this.#looking ??= look(this.#options.installed, this.#options.runtime).finally(() => this.#looking = undefined);
    return this.#seen = await this.#looking;
  }

  [Symbol.dispose](): void {
    this.#queue[Symbol.dispose]();
  }
}

/** The parts as they are to be played: faster than they were made, where they are to be higher. */
async function* pitched(
  first: SoundPart,
  others: ReadableStreamDefaultReader<SoundPart>,
  pitch: number,
): AsyncGenerator<SoundPart> {
  try {
    for (let part: SoundPart | undefined = first; part !== undefined; part = (await others.read()).value) {
      yield { samples: part.samples, sampleRate: Math.round(part.sampleRate * pitch) };
    }
  } finally {
    await others.cancel().catch(() => {/* It had failed: that has been thrown. */});
  }
}
