/**
 * The texts within a JPEG or a WebP picture that may hold a character card: comments, EXIF's UserComment
 * (https://www.cipa.jp/std/documents/e/DC-008-2012_E.pdf, 4.6.5) and XMP.
 */
import { latin1 } from "./png.ts";

/** EXIF: where the part with the comment is, and the comment. */
const EXIF_POINTER = 0x8769;
const USER_COMMENT = 0x9286;
const DESCRIPTION = 0x010e;
/** What XMP may call a card. */
const XMP_CARD = /(?:chara|ccv3)\s*(?:=\s*["']|>\s*)([^"'<]+)/gi;

export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

export function isWebp(bytes: Uint8Array): boolean {
  return latin1(bytes.subarray(0, 4)) === "RIFF" && latin1(bytes.subarray(8, 12)) === "WEBP";
}

/** What may be a card in a picture, each text as it stands there, one character a byte. Of a cut file, those before its end. */
export function pictureTexts(bytes: Uint8Array): string[] {
  const parts = isJpeg(bytes) ? jpegParts(bytes) : isWebp(bytes) ? webpParts(bytes) : [];
  return parts.flatMap(({ kind, data }) =>
    kind === "comment" ? [latin1(data)] : kind === "exif" ? exifTexts(data) : xmpTexts(data)
  );
}

interface Part {
  kind: "comment" | "exif" | "xmp";
  data: Uint8Array;
}

function jpegParts(bytes: Uint8Array): Part[] {
  const parts: Part[] = [];
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++; // Filling.
      continue;
    }
    if (marker === 0xda || marker === 0xd9) break; // From here on it is the picture itself.
    const length = bytes[at + 2]! * 256 + bytes[at + 3]!;
    const data = bytes.subarray(at + 4, at + 2 + length);
    const start = latin1(data.subarray(0, 29));
    if (marker === 0xfe) parts.push({ kind: "comment", data });
    else if (marker === 0xe1 && start.startsWith("Exif\0\0")) parts.push({ kind: "exif", data: data.subarray(6) });
    else if (marker === 0xe1 && start.startsWith("http://ns.adobe.com/xap/1.0/")) parts.push({ kind: "xmp", data });
    at += 2 + length;
  }
  return parts;
}

function webpParts(bytes: Uint8Array): Part[] {
  const parts: Part[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 12; at + 8 <= bytes.length;) {
    const length = view.getUint32(at + 4, true);
    const data = bytes.subarray(at + 8, at + 8 + length);
    const type = latin1(bytes.subarray(at, at + 4));
    if (type === "EXIF") {
      const prefixed = latin1(data.subarray(0, 6)) === "Exif\0\0";
      parts.push({ kind: "exif", data: prefixed ? data.subarray(6) : data });
    } else if (type === "XMP ") parts.push({ kind: "xmp", data });
    at += 8 + length + length % 2;
  }
  return parts;
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
