/** Where a card may be in a file: a PNG's texts, a JPEG's or a WebP's, a CharX's `card.json`, or the whole file. */
import { unwrapText } from "./card_json.ts";
import { isJpeg, isWebp } from "./picture_parts.ts";
import { pictureTexts } from "./picture_texts.ts";
import { latin1, pngTexts } from "./png_texts.ts";
import { UPLOAD_LIMITS } from "@/lib/config/upload_limits.ts";
import { readWhole } from "@/lib/avatars/file_tree.ts";
import { ModelError } from "@/lib/avatars/model_error.ts";
import { ReadBudget } from "@/lib/avatars/read_budget.ts";
import { openZip } from "@/lib/avatars/zip.ts";
import { isPng } from "@/lib/png.ts";

const { cardBytes, cardTextBytes, charxBytes, readSeconds } = UPLOAD_LIMITS;
const EXPORT = "in the program that made it, export the card as PNG or JSON";

export type CardKind = "png" | "jpg" | "webp" | "charx" | "json";

/** A card: its path on disk, or its bytes. */
export type CardFile = string | Uint8Array<ArrayBuffer>;

/** Something in a file that may be a card. */
export interface CardSource {
  /** What it is, as the beginning of a sentence. */
  where: string;
  /** What is wrong with it that may not show. */
  damage?: string;
  /** Its JSON, in UTF-8 or so. Throws an Error when it cannot be read. */
  read(): Uint8Array;
}

/** What a file is, by its first bytes: the ending that it should have. */
export async function cardKind(card: CardFile): Promise<CardKind> {
  return (await lookAt(card)).kind;
}

/** Reads no more than the beginning of a file on disk. */
async function lookAt(card: CardFile): Promise<{ kind: CardKind; size: number }> {
  if (typeof card !== "string") return { kind: kindOf(card), size: card.length };
  using file = await Deno.open(card);
  const start = new Uint8Array(16);
  const read = await file.read(start) ?? 0;
  return { kind: kindOf(start.subarray(0, read)), size: (await file.stat()).size };
}

function kindOf(bytes: Uint8Array): CardKind {
  if (isPng(bytes)) return "png";
  if (isJpeg(bytes)) return "jpg";
  if (isWebp(bytes)) return "webp";
  return isZip(bytes) ? "charx" : "json";
}

/**
 * All in a file that may be a card, the best first.
 *
 * @throws {Error} that says what the file is instead, and what to do
 */
export async function cardSources(card: CardFile): Promise<CardSource[]> {
  const { kind, size } = await lookAt(card);
  const most = kind === "json" ? cardTextBytes : kind === "charx" ? charxBytes : cardBytes;
  if (size > most) throw new Error(`it has ${size} bytes, at most ${most} are taken: ${EXPORT}`);
  if (kind === "charx") return await zipSources(card);
  const bytes = typeof card === "string" ? await Deno.readFile(card) : card;
  switch (kind) {
    case "png":
      return pngSources(bytes);
    case "jpg":
    case "webp": {
      const found = pictureTexts(bytes).map((text) => ({ where: "The text", read: () => unwrapText(text) }));
      // RisuAI appends a whole CharX to the picture.
      const sources = [...endsAsZip(bytes) ? await zipSources(bytes) : [], ...found];
      if (sources.length > 0) return sources;
      throw new Error(`it is a ${kind === "jpg" ? "JPEG" : "WebP"} picture without a character: ${EXPORT}`);
    }
    case "json": {
      const other = otherKind(bytes);
      if (other !== undefined) throw new Error(`it is ${other}, which is no card: ${EXPORT}`);
      return [{ where: "The file", read: () => bytes }];
    }
  }
}

function pngSources(bytes: Uint8Array): CardSource[] {
  // A card of V3 often carries one of V2 for older programs beside it.
  const found = pngTexts(bytes, ["ccv3", "chara"]).sort((a, b) =>
    b.keyword === a.keyword ? 0 : a.keyword < b.keyword ? -1 : 1
  );
  if (found.length === 0) {
    throw new Error(`it is a picture without a character, neither ccv3 nor chara is among its texts: ${EXPORT}`);
  }
  return found.map(({ keyword, damage, read }) => ({
    where: `The text ${keyword}`,
    ...(damage !== undefined && { damage }),
    read: () => unwrapText(read()),
  }));
}

async function zipSources(card: CardFile): Promise<CardSource[]> {
  try {
    const tree = await openZip(card, "of the card", new ReadBudget({ bytes: cardBytes, seconds: readSeconds / 4 }));
    const path = tree.paths.filter((path) => /(?:^|\/)card\.json$/i.test(path))
      .sort((a, b) => a.split("/").length - b.split("/").length)[0];
    if (path === undefined) throw new Error(`it is a ZIP file without a card.json, so it is no CharX card: ${EXPORT}`);
    const json = await readWhole(tree, path, cardTextBytes);
    return [{ where: path, read: () => json }];
  } catch (cause) {
    if (!(cause instanceof ModelError)) throw cause;
    throw new Error(`it is a ZIP file that cannot be read (${cause.message}): ${EXPORT}`, { cause });
  }
}

function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);
}

/** Whether the end of a zip's list of files is among the last bytes. */
function endsAsZip(bytes: Uint8Array): boolean {
  const end = latin1(bytes.subarray(-66_000));
  return end.includes("PK\x05\x06");
}

function otherKind(bytes: Uint8Array): string | undefined {
  const start = latin1(bytes.subarray(0, 16));
  if (start.startsWith("GIF8")) return "a GIF picture";
  if (start.startsWith("%PDF")) return "a PDF";
  if (/^....ftyp(?:avif|heic|mif1)/s.test(start)) return "an AVIF or HEIC picture";
  if (/^<(?:!doctype|html)/i.test(start)) return "a web page";
  return undefined;
}
