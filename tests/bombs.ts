/** Zips made to harm: small ones that unpack to much, lie about it, or take long. */
import { Buffer } from "node:buffer";
import { constants, crc32, deflateRawSync } from "node:zlib";

export interface RawEntry {
  name: string | Uint8Array;
  /** As it is in the zip, deflated. */
  data: Uint8Array;
  /** Bytes that the zip announces, and their checksum. */
  size: number;
  crc?: number;
  comment?: Uint8Array;
  /** Whether it is said to lie where the entry before it does. */
  overlaps?: boolean;
}

const encoder = new TextEncoder();

/** Zeros, of which long files are made: they are packed once. */
const PIECE = new Uint8Array(1024 * 1024);
const PACKED_PIECE = packed(PIECE);
const THE_END = deflateRawSync(new Uint8Array());

/** Deflated so that anything may follow. */
function packed(bytes: Uint8Array): Uint8Array {
  return deflateRawSync(bytes, { level: 9, finishFlush: constants.Z_FULL_FLUSH });
}

/** A zip of entries that say of themselves whatever they like. */
export function rawZip(entries: readonly RawEntry[], comment: Uint8Array = new Uint8Array()): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  let offset = 0;
  for (const { name: given, data, size, crc = 0, comment: note = new Uint8Array(), overlaps = false } of entries) {
    const name = typeof given === "string" ? encoder.encode(given) : given;
    const common = record(26, (view) => {
      view.setUint16(0, 20, true);
      view.setUint16(2, typeof given === "string" ? 0x800 : 0, true);
      view.setUint16(4, 8, true);
      view.setUint32(10, crc, true);
      view.setUint32(14, data.length, true);
      view.setUint32(18, size, true);
      view.setUint16(22, name.length, true);
    });
    if (!overlaps) {
      offset = at;
      parts.push(encoder.encode("PK\x03\x04"), common, name, data);
      at += 30 + name.length + data.length;
    }
    const rest = record(14, (view) => {
      view.setUint16(0, note.length, true);
      view.setUint32(10, offset, true);
    });
    directory.push(encoder.encode("PK\x01\x02\x14\x00"), common, rest, name, note);
  }
  const length = directory.reduce((sum, part) => sum + part.length, 0);
  const end = record(18, (view) => {
    view.setUint16(4, Math.min(entries.length, 0xffff), true);
    view.setUint16(6, Math.min(entries.length, 0xffff), true);
    view.setUint32(8, length, true);
    view.setUint32(12, at, true);
    view.setUint16(16, comment.length, true);
  });
  // More entries than the end can count are counted in the form of 64 bits.
  const many = entries.length < 0xffff ? [] : [
    encoder.encode("PK\x06\x06"),
    record(52, (view) => {
      view.setUint32(0, 44, true);
      view.setUint16(8, 45, true);
      view.setUint16(10, 45, true);
      view.setUint32(20, entries.length, true);
      view.setUint32(28, entries.length, true);
      view.setUint32(36, length, true);
      view.setUint32(44, at, true);
    }),
    encoder.encode("PK\x06\x07"),
    record(16, (view) => {
      view.setUint32(4, at + length, true);
      view.setUint32(12, 1, true);
    }),
  ];
  return new Uint8Array(Buffer.concat([...parts, ...directory, ...many, encoder.encode("PK\x05\x06"), end, comment]));
}

function record(length: number, fill: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(length);
  fill(new DataView(bytes.buffer));
  return bytes;
}

/** An entry that holds `start` and then so many zeros, and says so. */
export function zeros(name: string | Uint8Array, size: number, start: Uint8Array | string = ""): RawEntry {
  const begin = typeof start === "string" ? encoder.encode(start) : start;
  const rest = size - begin.length;
  const pieces = [
    begin,
    ...Array<Uint8Array>(Math.floor(rest / PIECE.length)).fill(PIECE),
    PIECE.subarray(0, rest % PIECE.length),
  ];
  const data = Buffer.concat(pieces.map((piece) => piece === PIECE ? PACKED_PIECE : packed(piece)).concat(THE_END));
  return { name, data, size, crc: pieces.reduce((crc, piece) => crc32(piece, crc), 0) };
}

/** An entry that says the truth. */
export function honest(name: string | Uint8Array, content: Uint8Array | string): RawEntry {
  const bytes = typeof content === "string" ? encoder.encode(content) : content;
  return { name, data: deflateRawSync(bytes), size: bytes.length, crc: crc32(bytes) };
}
