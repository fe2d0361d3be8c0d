/** For tests: PNG pictures with texts in them. */
import { deflateSync } from "node:zlib";
import { joined } from "@/lib/avatars/file_tree.ts";
import { PNG_SIGNATURE, pngChunk as chunk } from "@/lib/png.ts";

const encoder = new TextEncoder();

/** A PNG of one grey pixel, with further chunks before its end. */
export function png(...chunks: Uint8Array[]): Uint8Array {
  return joined([
    PNG_SIGNATURE,
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
