/** Spoken prompts on the wire: the microphone's sound, and what is understood of it. */
import type { Fields } from "./fields.ts";

/**
 * When the microphone is listened to. `hold`: only while a key is held, and all of that is for her. `open`: always.
 * `wake`: always, and what begins with the wake word is for her.
 */
export const HEARING_MODES = ["hold", "open", "wake"] as const;

export type HearingMode = typeof HEARING_MODES[number];

/**
 * What becomes of her own voice when another one is heard. `lower`: it is made quieter at once, until it is known what
 * that was. `stop`: she was interrupted. `continue`: it was no interruption. `echo`: it was her own voice.
 */
const VERDICTS = ["lower", "stop", "continue", "echo"] as const;

export type Verdict = typeof VERDICTS[number];

/** Samples a second of the microphone's sound, on the wire and on the server. */
export const MICROPHONE_RATE = 16_000;

/** Length of what stands before the samples, in bytes. */
const HEADER_BYTES = 16;
/** Kind of a binary frame that holds the microphone's sound. */
const MICROPHONE = 1;
/** Longest binary frame, in bytes: a second of sound. Usual are 20 to 40 ms. */
const MAX_MICROPHONE_BYTES = 32 * 1024;
/** Stream numbers are written in four bytes. */
const MAX_STREAM = 0xffff_ffff;

/** A piece of the microphone's sound: 16 bit, one channel, {@linkcode MICROPHONE_RATE}. */
export interface MicrophoneSound {
  /** Number of the stream, made by the page. */
  stream: number;
  /** Samples since the stream began. */
  position: number;
  samples: Int16Array<ArrayBuffer>;
}

/** What a page says of its microphone, beside the binary frames. */
export type HearingClientFrame =
  /**
   * Begins a stream. Its number is made by the page, new on this socket. `trial`: the reader only wants to see what is
   * understood, which becomes no turn and interrupts none.
   */
  | { type: "listen"; stream: number; mode: HearingMode; trial?: true }
  /** The stream ends, and what is being said with it. */
  | { type: "unlisten"; stream: number }
  /**
   * From that sample of the microphone's stream on, the loudspeaker gives out sentence `index` of `turn` from its
   * millisecond `ms` on; without a turn it is silent.
   */
  | ({ type: "playback"; stream: number; position: number } & Partial<PlayedSound>)
  /** What the browser's own recogniser has understood so far of one utterance, whose id is made by the page. */
  | { type: "utterance"; id: string; text: string; final: boolean };

/** What a loudspeaker gives out: a sentence of a turn, from its millisecond `ms` on. */
export interface PlayedSound {
  turn: string;
  index: number;
  ms: number;
  /** Path of its sound on the server; absent where a voice of the browser's own says it. */
  url?: string;
}

/** What the server says of a microphone, to its page alone. None of these frames is kept. */
export type HearingServerFrame =
  /**
   * The stream has begun. `engine` understands it: where that is `browser`, the page does that itself, by `utterance`
   * frames instead of sound. `away`: the sound leaves this machine and the network that it is in, to `host`.
   */
  | { type: "listening"; stream: number; engine: string; away: boolean; host?: string }
  /** A voice has begun or ended, at that sample of the stream. */
  | { type: "activity"; stream: number; speaking: boolean; position: number }
  /**
   * What is understood of an utterance, growing. Once it is final, `turn` is what it has become: the prompt is the
   * server's to make. Final without a turn: it was not for her, or nothing was understood.
   */
  | { type: "transcript"; id: string; text: string; final: boolean; turn?: string }
  /** Somebody spoke while she did: what becomes of her own voice. */
  | { type: "interruption"; turn: string; verdict: Verdict };

/** The binary frame for a piece of the microphone's sound. */
export function encodeMicrophone({ stream, position, samples }: MicrophoneSound): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES + samples.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, MICROPHONE);
  view.setUint32(4, stream, true);
  view.setFloat64(8, position, true);
  samples.forEach((sample, index) => view.setInt16(HEADER_BYTES + 2 * index, sample, true));
  return bytes;
}

/**
 * Reads a binary frame.
 *
 * @throws {SyntaxError} saying what is wrong with it
 */
export function decodeMicrophone(bytes: ArrayBuffer): MicrophoneSound {
  const fail = (problem: string): never => {
    throw new SyntaxError(`Cannot read the binary frame: ${problem}`);
  };
  const length = bytes.byteLength;
  if (length > MAX_MICROPHONE_BYTES) fail(`it has ${length} bytes, at most ${MAX_MICROPHONE_BYTES} are taken`);
  if (length < HEADER_BYTES) fail(`it has ${length} bytes, its header alone has ${HEADER_BYTES}`);
  const view = new DataView(bytes);
  const kind = view.getUint8(0);
  if (kind !== MICROPHONE || view.getUint8(1) !== 0 || view.getUint16(2, true) !== 0) {
    fail(`it is of kind ${kind}, it must be ${MICROPHONE}, with three zeros behind it`);
  }
  if (length % 2 === 1) fail(`its samples have ${length - HEADER_BYTES} bytes, each must have two`);
  const position = view.getFloat64(8, true);
  if (!Number.isSafeInteger(position) || position < 0) fail(`its position is ${position}, it must be a whole number`);
  const samples = new Int16Array((length - HEADER_BYTES) / 2);
  for (let index = 0; index < samples.length; index++) samples[index] = view.getInt16(HEADER_BYTES + 2 * index, true);
  return { stream: view.getUint32(4, true), position, samples };
}

/**
 * Reads a page's frame about its microphone; undefined where it is of another type.
 *
 * @throws {SyntaxError} naming the field
 */
export function parseHearingClientFrame(fields: Fields): HearingClientFrame | undefined {
  const type = fields.get("type");
  switch (type) {
    case "listen":
      return {
        type,
        stream: streamOf(fields),
        mode: fields.oneOf("mode", HEARING_MODES),
        ...(fields.get("trial") === true && { trial: true }),
      };
    case "unlisten":
      return { type, stream: streamOf(fields) };
    case "playback": {
      const played = fields.optional(
        "turn",
        (f) => {
          const url = f.optional("url", (f) => f.text("url"));
          return { turn: f.id("turn"), index: f.count("index"), ms: f.number("ms"), ...(url !== undefined && { url }) };
        },
      );
      return { type, stream: streamOf(fields), position: fields.count("position"), ...played };
    }
    case "utterance":
      return { type, id: fields.id("id"), text: fields.text("text"), final: fields.get("final") === true };
    default:
      return undefined;
  }
}

/**
 * Reads a server's frame about the microphone; undefined where it is of another type.
 *
 * @throws {SyntaxError} naming the field
 */
export function parseHearingServerFrame(fields: Fields): HearingServerFrame | undefined {
  const type = fields.get("type");
  switch (type) {
    case "listening": {
      const host = fields.optional("host", (f) => f.text("host"));
      return {
        type,
        stream: fields.count("stream"),
        engine: fields.text("engine"),
        away: fields.get("away") === true,
        ...(host !== undefined && { host }),
      };
    }
    case "activity":
      return {
        type,
        stream: fields.count("stream"),
        speaking: fields.get("speaking") === true,
        position: fields.number("position"),
      };
    case "transcript": {
      const turn = fields.optional("turn", (f) => f.text("turn"));
      return {
        type,
        id: fields.text("id"),
        text: fields.text("text"),
        final: fields.get("final") === true,
        ...(turn !== undefined && { turn }),
      };
    }
    case "interruption":
      return { type, turn: fields.text("turn"), verdict: fields.oneOf("verdict", VERDICTS) };
    default:
      return undefined;
  }
}

function streamOf(fields: Fields): number {
  const stream = fields.count("stream");
  if (stream <= MAX_STREAM) return stream;
  throw new SyntaxError(`Cannot read the frame: stream is ${stream}, it must be at most ${MAX_STREAM}`);
}
