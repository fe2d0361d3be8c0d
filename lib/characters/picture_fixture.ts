/** For tests: JPEG and WebP pictures, or what passes for them, with texts in them. */
import { joined } from "@/lib/avatars/file_tree.ts";

const encoder = new TextEncoder();

/** EXIF with a comment of the user's, in either order of bytes. */
export function exif(comment: string | Uint8Array, little = false): Uint8Array {
  const text = joined([
    encoder.encode("ASCII\0\0\0"),
    typeof comment === "string" ? encoder.encode(comment) : comment,
  ]);
  const bytes = new Uint8Array(44 + text.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, little ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, little);
  view.setUint32(4, 8, little);
  entry(view, 8, [0x8769, 4, 1, 26], little);
  entry(view, 26, [0x9286, 7, text.length, 44], little);
  bytes.set(text, 44);
  return bytes;
}

/** A directory with one entry, and nothing after it. */
function entry(view: DataView, at: number, [tag, type, count, value]: number[], little: boolean): void {
  view.setUint16(at, 1, little);
  view.setUint16(at + 2, tag!, little);
  view.setUint16(at + 4, type!, little);
  view.setUint32(at + 6, count!, little);
  view.setUint32(at + 10, value!, little);
}

/** A JPEG of no pixels with parts of the given markers. */
export function jpeg(...parts: [marker: number, data: Uint8Array][]): Uint8Array {
  return joined([
    Uint8Array.of(0xff, 0xd8),
    ...[[0xe0, encoder.encode("JFIF\0\x01\x01\0\0\x01\0\x01\0\0")] as const, ...parts].map(([marker, data]) =>
      joined([Uint8Array.of(0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 255), data])
    ),
    Uint8Array.of(0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9),
  ]);
}

export function jpegWithExif(comment: string): Uint8Array {
  return jpeg([0xe1, joined([encoder.encode("Exif\0\0"), exif(comment)])]);
}

export function jpegWithXmp(attribute: string): Uint8Array {
  const xmp = `<x:xmpmeta><rdf:Description c:chara="${attribute}"/></x:xmpmeta>`;
  return jpeg([0xe1, encoder.encode(`http://ns.adobe.com/xap/1.0/\0${xmp}`)]);
}

/** A WebP of no pixels with a chunk. */
export function webp(type: string, data: Uint8Array): Uint8Array {
  return webpOf(webpChunk(type, data));
}

export function webpOf(...chunks: Uint8Array[]): Uint8Array {
  const body = joined([encoder.encode("WEBP"), ...chunks]);
  return joined([encoder.encode("RIFF"), le32(body.length), body]);
}

export function webpChunk(type: string, data: Uint8Array): Uint8Array {
  const padding = new Uint8Array(data.length % 2);
  return joined([encoder.encode(type), le32(data.length), data, padding]);
}

function le32(number: number): Uint8Array {
  return Uint8Array.of(number & 255, (number >> 8) & 255, (number >> 16) & 255, number >>> 24);
}
