/** The texts within a PNG picture (https://www.w3.org/TR/png-3/#11textinfo). */
import { Buffer } from "node:buffer";
import { inflateSync } from "node:zlib";
import { UPLOAD_LIMITS } from "@/lib/config/upload_limits.ts";
import { chunkDamage, pngChunks } from "@/lib/png.ts";

/** What one text may take, bytes, when it is unpacked: more than any character needs, less than hurts. */
export const LONGEST_TEXT: number = UPLOAD_LIMITS.cardTextBytes;

const utf8 = new TextDecoder();

/** One character a byte. What the web calls Latin-1 is Windows-1252, and loses bytes. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/** A text within a PNG, unread. */
export interface PngText<Keyword extends string> {
  keyword: Keyword;
  /** What is wrong with it that may not show: its checksum differs, or the file ends within it. */
  damage?: string;
  /** @throws {Error} when it cannot be read, or is too long */
  read(): string;
}

/** Texts of one keyword that are told of: a small file can hold thousands of long ones. */
const MOST_TEXTS = 4;

/**
 * The tEXt, zTXt and iTXt chunks of a PNG with the wanted keywords in whatever case, in their order. Nothing is read of
 * the picture itself or of other texts. A file that ends in the middle has what stands before its end.
 */
export function pngTexts<Keyword extends string>(bytes: Uint8Array, wanted: readonly Keyword[]): PngText<Keyword>[] {
  const texts: PngText<Keyword>[] = [];
  for (const chunk of pngChunks(bytes)) {
    const { type, data, length } = chunk;
    if (!isTextual(type)) continue;
    const keyword = wanted.find((keyword) => keywordOf(data) === keyword);
    if (keyword === undefined || texts.filter((text) => text.keyword === keyword).length === MOST_TEXTS) continue;
    const damage = chunkDamage(chunk);
    texts.push({
      keyword,
      ...(damage && { damage: damage === "cut" ? "the file ends within it" : "its checksum differs" }),
      read: () => {
        if (length > LONGEST_TEXT) throw new Error(`it has ${length} bytes, at most ${LONGEST_TEXT} are taken`);
        return readText(type, data.subarray(keyword.length + 1));
      },
    });
  }
  return texts;
}

const TEXTUAL = ["tEXt", "zTXt", "iTXt"] as const;
type Textual = typeof TEXTUAL[number];

function isTextual(type: string): type is Textual {
  return (TEXTUAL as readonly string[]).includes(type);
}

/** In lower case. The specification gives a keyword 79 bytes at most. */
function keywordOf(data: Uint8Array): string | undefined {
  const end = data.subarray(0, 80).indexOf(0);
  return end < 0 ? undefined : latin1(data.subarray(0, end)).toLowerCase();
}

/** @param data what follows the keyword and its zero byte */
function readText(type: Textual, data: Uint8Array): string {
  if (type === "tEXt") return latin1(data);
  // The byte that follows says how zTXt is packed, and whether iTXt is.
  if (type === "zTXt") return latin1(unpack(data.subarray(1)));
  const words = behindZero(behindZero(data.subarray(2)));
  return utf8.decode(data[0] === 1 ? unpack(words) : words);
}

/** What stands behind the first zero byte: the language is before the first one, the keyword in it before the second. */
function behindZero(data: Uint8Array): Uint8Array {
  const end = data.indexOf(0);
  if (end < 0) throw new Error("it ends in the middle");
  return data.subarray(end + 1);
}

function unpack(packed: Uint8Array): Uint8Array {
  try {
    return inflateSync(packed, { maxOutputLength: LONGEST_TEXT });
  } catch (cause) {
    throw new Error(`it is packed and damaged, or longer than ${LONGEST_TEXT} bytes`, { cause });
  }
}
