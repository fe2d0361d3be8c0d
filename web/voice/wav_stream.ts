/** Reads a WAV file while it comes, also one whose length nobody knew when it began. */

/** A piece of sound: one channel, 16 bit. */
export interface SoundPiece {
  samples: Int16Array<ArrayBuffer>;
  sampleRate: number;
}

/** Smaller pieces than this, in seconds, wait for more. */
const LEAST = 0.04;
/** A header that is longer than this, in bytes, is none. */
const LONGEST_HEADER = 65_536;

/**
 * The sound of a response's body, piece by piece.
 *
 * @throws {SyntaxError} when it is not WAV with 16 bit and one channel
 * @throws {TypeError} when the connection breaks
 */
export async function* readWav(body: ReadableStream<Uint8Array>): AsyncGenerator<SoundPiece> {
  let header: Header | null = null;
  let bytes = new Uint8Array();
  let left = Infinity;
  for await (const chunk of chunksOf(body)) {
    bytes = joined(bytes, chunk);
    if (header === null) {
      header = readHeader(bytes);
      if (header === null) continue;
      bytes = bytes.slice(header.start);
      left = header.length;
    }
    if (bytes.length < Math.min(left, 2 * LEAST * header.sampleRate)) continue;
    const whole = Math.min(bytes.length, left) & ~1;
    if (whole > 0) yield { samples: toSamples(bytes.slice(0, whole)), sampleRate: header.sampleRate };
    bytes = bytes.slice(whole);
    left -= whole;
    if (left < 2) return;
  }
  if (header === null) throw new SyntaxError(`Cannot read the sound: it ended after ${bytes.length} bytes of a header`);
  const whole = bytes.length & ~1;
  if (whole > 0) yield { samples: toSamples(bytes.slice(0, whole)), sampleRate: header.sampleRate };
}

interface Header {
  sampleRate: number;
  /** Where the samples begin, in bytes. */
  start: number;
  /** Bytes of samples; Infinity where the header does not know. */
  length: number;
}

/** Null while it is not all there. */
function readHeader(bytes: Uint8Array): Header | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const name = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12) return null;
  if (name(0) !== "RIFF" || name(8) !== "WAVE") throw new SyntaxError("Cannot read the sound: it is not WAV");
  let sampleRate = 0;
  for (let at = 12; at + 8 <= bytes.length;) {
    const length = view.getUint32(at + 4, true);
    const start = at + 8;
    if (name(at) === "data") {
      if (sampleRate === 0) throw new SyntaxError("Cannot read the sound: its samples come before their format");
      // A header that is written before the sound is made says nothing, or the most that fits.
      return { sampleRate, start, length: length === 0 || length >= 0x7fff_0000 ? Infinity : length };
    }
    if (name(at) === "fmt ") {
      if (start + 16 > bytes.length) return null;
      const [format, channels, bits] = [0, 2, 14].map((offset) => view.getUint16(start + offset, true));
      if ((format !== 1 && format !== 0xfffe) || channels !== 1 || bits !== 16) {
        throw new SyntaxError(
          `Cannot read the sound: it must be PCM of 16 bit with one channel, and has format ${format}, ${bits} bit, ${channels} channels`,
        );
      }
      sampleRate = view.getUint32(start + 4, true);
    }
    at = start + length + (length & 1);
  }
  if (bytes.length > LONGEST_HEADER) throw new SyntaxError("Cannot read the sound: its header does not end");
  return null;
}

function toSamples(bytes: Uint8Array<ArrayBuffer>): Int16Array<ArrayBuffer> {
  // Every machine that runs a browser today has the byte order of WAV.
  return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
}

function joined(one: Uint8Array<ArrayBuffer>, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

/** Safari cannot iterate over a stream. */
async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // Whoever stops reading wants no more of it; one that has ended or failed is past caring.
    reader.cancel().catch(() => {});
  }
}
