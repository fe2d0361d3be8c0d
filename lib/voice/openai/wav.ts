/** Reads sound as it comes: WAV in its usual forms, and bare samples. */
import { type SoundPart, VoiceError } from "@/lib/voice/engine.ts";

/** Numbers of a `fmt ` chunk. */
const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;
/** Of a data chunk whose writer did not know yet how long it would be; some write a number a little below 2 GiB. */
const UNKNOWN_SIZE = 0x7fff0000;
/** Longest header: what comes before the samples are names and dates. */
const MAX_HEADER = 64 * 1024;
const MAX_CHANNELS = 8;

/** How samples are written. */
interface Format {
  sampleRate: number;
  channels: number;
  bits: number;
  float: boolean;
}

/** Samples without a header: one channel, 16 bit, little-endian. */
export function pcmFormat(sampleRate: number): Format {
  return { sampleRate, channels: 1, bits: 16, float: false };
}

/** Whether a sound that begins like this, at least four bytes of it, is WAV. */
export function isWav(bytes: Uint8Array): boolean {
  return tagAt(bytes, 0) === "RIFF";
}

/**
 * The samples of a WAV file as they come: 8, 16, 24 or 32 bits or floating point become 16 bits, all channels one.
 *
 * @throws {VoiceError} when it is no WAV, is written in another way, or ends before its samples do
 */
export async function* readWav(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<SoundPart> {
  let head: Uint8Array = new Uint8Array();
  let samples: { format: Format; left: number; known: boolean } | undefined;
  let rest: Uint8Array = new Uint8Array();
  for await (const chunk of chunks) {
    let body = chunk;
    if (samples === undefined) {
      head = joined(head, chunk);
      const found = parseHeader(head);
      if (found === undefined) continue;
      const known = found.size > 0 && found.size < UNKNOWN_SIZE;
      samples = { format: found.format, left: known ? found.size : Infinity, known };
      body = head.subarray(found.begin);
    }
    // What comes after the samples is names and dates again.
    const wanted = body.subarray(0, Math.min(body.length, samples.left));
    samples.left -= wanted.length;
    const { part, rest: after } = decode(joined(rest, wanted), samples.format);
    rest = after;
    if (part.samples.length > 0) yield part;
    if (samples.left <= 0) return;
  }
  if (samples === undefined) throw new VoiceError("The sound ended within its header: it is no whole WAV file");
  if (samples.known) throw new VoiceError(`The sound broke off: ${samples.left} bytes of its WAV file are missing`);
}

/** Bare samples as they come. */
export async function* readSamples(chunks: AsyncIterable<Uint8Array>, format: Format): AsyncGenerator<SoundPart> {
  let rest: Uint8Array = new Uint8Array();
  for await (const chunk of chunks) {
    const { part, rest: after } = decode(joined(rest, chunk), format);
    rest = after;
    if (part.samples.length > 0) yield part;
  }
}

/** Undefined until all of the header is there. */
function parseHeader(bytes: Uint8Array): { format: Format; begin: number; size: number } | undefined {
  if (bytes.length < 12) return undefined;
  if (!isWav(bytes) || tagAt(bytes, 8) !== "WAVE") throw new VoiceError("The sound is no WAV file");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let format: Format | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const size = view.getUint32(at + 4, true);
    const begin = at + 8;
    const tag = tagAt(bytes, at);
    if (tag === "data") {
      if (format === undefined) throw new VoiceError("The sound's WAV file does not say how its samples are written");
      return { format, begin, size };
    }
    if (size > MAX_HEADER) break;
    if (tag === "fmt ") {
      if (begin + size > bytes.length) return undefined;
      format = parseFormat(new DataView(bytes.buffer, bytes.byteOffset + begin, size));
    }
    // Chunks begin at even places.
    at = begin + size + size % 2;
  }
  if (bytes.length > MAX_HEADER) throw new VoiceError("The sound's WAV file has no samples in its first 64 KiB");
  return undefined;
}

function parseFormat(view: DataView): Format {
  const wrong = (what: string) => new VoiceError(`The sound's WAV file has ${what}, which is not known here`);
  if (view.byteLength < 16) throw wrong("a header of another kind");
  const written = view.getUint16(0, true);
  const code = written === EXTENSIBLE && view.byteLength >= 26 ? view.getUint16(24, true) : written;
  const [channels, sampleRate, bits] = [view.getUint16(2, true), view.getUint32(4, true), view.getUint16(14, true)];
  const float = code === FLOAT;
  if (code !== PCM && !float) throw wrong(`the encoding ${code}`);
  if (!(float ? [32, 64] : [8, 16, 24, 32]).includes(bits)) throw wrong(`samples of ${bits} bits`);
  if (channels < 1 || channels > MAX_CHANNELS) throw wrong(`${channels} channels`);
  if (sampleRate < 4000 || sampleRate > 192_000) throw wrong(`${sampleRate} samples a second`);
  return { sampleRate, channels, bits, float };
}

function decode(bytes: Uint8Array, format: Format): { part: SoundPart; rest: Uint8Array } {
  const { bits, channels, sampleRate } = format;
  const sampleBytes = bits / 8;
  const frameBytes = sampleBytes * channels;
  const count = Math.floor(bytes.length / frameBytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const read = readerOf(view, format);
  const samples = new Int16Array(count);
  for (let frame = 0; frame < count; frame++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += read(frame * frameBytes + channel * sampleBytes);
    samples[frame] = Math.max(-32768, Math.min(32767, Math.round(sum / channels)));
  }
  // A copy: whoever sends may use its memory again.
  return { part: { samples, sampleRate }, rest: bytes.slice(count * frameBytes) };
}

/** Reads one sample as a number from -32768 to 32767, or beyond, where floating point goes beyond 1. */
function readerOf(view: DataView, { bits, float }: Format): (at: number) => number {
  if (float) {
    return bits === 32
      ? (at) => finite(view.getFloat32(at, true)) * 32767
      : (at) => finite(view.getFloat64(at, true)) * 32767;
  }
  switch (bits) {
    case 8: // The only one without a sign.
      return (at) => (view.getUint8(at) - 128) * 256;
    case 16:
      return (at) => view.getInt16(at, true);
    case 24:
      return (at) => view.getInt16(at + 1, true) + view.getUint8(at) / 256;
    default:
      return (at) => view.getInt32(at, true) / 65536;
  }
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function tagAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
