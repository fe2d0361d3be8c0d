/** For tests: PNG pictures with texts in them. */
import { crc32, deflateSync } from "node:zlib";

const encoder = new TextEncoder();

/** A chunk of a PNG, with the right checksum. */
export function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(encoder.encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** A PNG of one grey pixel, with further chunks before its end. */
export function png(...chunks: Uint8Array[]): Uint8Array {
  return joined([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0)),
    chunk("IDAT", deflateSync(Uint8Array.of(0, 128))),
    ...chunks,
    chunk("IEND", new Uint8Array()),
  ]);
}

export function textChunk(keyword: string, text: string): Uint8Array {
  return chunk("tEXt", encoder.encode(`${keyword}\0${text}`));
}

export function packedTextChunk(keyword: string, text: string): Uint8Array {
  return chunk("zTXt", joined([encoder.encode(`${keyword}\0\0`), deflateSync(text)]));
}

export function unicodeTextChunk(keyword: string, text: string, packed: boolean): Uint8Array {
  const data = encoder.encode(text);
  return chunk(
    "iTXt",
    joined([
      encoder.encode(`${keyword}\0`),
      Uint8Array.of(packed ? 1 : 0, 0),
      encoder.encode("en\0Keyword\0"),
      packed ? deflateSync(data) : data,
    ]),
  );
}

/** JSON in UTF-8 in base64, as cards have it. */
export function encoded(value: unknown): string {
  return btoa(String.fromCharCode(...encoder.encode(JSON.stringify(value))));
}

function joined(parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
