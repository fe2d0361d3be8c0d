/** Makes a PNG smaller row by row, so that a large texture costs neither much memory nor other requests' time. */
import { createDeflate, createInflate } from "node:zlib";
import { Buffer } from "node:buffer";
import { dirname } from "node:path";
import { isPng, PNG_SIGNATURE, pngChunk, pngChunks } from "@/lib/png.ts";

/** No graphics card takes a texture of more. */
const MOST_EDGE = 16_384;

interface Head {
  width: number;
  height: number;
  /** Bytes of a pixel: RGB or RGBA of eight bits. */
  channels: 3 | 4;
}

/**
 * Writes the picture at `from`, with edges of a half, a quarter … until none is longer than `size`, to `to`.
 *
 * @returns whether there is such a picture: one that is small enough already, of another format or of another kind of
 * PNG than nearly all textures are (eight bits of RGB or RGBA, not interlaced) is left alone
 * @throws {Error} when it is damaged
 */
export async function writeSmaller(from: string, to: string, size: number): Promise<boolean> {
  const file = await Deno.readFile(from);
  const head = headOf(file);
  if (head === undefined) return false;
  let factor = 1;
  while (Math.max(head.width, head.height) / factor > size) factor *= 2;
  if (factor === 1) return false;
  await Deno.mkdir(dirname(to), { recursive: true });
  const building = `${to}.${crypto.randomUUID()}`;
  await Deno.writeFile(building, await shrink(file, head, factor));
  await Deno.rename(building, to);
  return true;
}

/** What a PNG says of itself (https://www.w3.org/TR/png-3/#11IHDR), where it can be made smaller here. */
function headOf(file: Uint8Array<ArrayBuffer>): Head | undefined {
  if (file.length < 33 || !isPng(file)) return undefined;
  const view = new DataView(file.buffer, file.byteOffset);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [depth, colour, , , interlaced] = file.subarray(24, 29);
  if (depth !== 8 || (colour !== 2 && colour !== 6) || interlaced !== 0) return undefined;
  if (width === 0 || height === 0 || Math.max(width, height) > MOST_EDGE) return undefined;
  return { width, height, channels: colour === 6 ? 4 : 3 };
}

async function shrink(
  file: Uint8Array<ArrayBuffer>,
  { width, height, channels }: Head,
  factor: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const out = { width: Math.ceil(width / factor), height: Math.ceil(height / factor) };
  const inflate = createInflate();
  const deflate = createDeflate({ level: 6 });
  const packed: Uint8Array[] = [];
  const done = (async () => {
    for await (const chunk of deflate) packed.push(chunk);
  })();
  // Whoever waits for the rows below is told what fails.
  done.catch(() => {});
  for (const { type, data } of pngChunks(file)) if (type === "IDAT") inflate.write(data);
  inflate.end();

  const stride = width * channels;
  const line = new Uint8Array(1 + stride);
  let filled = 0;
  let [row, above] = [new Uint8Array(stride), new Uint8Array(stride)];
  let sums = new Float64Array(out.width * 4);
  let [read, written] = [0, 0];
  for await (const chunk of inflate as AsyncIterable<Uint8Array>) {
    for (let at = 0; at < chunk.length && read < height;) {
      const some = chunk.subarray(at, at + line.length - filled);
      line.set(some, filled);
      filled += some.length;
      at += some.length;
      if (filled < line.length) break;
      filled = 0;
      row.set(line.subarray(1));
      unfilter(line[0] ?? 0, row, above, channels);
      add(sums, row, channels, factor);
      [row, above] = [above, row];
      read++;
      if (read % factor !== 0 && read !== height) continue;
      const rows = (read - 1) % factor + 1;
      const ready = deflate.write(Buffer.from(average(sums, out.width, width, factor, rows)));
      sums = new Float64Array(out.width * 4);
      written++;
      if (!ready) await new Promise((resolve) => deflate.once("drain", resolve));
    }
  }
  deflate.end();
  await done;
  if (written !== out.height) throw new Error(`Cannot make a picture smaller: only ${read} of ${height} rows came`);
  const ihdr = new Uint8Array(13);
  const view = new DataView(ihdr.buffer);
  view.setUint32(0, out.width);
  view.setUint32(4, out.height);
  ihdr.set([8, 6, 0, 0, 0], 8);
  return new Uint8Array(Buffer.concat([
    PNG_SIGNATURE,
    pngChunk("IHDR", ihdr),
    pngChunk("IDAT", Buffer.concat(packed)),
    pngChunk("IEND", new Uint8Array()),
  ]));
}

/** Undoes the filter of a row (https://www.w3.org/TR/png-3/#9Filters). */
function unfilter(kind: number, row: Uint8Array, above: Uint8Array, pixel: number): void {
  if (kind === 0) return;
  for (let i = 0; i < row.length; i++) {
    const a = i >= pixel ? row[i - pixel]! : 0;
    const b = above[i]!;
    if (kind === 1) row[i] = row[i]! + a;
    else if (kind === 2) row[i] = row[i]! + b;
    else if (kind === 3) row[i] = row[i]! + ((a + b) >> 1);
    else if (kind === 4) {
      const c = i >= pixel ? above[i - pixel]! : 0;
      const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
      row[i] = row[i]! + (pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
    } else throw new Error(`Cannot make a picture smaller: there is no filter ${kind}`);
  }
}

/** Adds a row to sums of squares of pixels; a colour counts by its opacity, so that nothing unseen shows at an edge. */
function add(sums: Float64Array, row: Uint8Array, channels: 3 | 4, factor: number): void {
  for (let from = 0, x = 0; from < row.length; from += channels, x++) {
    const to = Math.floor(x / factor) * 4;
    const alpha = channels === 4 ? row[from + 3]! : 255;
    if (alpha === 0) continue;
    for (let c = 0; c < 3; c++) sums[to + c] = sums[to + c]! + row[from + c]! * alpha;
    sums[to + 3] = sums[to + 3]! + alpha;
  }
}

/** A row of RGBA, which begins with its filter: none on the left's difference, as flat colours compress well so. */
function average(sums: Float64Array, outWidth: number, width: number, factor: number, rows: number): Uint8Array {
  const row = new Uint8Array(1 + outWidth * 4);
  row[0] = 1;
  const before = new Uint8Array(4);
  for (let x = 0; x < outWidth; x++) {
    const columns = Math.min(factor, width - x * factor);
    const opacity = sums[x * 4 + 3]!;
    for (let c = 0; c < 4; c++) {
      const sum = sums[x * 4 + c]!;
      const value = c === 3 ? Math.round(opacity / (columns * rows)) : opacity === 0 ? 0 : Math.round(sum / opacity);
      row[1 + x * 4 + c] = value - before[c]!;
      before[c] = value;
    }
  }
  return row;
}
