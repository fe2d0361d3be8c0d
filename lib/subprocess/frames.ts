/** How a server speaks with a process of its own: frames of JSON and of samples, both ways. */

/** What a frame holds: an order to the process or what it tells, or samples of one of its streams. */
export type Frame<Told> = { told: Told } | { samples: Int16Array<ArrayBuffer>; stream: number };

/** Kinds of frames. */
const TEXT = 1;
const SOUND = 2;
/** A frame begins with its kind, and the numbers of its stream and of its bytes in four bytes each. */
const HEAD_BYTES = 9;
/** A sentence is never so long: who says so has lost its way. */
const LONGEST = 64 * 1024 * 1024;

/** Writes a frame. */
export function frameOf<Told>(content: Frame<Told>): Uint8Array<ArrayBuffer> {
  const bytes = "told" in content
    ? new TextEncoder().encode(JSON.stringify(content.told))
    : new Uint8Array(content.samples.buffer, content.samples.byteOffset, content.samples.byteLength);
  const frame = new Uint8Array(HEAD_BYTES + bytes.length);
  const view = new DataView(frame.buffer);
  view.setUint8(0, "told" in content ? TEXT : SOUND);
  view.setUint32(1, "told" in content ? 0 : content.stream, true);
  view.setUint32(5, bytes.length, true);
  frame.set(bytes, HEAD_BYTES);
  return frame;
}

/**
 * Reads frames as they come, up to the last whole one.
 *
 * @throws {SyntaxError} where something else stands
 */
export async function* readFrames<Told>(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Frame<Told>> {
  let rest = new Uint8Array();
  for await (const chunk of chunks) {
    const bytes = new Uint8Array(rest.length + chunk.length);
    bytes.set(rest);
    bytes.set(chunk, rest.length);
    let at = 0;
    for (let frame = frameAt<Told>(bytes, at); frame !== undefined; frame = frameAt(bytes, at)) {
      at = frame.end;
      yield frame.content;
    }
    rest = bytes.slice(at);
  }
}

function frameAt<Told>(bytes: Uint8Array, at: number): { content: Frame<Told>; end: number } | undefined {
  if (bytes.length < at + HEAD_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  const kind = view.getUint8(0);
  const length = view.getUint32(5, true);
  if (kind !== TEXT && kind !== SOUND || length > LONGEST || kind === SOUND && length % 2 === 1) {
    throw new SyntaxError(`Cannot read a frame of kind ${kind} and ${length} bytes`);
  }
  const begin = at + HEAD_BYTES;
  const end = begin + length;
  if (end > bytes.length) return undefined;
  const held = bytes.slice(begin, end);
  // NOTICE: it is this program's own process, or the one that has started it, that tells it.
  if (kind === TEXT) return { content: { told: JSON.parse(new TextDecoder().decode(held)) as Told }, end };
  return { content: { samples: new Int16Array(held.buffer), stream: view.getUint32(1, true) }, end };
}
