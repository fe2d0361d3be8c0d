import { assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { deflateSync, inflateSync } from "node:zlib";
import { join } from "node:path";
import { tempFolder } from "./model_fixture.ts";
import { writeSmaller } from "./smaller_png.ts";
import { PNG_SIGNATURE, pngChunk } from "@/lib/png.ts";

/** A PNG of RGBA whose rows come with their filters. */
function png(width: number, height: number, rows: number[][], colour = 6): Uint8Array<ArrayBuffer> {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, colour, 0, 0, 0], 8);
  const data = deflateSync(Buffer.from(rows.flat()));
  return new Uint8Array(Buffer.concat([
    PNG_SIGNATURE,
    pngChunk("IHDR", head),
    pngChunk("IDAT", data.subarray(0, 5)),
    pngChunk("IDAT", data.subarray(5)),
    pngChunk("IEND", Buffer.alloc(0)),
  ]));
}

/** The pixels of a picture that was made here: each row has the filter of the left's difference. */
function pixels(file: Uint8Array): { width: number; height: number; rows: number[][] } {
  const view = new DataView(file.buffer, file.byteOffset);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const raw = inflateSync(file.subarray(41, 41 + view.getUint32(33)));
  const rows = Array.from({ length: height }, (_, y) => {
    const row = [...raw.subarray(y * (1 + width * 4) + 1, (y + 1) * (1 + width * 4))];
    for (let i = 4; i < row.length; i++) row[i] = (row[i]! + row[i - 4]!) & 255;
    return row;
  });
  return { width, height, rows };
}

const RED = [200, 0, 0, 255];
/** What nobody sees has a colour all the same, which must not bleed into what is seen. */
const HIDDEN = [0, 255, 0, 0];

Deno.test("U12: writeSmaller() halves until the picture fits, with colours by their opacity", async () => {
  await using folder = await tempFolder();
  const [from, to] = [join(folder.path, "a.png"), join(folder.path, "b/a.png")];
  const row = [...RED, ...HIDDEN, ...RED, ...RED];
  // The second row is as the first, told by the filter of the one above.
  await Deno.writeFile(from, png(4, 3, [[0, ...row], [2, ...row.map(() => 0)], [0, ...row]]));
  assertEquals(await writeSmaller(from, to, 2), true);
  assertEquals(pixels(await Deno.readFile(to)), {
    width: 2,
    height: 2,
    rows: [[200, 0, 0, 128, ...RED], [200, 0, 0, 128, ...RED]],
  });
});

Deno.test("U12: every filter of PNG is undone", async () => {
  await using folder = await tempFolder();
  const [from, to] = [join(folder.path, "a.png"), join(folder.path, "b.png")];
  // Each row says the same grey in its own way: by the left, above, the mean of both, and Paeth's choice.
  const grey = (first: number[], next: number[]) => [...first, ...next];
  const rows = [
    [1, ...grey([90, 90, 90, 255], [0, 0, 0, 0])],
    [2, ...grey([0, 0, 0, 0], [0, 0, 0, 0])],
    [3, ...grey([45, 45, 45, 128], [0, 0, 0, 0])],
    [4, ...grey([0, 0, 0, 0], [0, 0, 0, 0])],
  ];
  await Deno.writeFile(from, png(2, 4, rows));
  assertEquals(await writeSmaller(from, to, 2), true);
  assertEquals(pixels(await Deno.readFile(to)).rows, [[90, 90, 90, 255], [90, 90, 90, 255]]);
});

Deno.test("U12: what is small enough, or no such PNG, is left alone, and a damaged one is said to be", async () => {
  await using folder = await tempFolder();
  const [from, to] = [join(folder.path, "a.png"), join(folder.path, "b.png")];
  const rows = [[0, ...RED, ...RED], [0, ...RED, ...RED]];
  for (const file of [png(2, 2, rows), png(4, 4, rows, 3), new TextEncoder().encode("RIFF....WEBP")]) {
    await Deno.writeFile(from, file);
    assertEquals(await writeSmaller(from, to, 2), false);
  }
  await Deno.writeFile(from, png(2, 4, rows));
  await assertRejects(() => writeSmaller(from, to, 2), Error, "2 of 4 rows");
  await Deno.writeFile(from, png(4, 1, [[9, ...RED, ...RED, ...RED, ...RED]]));
  await assertRejects(() => writeSmaller(from, to, 2), Error, "no filter 9");
  assertEquals(await Array.fromAsync(Deno.readDir(folder.path), ({ name }) => name), ["a.png"]);
});
