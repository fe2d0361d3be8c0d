/** Photographs in a real browser: upright whichever way the camera lay, and without what it wrote beside the picture. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { type Page, testBrowser } from "./browser.ts";
import { logSays, named, say, visit } from "./visit.ts";
import { joined } from "@/lib/avatars/file_tree.ts";
import { tempFolder } from "@/lib/avatars/model_fixture.ts";

const encoder = new TextEncoder();
const latin1 = new TextDecoder("latin1");

/** What cameras write that is nobody's business. */
const CAMERA = "Pocket Camera 3";
const COMMENT = "taken at home";
/** Degrees, minutes and hundredths of seconds. */
const PLACE = [[35, 1], [39, 1], [3112, 100]] as const;

/** A segment of a JPEG, which names its own length. */
function segment(marker: number, ...parts: Uint8Array[]): Uint8Array {
  const body = joined(parts);
  const head = new Uint8Array([0xff, marker, 0, 0]);
  new DataView(head.buffer).setUint16(2, body.length + 2);
  return joined([head, body]);
}

/** Exif (TIFF inside): the camera's name, how the picture is to be turned, and where it was taken. */
function exif(orientation: number): Uint8Array {
  const tiff = new Uint8Array(160);
  const view = new DataView(tiff.buffer);
  const entry = (at: number, tag: number, type: number, count: number, value: number) => {
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, type, true);
    view.setUint32(at + 4, count, true);
    view.setUint32(at + 8, value, true);
  };
  tiff.set(encoder.encode("II*\0"));
  view.setUint32(4, 8, true);
  view.setUint16(8, 3, true);
  entry(10, 0x010f, 2, CAMERA.length + 1, 120); // Make
  entry(22, 0x0112, 3, 1, orientation); // Orientation
  entry(34, 0x8825, 4, 1, 60); // Where the directory of the place is
  view.setUint16(60, 2, true);
  entry(62, 1, 2, 2, "N".charCodeAt(0)); // GPSLatitudeRef
  entry(74, 2, 5, 3, 90); // GPSLatitude
  PLACE.flat().forEach((number, index) => view.setUint32(90 + index * 4, number, true));
  tiff.set(encoder.encode(CAMERA), 120);
  return segment(0xe1, encoder.encode("Exif\0\0"), tiff);
}

/** Markers of a JPEG's segments, up to its pixels. */
function markersOf(jpeg: Uint8Array): number[] {
  const markers: number[] = [];
  for (let at = 2; jpeg[at] === 0xff && jpeg[at + 1] !== 0xda;) {
    markers.push(jpeg[at + 1]!);
    at += 2 + jpeg[at + 2]! * 256 + jpeg[at + 3]!;
  }
  return markers;
}

/** 64 pixels wide and 32 high as the camera lay: red at the left, blue at the right. */
async function photograph(page: Page, orientation: number): Promise<Uint8Array> {
  const plain = Uint8Array.from(
    await page.evaluate(async () => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 32 });
      const context = canvas.getContext("2d")!;
      for (const [colour, x] of [["red", 0], ["blue", 32]] as const) {
        context.fillStyle = colour;
        context.fillRect(x, 0, 32, 32);
      }
      const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", 1));
      return [...new Uint8Array(await blob!.arrayBuffer())];
    }),
  );
  const told = [exif(orientation), segment(0xfe, encoder.encode(COMMENT))];
  return joined([plain.subarray(0, 2), ...told, plain.subarray(2)]);
}

interface Seen {
  size: [number, number];
  /** Of the first and the last pixel: whether it is rather red than blue. */
  red: [boolean, boolean];
}

/** What there is to be seen of an image, as its bytes have it: nobody turns it. */
function seen(page: Page, jpeg: Uint8Array): Promise<Seen> {
  return page.evaluate(async (bytes) => {
    const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
    const canvas = Object.assign(document.createElement("canvas"), { width: bitmap.width, height: bitmap.height });
    const context = canvas.getContext("2d")!;
    context.drawImage(bitmap, 0, 0);
    const isRed = (x: number, y: number) => {
      const [red, , blue] = context.getImageData(x, y, 1, 1).data;
      return red! > blue!;
    };
    return {
      size: [bitmap.width, bitmap.height] as [number, number],
      red: [isRed(2, 2), isRed(bitmap.width - 3, bitmap.height - 3)] as [boolean, boolean],
    };
  }, [...jpeg]);
}

Deno.test("a photograph is shown and sent upright, without where it was taken and by what", async () => {
  const browser = await testBrowser();
  await using folder = await tempFolder();
  await visit(
    browser,
    async ({ page, stub }) => {
      const turned = [
        [1, { size: [64, 32], red: [true, false] }],
        [3, { size: [64, 32], red: [false, true] }],
        [6, { size: [32, 64], red: [true, false] }],
        [8, { size: [32, 64], red: [false, true] }],
      ] as const;
      for (const [index, [orientation, upright]] of turned.entries()) {
        const bytes = await photograph(page, orientation);
        const path = join(folder.path, `${orientation}.jpg`);
        await Deno.writeFile(path, bytes);
        await (await named(page, "button", "Attach an image")).click();
        const box = await page.waitForSelector('.attach-ways input[type="file"]:not([capture])');
        await (box as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(path);
        const shown = (await page.waitForSelector('.attached li[aria-busy="false"] img'))!;
        assertEquals(
          await shown.evaluate(async (element) => {
            const image = element as HTMLImageElement;
            await image.decode();
            return [image.naturalWidth, image.naturalHeight];
          }),
          [...upright.size],
        );
        await say(page, `Photograph ${orientation}`);
        await logSays(page, `Answer to Photograph ${orientation}`);
        const asked = stub.requests.filter(({ images }) => images.length > 0)[index]!;
        const sent = asked.images.at(-1)!;
        assertEquals(await seen(page, sent), { size: [...upright.size], red: [...upright.red] });
        // Neither Exif and XMP (APP1), nor IPTC (APP13), nor comments; only what a decoder needs.
        const markers = markersOf(sent);
        assert(markers.length > 3 && !markers.some((one) => [0xe1, 0xed, 0xfe].includes(one)), String(markers));
        for (const secret of ["Exif", CAMERA, COMMENT]) assert(!latin1.decode(sent).includes(secret), secret);
      }
    },
    { prompt: "none" },
    {
      stub: {
        models: [{ name: "qwen2.5:latest", capabilities: ["completion", "vision"] }],
        behaviour: { answer: (prompt) => `Answer to ${prompt}` },
      },
    },
  );
});
