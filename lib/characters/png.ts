/** The texts within a PNG picture (https://www.w3.org/TR/png-3/#11textinfo). */
import { inflateSync } from "node:zlib";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** What one text may take, bytes, when it is unpacked: more than any character needs, less than hurts. */
export const LONGEST_TEXT = 16 * 1024 * 1024;

const latin1 = new TextDecoder("latin1");
const utf8 = new TextDecoder("utf-8", { fatal: true });

export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/**
 * The texts of a PNG by keyword: tEXt, zTXt and iTXt chunks. The first one of a keyword counts. The picture itself is
 * passed over unread.
 *
 * @throws {Error} when the file ends within a chunk, or a text is damaged or too long
 */
export function pngTexts(bytes: Uint8Array): Map<string, string> {
  const texts = new Map<string, string>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = SIGNATURE.length; at < bytes.length;) {
    if (at + 12 > bytes.length) throw new Error("the file ends in the middle, it may not have been copied whole");
    const length = view.getUint32(at);
    const type = latin1.decode(bytes.subarray(at + 4, at + 8));
    const end = at + 8 + length;
    if (end + 4 > bytes.length) throw new Error("the file ends in the middle, it may not have been copied whole");
    if (type === "IEND") break;
    if (type === "tEXt" || type === "zTXt" || type === "iTXt") {
      if (length > LONGEST_TEXT) throw new Error(`a text of ${length} bytes, at most ${LONGEST_TEXT} are taken`);
      if (crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end)) {
        throw new Error(`its ${type} part is damaged (the checksum differs)`);
      }
      const [keyword, text] = readText(type, bytes.subarray(at + 8, end));
      if (!texts.has(keyword)) texts.set(keyword, text);
    }
    at = end + 4;
  }
  return texts;
}

function readText(type: "tEXt" | "zTXt" | "iTXt", data: Uint8Array): [keyword: string, text: string] {
  const [keyword, rest] = cut(data);
  if (type === "tEXt") return [keyword, latin1.decode(rest)];
  // The byte that follows says how zTXt is packed, and whether iTXt is.
  if (type === "zTXt") return [keyword, latin1.decode(unpack(rest.subarray(1)))];
  const [, afterLanguage] = cut(rest.subarray(2));
  const [, words] = cut(afterLanguage);
  return [keyword, utf8.decode(rest[0] === 1 ? unpack(words) : words)];
}

/** What stands before the first zero byte, and what stands after it. */
function cut(data: Uint8Array): [string, Uint8Array] {
  const end = data.indexOf(0);
  if (end < 0) throw new Error("a text without a keyword");
  return [latin1.decode(data.subarray(0, end)), data.subarray(end + 1)];
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
