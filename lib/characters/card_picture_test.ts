import { assert, assertEquals } from "@std/assert";
import { pictureOf } from "./card_picture.ts";
import { exif, jpeg, webp, webpChunk, webpOf } from "./picture_fixture.ts";
import { jpegParts } from "./picture_parts.ts";
import { latin1 } from "./png_texts.ts";
import { packedTextChunk, png, textChunk, unicodeTextChunk } from "./png_fixture.ts";
import { joined } from "@/lib/avatars/file_tree.ts";
import { pngChunk } from "@/lib/png.ts";

const encoder = new TextEncoder();
const SECRET = "SECRET";
const COLOURS = pngChunk("sRGB", Uint8Array.of(0));

Deno.test("pictureOf() a PNG is what is to be seen of it alone", () => {
  const texts = [
    textChunk("chara", SECRET),
    packedTextChunk("ccv3", SECRET),
    unicodeTextChunk("any", SECRET, false),
    pngChunk("eXIf", exif(SECRET)),
    pngChunk("prVt", encoder.encode(SECRET)),
  ];
  assertEquals(pictureOf(png(COLOURS, ...texts)), { type: "image/png", bytes: new Uint8Array(png(COLOURS)) });
  // What stands behind its end is none of it, either.
  assertEquals(pictureOf(joined([png(...texts), encoder.encode(SECRET)]))?.bytes, new Uint8Array(png()));
});

Deno.test("pictureOf() a JPEG has neither comments nor what programs add, and ends where the picture does", () => {
  const colours = [0xe2, encoder.encode("ICC_PROFILE\0")] as [number, Uint8Array];
  const said = [0xe1, 0xfe, 0xed, 0xeb].map((mark): [number, Uint8Array] => [mark, encoder.encode(SECRET)]);
  const card = joined([jpeg(colours, ...said), encoder.encode(`PK\x03\x04${SECRET}`)]);
  const bare = new Uint8Array(jpeg(colours));
  assertEquals(pictureOf(card), { type: "image/jpeg", bytes: bare });
  assertEquals(pictureOf(bare)?.bytes, bare);
});

Deno.test("jpegParts() goes on behind each scan, past restarts and bytes that only look like marks", () => {
  const scan = (...data: number[]) => Uint8Array.of(0xff, 0xda, 0, 2, ...data);
  const file = joined([
    Uint8Array.of(0xff, 0xd8),
    scan(1, 0xff, 0, 2, 0xff, 0xd0, 3, 0xff),
    Uint8Array.of(0xff, 0xc4, 0, 4, 0xff, 0xd9),
    scan(4),
    Uint8Array.of(0xff, 0xd9, 9),
  ]);
  assertEquals([...jpegParts(file)].map(({ kind, whole }) => [kind, whole.length]), [[0xda, 12], [0xc4, 6], [0xda, 5]]);
});

Deno.test("pictureOf() a WebP has no EXIF, announces none, and says how long it is then", () => {
  const card = webpOf(
    webpChunk("VP8X", Uint8Array.of(0x1c, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
    webpChunk("VP8 ", Uint8Array.of(1, 2)),
    webpChunk("EXIF", exif(SECRET)),
  );
  const seen = pictureOf(card)!;
  assertEquals(seen.type, "image/webp");
  assertEquals(seen.bytes.length, 12 + 18 + 10);
  assertEquals(new DataView(seen.bytes.buffer).getUint32(4, true), seen.bytes.length - 8);
  assertEquals(seen.bytes[20], 0x10);
  assert(!latin1(seen.bytes).includes(SECRET));
  assertEquals(pictureOf(webp("VP8 ", Uint8Array.of(1)))?.bytes, new Uint8Array(webp("VP8 ", Uint8Array.of(1))));
});

Deno.test("pictureOf() cut files have what has come, and what is no picture has none", () => {
  assertEquals(pictureOf(png().subarray(0, 50))?.bytes.length, 50);
  assertEquals(pictureOf(encoder.encode("{}")), undefined);
  assertEquals(pictureOf(new Uint8Array()), undefined);
});
