/**
 * The texts within a JPEG or a WebP picture that may hold a character card: comments, EXIF's UserComment
 * (https://www.cipa.jp/std/documents/e/DC-008-2012_E.pdf, 4.6.5) and XMP.
 */
import { isJpeg, isWebp, jpegParts, webpParts } from "./picture_parts.ts";
import { latin1 } from "./png_texts.ts";

/** EXIF: where the part with the comment is, and the comment. */
const EXIF_POINTER = 0x8769;
const USER_COMMENT = 0x9286;
const DESCRIPTION = 0x010e;
const EXIF_HEAD = "Exif\0\0";
const XMP_HEAD = "http://ns.adobe.com/xap/1.0/";
/** What XMP may call a card. */
const XMP_CARD = /(?:chara|ccv3)\s*(?:=\s*["']|>\s*)([^"'<]+)/gi;

/** What may be a card in a picture, each text as it stands there, one character a byte. */
export function pictureTexts(bytes: Uint8Array): string[] {
  if (isJpeg(bytes)) return [...jpegParts(bytes)].flatMap(({ kind, data }) => textsOfJpeg(kind, data));
  if (isWebp(bytes)) return [...webpParts(bytes)].flatMap(({ kind, data }) => textsOfWebp(kind, data));
  return [];
}

function textsOfJpeg(kind: number, data: Uint8Array): string[] {
  if (kind === 0xfe) return [latin1(data)];
  if (kind !== 0xe1) return [];
  if (startsWith(data, EXIF_HEAD)) return exifTexts(data.subarray(EXIF_HEAD.length));
  return startsWith(data, XMP_HEAD) ? xmpTexts(data) : [];
}

function textsOfWebp(kind: string, data: Uint8Array): string[] {
  if (kind === "EXIF") return exifTexts(startsWith(data, EXIF_HEAD) ? data.subarray(EXIF_HEAD.length) : data);
  return kind === "XMP " ? xmpTexts(data) : [];
}

function startsWith(data: Uint8Array, head: string): boolean {
  return latin1(data.subarray(0, head.length)) === head;
}

function exifTexts(data: Uint8Array): string[] {
  if (data.length < 8) return [];
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const little = data[0] === 0x49;
  const texts: string[] = [];
  const directories = [view.getUint32(4, little)];
  // The main part, and the one it points to: a damaged file may point round and round.
  for (let visited = 0; visited < 2; visited++) {
    const start = directories.shift();
    if (start === undefined || start + 2 > data.length) break;
    const count = view.getUint16(start, little);
    for (let i = 0, at = start + 2; i < count && at + 12 <= data.length; i++, at += 12) {
      const tag = view.getUint16(at, little);
      const value = view.getUint32(at + 8, little);
      if (tag === EXIF_POINTER) directories.push(value);
      // Longer than four bytes, a value stands elsewhere.
      if (tag !== USER_COMMENT && tag !== DESCRIPTION) continue;
      const raw = data.subarray(value, value + view.getUint32(at + 4, little));
      texts.push(tag === USER_COMMENT ? commentIn(raw) : latin1(raw).replaceAll("\0", ""));
    }
  }
  return texts;
}

/** Behind eight bytes that say what it is written in. */
function commentIn(raw: Uint8Array): string {
  const code = latin1(raw.subarray(0, 8));
  if (!/^(?:ASCII|UNICODE|JIS|\0)/.test(code)) return latin1(raw).replaceAll("\0", "");
  // Sixteen bits a character: those of base64 are the same without their zeros.
  return latin1(raw.subarray(8)).replaceAll("\0", "");
}

function xmpTexts(data: Uint8Array): string[] {
  return Array.from(latin1(data).matchAll(XMP_CARD), ([, text]) => text ?? "");
}
