/** The picture of a character card, without the character that is written in it. */
import type { CardKind } from "./card_sources.ts";
import { isJpeg, isWebp, jpegParts, webpParts } from "./picture_parts.ts";
import { joined } from "@/lib/avatars/file_tree.ts";
import { isPng, PNG_SIGNATURE, pngChunks } from "@/lib/png.ts";

/** A picture that browsers show. */
export interface CardPicture {
  type: "image/png" | "image/jpeg" | "image/webp";
  bytes: Uint8Array<ArrayBuffer>;
}

/** What of a picture is to be seen; all else may tell what the language model alone is told, or where it was taken. */
const SEEN = {
  png: new Set("IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP sBIT acTL fcTL fdAT".split(" ")),
  webp: new Set(["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP"]),
};
/** Flags of a WebP's first chunk that announce EXIF and XMP. */
const ANNOUNCED = 0x0c;

/** Whether cards of a kind have a picture to be seen. */
export function isPicture(kind: CardKind): boolean {
  return kind === "png" || kind === "jpg" || kind === "webp";
}

/** What is to be seen of a card's file; undefined where it is gone, or no picture. */
export async function readPicture(path: string): Promise<CardPicture | undefined> {
  try {
    return pictureOf(await Deno.readFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** What is to be seen of a card; undefined where it is no picture. */
export function pictureOf(card: Uint8Array): CardPicture | undefined {
  if (isPng(card)) return { type: "image/png", bytes: png(card) };
  if (isJpeg(card)) return { type: "image/jpeg", bytes: jpeg(card) };
  if (isWebp(card)) return { type: "image/webp", bytes: webp(card) };
  return undefined;
}

function png(card: Uint8Array): Uint8Array<ArrayBuffer> {
  const seen = pngChunks(card).filter(({ type }) => SEEN.png.has(type)).map(({ whole }) => whole);
  return joined([PNG_SIGNATURE, ...seen]);
}

function jpeg(card: Uint8Array): Uint8Array<ArrayBuffer> {
  const seen = jpegParts(card).filter(({ kind }) => !isSaid(kind)).map(({ whole }) => whole);
  return joined([card.subarray(0, 2), ...seen, Uint8Array.of(0xff, 0xd9)]);
}

/** Comments, and what applications add, but for the head and the two that tell how colours are meant. */
function isSaid(kind: number): boolean {
  return kind === 0xfe || (kind >= 0xe1 && kind <= 0xef && kind !== 0xe2 && kind !== 0xee);
}

function webp(card: Uint8Array): Uint8Array<ArrayBuffer> {
  const seen = webpParts(card).filter(({ kind }) => SEEN.webp.has(kind)).map(({ whole }) => whole);
  const bytes = joined([card.subarray(0, 12), ...seen]);
  new DataView(bytes.buffer).setUint32(4, bytes.length - 8, true);
  if (bytes[15] === 0x58) bytes[20]! &= ~ANNOUNCED;
  return bytes;
}
