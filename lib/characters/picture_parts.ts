/** What JPEG and WebP pictures are made of. Of a cut file, the parts before its end. */
import { latin1 } from "./png_texts.ts";

/** A part of a picture where it stands in the file. */
export interface PicturePart<Kind> {
  kind: Kind;
  /** With what tells its kind and its length. */
  whole: Uint8Array;
  data: Uint8Array;
}

/** The mark before what was scanned: the picture itself. */
const SCAN = 0xda;
const END = 0xd9;

export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

export function isWebp(bytes: Uint8Array): boolean {
  return latin1(bytes.subarray(0, 4)) === "RIFF" && latin1(bytes.subarray(8, 12)) === "WEBP";
}

/** The segments of a JPEG by their marks, up to its end (https://www.w3.org/Graphics/JPEG/itu-t81.pdf, B.1). */
export function* jpegParts(bytes: Uint8Array): Generator<PicturePart<number>> {
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    const kind = bytes[at + 1]!;
    if (kind === 0xff) {
      at++; // Filling.
      continue;
    }
    if (kind === END) return;
    const end = at + 2 + bytes[at + 2]! * 256 + bytes[at + 3]!;
    const next = kind === SCAN ? endOfScan(bytes, end) : end;
    yield { kind, whole: bytes.subarray(at, next), data: bytes.subarray(at + 4, end) };
    at = next;
  }
}

/** What was scanned has no length: it goes on to the next mark but those that restart it. */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const mark = bytes[at + 1] ?? 0;
    const restarts = mark >= 0xd0 && mark <= 0xd7;
    if (mark !== 0 && mark !== 0xff && !restarts) return at;
  }
  return bytes.length;
}

/** The chunks of a WebP by their names (https://developers.google.com/speed/webp/docs/riff_container). */
export function* webpParts(bytes: Uint8Array): Generator<PicturePart<string>> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 12; at + 8 <= bytes.length;) {
    const length = view.getUint32(at + 4, true);
    const next = at + 8 + length + length % 2;
    const kind = latin1(bytes.subarray(at, at + 4));
    yield { kind, whole: bytes.subarray(at, next), data: bytes.subarray(at + 8, at + 8 + length) };
    at = next;
  }
}
