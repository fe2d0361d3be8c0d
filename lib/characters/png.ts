/** The texts within a PNG picture (https://www.w3.org/TR/png-3/#11textinfo). */
import { inflateSync } from "node:zlib";
import { UPLOAD_LIMITS } from "@/lib/config/upload_limits.ts";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** What one text may take, bytes, when it is unpacked: more than any character needs, less than hurts. */
export const LONGEST_TEXT: number = UPLOAD_LIMITS.cardTextBytes;

const latin1 = new TextDecoder("latin1");
const utf8 = new TextDecoder("utf-8", { fatal: true });

export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/**
 * The texts of a PNG by keyword: tEXt, zTXt and iTXt chunks. The first one of a keyword counts. The picture itself is
 * passed over unread, and so are the texts that nobody asks for: a small file can hold thousands of long ones.
 *
 * @param wanted the keywords that are asked for
 * @throws {Error} when the file ends within a chunk, or a text is damaged or too long
 */
export function pngTexts<Keyword extends string>(
  bytes: Uint8Array,
  wanted: readonly Keyword[],
): Map<Keyword, string> {
  const texts = new Map<Keyword, string>();
  const marks = wanted.map((keyword) => [keyword, new TextEncoder().encode(`${keyword}\0`)] as const);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = SIGNATURE.length, next; at < bytes.length; at = next) {
    if (at + 12 > bytes.length) throw new Error("the file ends in the middle, it may not have been copied whole");
    const length = view.getUint32(at);
    const type = CHUNK_TYPES.get(view.getUint32(at + 4));
    const end = at + 8 + length;
    next = end + 4;
    if (next > bytes.length) throw new Error("the file ends in the middle, it may not have been copied whole");
    if (type === "IEND") break;
    if (type === undefined) continue;
    const [keyword, mark] = marks.find(([, mark]) => startsWith(bytes, mark, at + 8)) ?? [];
    if (keyword === undefined || mark === undefined || texts.has(keyword)) continue;
    if (length > LONGEST_TEXT) throw new Error(`a text of ${length} bytes, at most ${LONGEST_TEXT} are taken`);
    if (crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end)) {
      throw new Error(`its ${type} part is damaged (the checksum differs)`);
    }
    texts.set(keyword, readText(type, bytes.subarray(at + 8 + mark.length, end)));
  }
  return texts;
}

/** The chunks that are looked at, by their type as one number. */
const CHUNK_TYPES = new Map(
  (["tEXt", "zTXt", "iTXt", "IEND"] as const).map((type) => [
    [...type].reduce((number, sign) => number * 256 + sign.charCodeAt(0), 0),
    type,
  ]),
);

function startsWith(bytes: Uint8Array, start: Uint8Array, at: number): boolean {
  return start.every((byte, i) => bytes[at + i] === byte);
}

/** @param data what follows the keyword and its zero byte */
function readText(type: "tEXt" | "zTXt" | "iTXt", data: Uint8Array): string {
  if (type === "tEXt") return latin1.decode(data);
  // The byte that follows says how zTXt is packed, and whether iTXt is.
  if (type === "zTXt") return latin1.decode(unpack(data.subarray(1)));
  const words = behindZero(behindZero(data.subarray(2)));
  return utf8.decode(data[0] === 1 ? unpack(words) : words);
}

/** What stands behind the first zero byte: the language is before the first one, the keyword in it before the second. */
function behindZero(data: Uint8Array): Uint8Array {
  const end = data.indexOf(0);
  if (end < 0) throw new Error("a text ends in the middle");
  return data.subarray(end + 1);
}

function unpack(packed: Uint8Array): Uint8Array {
  try {
    return inflateSync(packed, { maxOutputLength: LONGEST_TEXT });
  } catch (cause) {
    throw new Error(`a packed text is damaged, or longer than ${LONGEST_TEXT} bytes`, { cause });
  }
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
  return rest;
});

/** The checksum of a PNG chunk, over its type and its data (https://www.w3.org/TR/png-3/#5CRC-algorithm). */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 0xff]!;
  return ~crc >>> 0;
}
