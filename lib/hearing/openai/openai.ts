import { z } from "zod";
import { primaryLanguage } from "@/lib/protocol/primary_language.ts";
import { MICROPHONE_RATE } from "@/lib/protocol/hearing.ts";
import { ask } from "@/lib/providers/http/ask.ts";
import { bodyBytes } from "@/lib/providers/http/body_bytes.ts";
import { refusalOf } from "@/lib/voice/openai/errors.ts";
import { Patience } from "@/lib/voice/openai/patience.ts";
import { contentTypeOf, type ServerKind, SpeechServer } from "@/lib/voice/openai/speech_server.ts";
import { wavHeader } from "@/lib/voice/wav_header.ts";
import {
  HearingError,
  type Recognition,
  type RecognitionEngine,
  type RecognitionRequest,
} from "@/lib/hearing/engine.ts";

/** How long nothing may come, ms; a server may have to load its model first. */
const TIMEOUT_MS = 30_000;
/** Longest answer, in bytes: some servers tell the time of each word beside the text. */
const MAX_BYTES = 1024 * 1024;
/** Longest text of what is said between two pauses, UTF-16 units. */
const MAX_TEXT = 10_000;

const SERVER: ServerKind = {
  name: "transcription server",
  wanted: "a text in JSON",
  endpoint: "POST /v1/audio/transcriptions",
  part: "hearing",
  fields: "`hearing.host` and `hearing.model`",
};

const transcription = z.object({ text: z.string() });

export interface OpenAiOptions {
  /** Where the server listens. None: the engine says so. */
  host?: string | undefined;
  model: string;
  /** The `Authorization` header, a secret, for this host alone. */
  authorization?: string | undefined;
  timeoutMs?: number;
}

/** A server with `POST /v1/audio/transcriptions`, as OpenAI, whisper.cpp, speaches and LocalAI have it. */
export class OpenAiEngine implements RecognitionEngine {
  readonly id = "openai";
  readonly name = "Transcription server";
  readonly streaming = false;
  readonly languages = [];
  readonly away: boolean;
  readonly host?: string;
  readonly #options: OpenAiOptions;
  readonly #server: SpeechServer;
  readonly #stop = new AbortController();

  constructor(options: OpenAiOptions) {
    this.#options = options;
    const { away, host } = this.#server = new SpeechServer(SERVER, options.host);
    this.away = away;
    if (host !== undefined) this.host = host;
  }

  get ready(): boolean {
    return this.#server.needs === undefined;
  }

  needs(): Promise<string | undefined> {
    return Promise.resolve(this.#server.needs);
  }

  open({ language }: RecognitionRequest): Recognition {
    const parts: Int16Array<ArrayBuffer>[] = [];
    const stop = new AbortController();
    return {
      push: (samples) => void parts.push(samples),
      finish: () => {
        const sound = wavOf(parts.splice(0));
        return this.#transcribe(sound, language, AbortSignal.any([stop.signal, this.#stop.signal]));
      },
      [Symbol.dispose]: () => {
        parts.length = 0;
        stop.abort(new HearingError("Nobody wants to know any more what was said"));
      },
    };
  }

  async #transcribe(sound: Blob, language: string | undefined, signal: AbortSignal): Promise<string> {
    const needs = await this.needs();
    if (needs !== undefined) throw new HearingError(needs);
    signal.throwIfAborted();
    const { timeoutMs = TIMEOUT_MS } = this.#options;
    const patience = new Patience(
      signal,
      timeoutMs,
      (seconds) => new HearingError(`The ${this.#server.shown} sent nothing for ${seconds} s`),
    );
    try {
      return await this.#post(sound, language, patience);
    } catch (error) {
      throw patience.reason ?? this.#explained(error);
    } finally {
      patience.end();
    }
  }

  async #post(sound: Blob, language: string | undefined, patience: Patience): Promise<string> {
    const { model, authorization } = this.#options;
    const { signal } = patience;
    const body = new FormData();
    body.set("file", sound, "speech.wav");
    body.set("model", model);
    body.set("response_format", "json");
    if (language !== undefined) body.set("language", primaryLanguage(language));
    const address = `${this.#server.address}/v1/audio/transcriptions`;
    const response = await patience.during(ask(address, { body, authorization, signal }));
    const type = contentTypeOf(response);
    const refusal = (body: AsyncIterable<Uint8Array>) =>
      refusalOf({ server: this.#server, status: response.status, type, body, secret: authorization });
    if (!response.ok) throw new HearingError(await refusal(bodyBytes(response, patience)));
    const bytes = await allOf(bodyBytes(response, patience));
    if (bytes === undefined) {
      throw new HearingError(
        `The ${this.#server.shown} sent more than a text: over ${MAX_BYTES} bytes`,
      );
    }
    const text = textOf(bytes, type);
    if (text === undefined) throw new HearingError(await refusal(ReadableStream.from([bytes])));
    if (text.length <= MAX_TEXT) return text.trim();
    throw new HearingError(
      `The ${this.#server.shown} sent ${text.length} characters for a few seconds of sound`,
    );
  }

  #explained(error: unknown): unknown {
    const why = this.#server.failureOf(error);
    return why === undefined ? error : new HearingError(why, { cause: error });
  }

  [Symbol.dispose](): void {
    this.#stop.abort(new HearingError("The transcription server was configured anew"));
  }
}

function wavOf(parts: readonly Int16Array<ArrayBuffer>[]): Blob {
  const bytes = parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return new Blob([wavHeader(MICROPHONE_RATE, bytes), ...parts], { type: "audio/wav" });
}

/** Undefined where it is too much. */
async function allOf(body: AsyncIterable<Uint8Array>): Promise<Uint8Array | undefined> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const part of body) {
    if ((length += part.length) > MAX_BYTES) return undefined;
    parts.push(part.slice());
  }
  return await new Blob(parts).bytes();
}

/** What was said, also where a server answers with bare text; undefined where it is something else. */
function textOf(bytes: Uint8Array, type: string): string | undefined {
  const text = new TextDecoder().decode(bytes);
  try {
    return transcription.safeParse(JSON.parse(text)).data?.text;
  } catch {
    return type === "text/plain" ? text : undefined;
  }
}
