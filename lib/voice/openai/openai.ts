import { z } from "zod";
import { bodyBytes } from "@/lib/providers/http/body_bytes.ts";
import { ask } from "@/lib/providers/http/ask.ts";
import { type SoundPart, type SpeechRequest, type Synthesis, type Voice, VoiceError } from "@/lib/voice/engine.ts";
import type { VoiceEngine } from "@/lib/voice/engine.ts";
import { Patience } from "./patience.ts";
import { refusalOf } from "./errors.ts";
import { contentTypeOf, type ServerKind, SpeechServer } from "./speech_server.ts";
import { isWav, pcmFormat, readSamples, readWav } from "./wav.ts";

/** Samples a second of bare `pcm`, as OpenAI has it. */
const PCM_RATE = 24_000;
/** How long nothing may come; a server may have to load its model first. */
const TIMEOUT_MS = 30_000;
/** Longest sound of a sentence, in seconds: a server that never ends is none. */
const MAX_SECONDS = 300;
/** The first voice of OpenAI; other servers that do not list theirs mostly know it as well. */
const USUAL_VOICE = "alloy";
/** Statuses with which a server says that it does not know `pcm`. */
const UNKNOWN_FORMAT = [400, 415, 422, 500, 501];

const SERVER: ServerKind = {
  name: "speech server",
  wanted: "PCM or WAV",
  endpoint: "POST /v1/audio/speech",
  part: "voice",
  fields: "`voice.host`, `voice.model` and `voice.voice`",
};

/** As Kokoro-FastAPI and others answer `GET /v1/audio/voices`. */
const voiceList = z.object({
  voices: z.array(z.union([z.string(), z.object({ id: z.string(), name: z.string().optional() })])).max(2000),
});

export interface OpenAiOptions {
  /** Where the server listens. None: the engine says so. */
  host?: string | undefined;
  model: string;
  /** The `Authorization` header, a secret, for this host alone. */
  authorization?: string | undefined;
  timeoutMs?: number;
}

/** A server with `POST /v1/audio/speech`, as OpenAI, Kokoro-FastAPI and LocalAI have it. It knows rates, and no pitch. */
export class OpenAiEngine implements VoiceEngine {
  readonly id = "openai";
  readonly name = "Speech server";
  readonly away: boolean;
  readonly host?: string;
  readonly #options: OpenAiOptions;
  readonly #server: SpeechServer;
  readonly #stop = new AbortController();
  #voices: readonly Voice[] | undefined;
  #format: "pcm" | "wav" = "pcm";

  constructor(options: OpenAiOptions) {
    this.#options = options;
    const { away, host } = this.#server = new SpeechServer(SERVER, options.host);
    this.away = away;
    if (host !== undefined) this.host = host;
  }

  needs(): Promise<string | undefined> {
    return Promise.resolve(this.#server.needs);
  }

  /** As the server lists them; empty where it does not. */
  async voices(): Promise<readonly Voice[]> {
    if (this.#server.needs !== undefined) return [];
    this.#voices ??= await this.#listed();
    return this.#voices ?? [];
  }

  speaks(): boolean {
    return true;
  }

  async synthesise(request: SpeechRequest, { signal }: { signal: AbortSignal }): Promise<Synthesis> {
    signal.throwIfAborted();
    const needs = await this.needs();
    if (needs !== undefined) throw new VoiceError(needs);
    const patience = this.#patience(AbortSignal.any([signal, this.#stop.signal]));
    try {
      const parts = bounded(await this.#sound(request, patience), this.#server.shown);
      const first = await parts.next();
      if (first.done) throw new VoiceError(`The ${this.#server.shown} sent no sound`);
      return { parts: this.#rest(first.value, parts, patience) };
    } catch (error) {
      patience.end();
      throw patience.reason ?? this.#explained(error);
    }
  }

  async *#rest(first: SoundPart, parts: AsyncGenerator<SoundPart>, patience: Patience): AsyncGenerator<SoundPart> {
    try {
      yield first;
      yield* parts;
    } catch (error) {
      throw patience.reason ?? this.#explained(error);
    } finally {
      patience.end();
    }
  }

  async #sound(request: SpeechRequest, patience: Patience): Promise<AsyncGenerator<SoundPart>> {
    const voice = request.voice ?? (await patience.during(this.voices()))[0]?.id ?? USUAL_VOICE;
    let response = await this.#post(request, voice, patience);
    if (this.#format === "pcm" && UNKNOWN_FORMAT.includes(response.status)) {
      const refused = await this.#refusal(response, patience);
      this.#format = "wav";
      response = await this.#post(request, voice, patience);
      // Nothing is gained by it: what it said first is what is wrong.
      if (!response.ok) {
        this.#format = "pcm";
        await response.body?.cancel();
        throw refused;
      }
    }
    const type = contentTypeOf(response);
    if (!response.ok || /json|text|html|xml/.test(type)) throw await this.#refusal(response, patience);
    return await this.#decoded(response, type, patience);
  }

  async #decoded(response: Response, type: string, patience: Patience): Promise<AsyncGenerator<SoundPart>> {
    const bytes = bodyBytes(response, patience);
    const begin = await headOf(bytes);
    const all = chained(begin, bytes);
    if (isWav(begin)) return readWav(all);
    if (/mpeg|mp3|ogg|opus|flac|aac|mp4|webm/.test(type) || /^(ID3|OggS|fLaC)/.test(ascii(begin))) {
      await bytes.return(undefined);
      throw new VoiceError(
        `The ${this.#server.shown} sent ${type || "another kind of sound"}, not PCM or WAV`,
      );
    }
    if (ascii(begin).startsWith("{")) {
      const refusal = {
        server: this.#server,
        status: 200,
        type: "JSON",
        body: all,
        secret: this.#options.authorization,
      };
      throw new VoiceError(await refusalOf(refusal));
    }
    const rate = /rate=(\d+)/.exec(response.headers.get("content-type") ?? "")?.[1];
    return readSamples(all, pcmFormat(rate === undefined ? PCM_RATE : Number(rate)));
  }

  #post({ text, rate }: SpeechRequest, voice: string, patience: Patience): Promise<Response> {
    const { model, authorization } = this.#options;
    const body = { model, input: text, voice, speed: rate, response_format: this.#format };
    return patience.during(
      ask(`${this.#server.address}/v1/audio/speech`, { body, authorization, signal: patience.signal }),
    );
  }

  async #refusal(response: Response, patience: Patience): Promise<VoiceError> {
    const message = await refusalOf({
      server: this.#server,
      status: response.status,
      type: contentTypeOf(response),
      body: bodyBytes(response, patience),
      secret: this.#options.authorization,
    });
    return new VoiceError(message);
  }

  /** Undefined where nobody answered: that may be another time. */
  async #listed(): Promise<readonly Voice[] | undefined> {
    const patience = this.#patience(this.#stop.signal);
    const { authorization } = this.#options;
    const address = `${this.#server.address}/v1/audio/voices`;
    try {
      const response = await patience.during(ask(address, { authorization, signal: patience.signal }));
      const list = voiceList.safeParse(await patience.during(response.json()).catch(() => undefined));
      return list.data?.voices.map((voice) => {
        const { id, name = id } = typeof voice === "string" ? { id: voice } : voice;
        return { id, name, languages: [] };
      }) ?? [];
    } catch {
      return undefined; // What is wrong is said when a sentence is asked for.
    } finally {
      patience.end();
    }
  }

  #patience(signal: AbortSignal): Patience {
    return new Patience(
      signal,
      this.#options.timeoutMs ?? TIMEOUT_MS,
      (seconds) => new VoiceError(`The ${this.#server.shown} sent nothing for ${seconds} s`),
    );
  }

  #explained(error: unknown): unknown {
    const why = this.#server.failureOf(error);
    return why === undefined ? error : new VoiceError(why, { cause: error });
  }

  [Symbol.dispose](): void {
    this.#stop.abort(new VoiceError("The speech server was configured anew"));
  }
}

function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 4));
}

/** The first four bytes of a body at least, if it has so many. */
async function headOf(bytes: AsyncGenerator<Uint8Array>): Promise<Uint8Array> {
  const begin: number[] = [];
  while (begin.length < 4) {
    const { value, done } = await bytes.next();
    if (done) break;
    for (const byte of value) begin.push(byte);
  }
  return Uint8Array.from(begin);
}

async function* chained(begin: Uint8Array, bytes: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (begin.length > 0) yield begin;
    yield* bytes;
  } finally {
    await bytes.return(undefined);
  }
}

async function* bounded(parts: AsyncGenerator<SoundPart>, server: string): AsyncGenerator<SoundPart> {
  let seconds = 0;
  for await (const part of parts) {
    seconds += part.samples.length / part.sampleRate;
    if (seconds > MAX_SECONDS) throw new VoiceError(`The ${server} does not stop speaking`);
    yield part;
  }
}
