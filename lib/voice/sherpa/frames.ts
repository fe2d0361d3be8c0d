/** How a server speaks with the process of a voice: lines of JSON to it, frames from it. */
import type { Manner, RuntimePackages, TtsConfig } from "./runtime.ts";

/** The voice, first of all; then a text to be said, none where it is only to be loaded; or that this is enough. */
export type Order =
  | { packages: RuntimePackages; config: TtsConfig }
  | { text: string; manner: Manner }
  | { stop: true };

/** What the process tells beside the samples. `refused`: it cannot say the text; `died`: it can say nothing at all. */
export type Told =
  | { loaded: { runtime: "native" | "wasm"; sampleRate: number } }
  | { done: true }
  | { refused: string }
  | { died: string };

/** What a frame holds. */
export type Frame = { told: Told } | { samples: Int16Array<ArrayBuffer> };

/** Kinds of frames. */
const TEXT = 1;
const SOUND = 2;
/** A frame begins with its kind, and its length in four bytes. */
const HEAD_BYTES = 5;
/** A sentence is never so long: who says so has lost its way. */
const LONGEST = 64 * 1024 * 1024;

/** Writes a frame. */
export function frameOf(content: Frame): Uint8Array<ArrayBuffer> {
  const bytes = "told" in content
    ? new TextEncoder().encode(JSON.stringify(content.told))
    : new Uint8Array(content.samples.buffer, content.samples.byteOffset, content.samples.byteLength);
  const frame = new Uint8Array(HEAD_BYTES + bytes.length);
  frame[0] = "told" in content ? TEXT : SOUND;
  new DataView(frame.buffer).setUint32(1, bytes.length, true);
  frame.set(bytes, HEAD_BYTES);
  return frame;
}

/**
 * Reads frames as they come, up to the last whole one.
 *
 * @throws {SyntaxError} where something else stands
 */
export async function* readFrames(stream: ReadableStream<Uint8Array>): AsyncGenerator<Frame> {
  let rest = new Uint8Array();
  for await (const chunk of stream) {
    const bytes = new Uint8Array(rest.length + chunk.length);
    bytes.set(rest);
    bytes.set(chunk, rest.length);
    let at = 0;
    for (let frame = frameAt(bytes, at); frame !== undefined; frame = frameAt(bytes, at)) {
      at = frame.end;
      yield contentOf(frame.kind, frame.bytes);
    }
    rest = bytes.slice(at);
  }
}

function frameAt(bytes: Uint8Array, at: number): { kind: number; bytes: Uint8Array; end: number } | undefined {
  if (bytes.length < at + HEAD_BYTES) return undefined;
  const kind = bytes[at] ?? 0;
  const length = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(1, true);
  if (kind !== TEXT && kind !== SOUND || length > LONGEST || kind === SOUND && length % 2 === 1) {
    throw new SyntaxError(`Cannot read a frame of kind ${kind} and ${length} bytes`);
  }
  const begin = at + HEAD_BYTES;
  const end = begin + length;
  return end > bytes.length ? undefined : { kind, bytes: bytes.subarray(begin, end), end };
}

function contentOf(kind: number, bytes: Uint8Array): Frame {
  // NOTICE: it is this program's own process that tells it.
  if (kind === TEXT) return { told: JSON.parse(new TextDecoder().decode(bytes)) as Told };
  return { samples: new Int16Array(bytes.slice().buffer) };
}
