/** The shape of PNG files (https://www.w3.org/TR/png-3/#5DataRep): a signature, then chunks. */
import { crc32 } from "node:zlib";

export const PNG_SIGNATURE: Uint8Array = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** A chunk where it stands in a file, which may be cut off or damaged within it. */
export interface PngChunk {
  type: string;
  /** Its length, type, data and checksum, as far as they are there. */
  whole: Uint8Array;
  data: Uint8Array;
  /** How long its data should be, bytes. */
  length: number;
}

export function isPng(bytes: Uint8Array): boolean {
  return PNG_SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/** The chunks of a PNG in their order, up to its end. Nothing of them is checked. */
export function* pngChunks(bytes: Uint8Array): Generator<PngChunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = PNG_SIGNATURE.length; at + 8 < bytes.length;) {
    const length = view.getUint32(at);
    const next = at + 12 + length;
    const type = String.fromCharCode(bytes[at + 4]!, bytes[at + 5]!, bytes[at + 6]!, bytes[at + 7]!);
    yield { type, whole: bytes.subarray(at, next), data: bytes.subarray(at + 8, at + 8 + length), length };
    if (type === "IEND") return;
    at = next;
  }
}

/** What is wrong with a chunk that may not show; undefined where nothing is. */
export function chunkDamage({ whole, length }: PngChunk): "cut" | "checksum" | undefined {
  if (whole.length < length + 12) return "cut";
  const view = new DataView(whole.buffer, whole.byteOffset, whole.byteLength);
  return crc32(whole.subarray(4, length + 8)) === view.getUint32(length + 8) ? undefined : "checksum";
}

/** Makes a chunk, with its checksum. */
export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}
