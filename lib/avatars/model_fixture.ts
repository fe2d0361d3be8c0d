/** Small models for tests: real enough to be checked, and to be broken in one place. */
import { dirname, join } from "node:path";
import type { FileContent } from "./file_tree.ts";
import { TextReader, Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";

export type Files = Record<string, string | Uint8Array>;

/** A whole picture of one pixel. */
export const PNG: Uint8Array = Uint8Array.from(
  atob("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAAC0lEQVR4nGP4DwQACfsD/fteaysAAAAASUVORK5CYII="),
  (sign) => sign.charCodeAt(0),
);

/** A motion of Cubism 3 and later, in which something moves for a second. */
export const MOTION = JSON.stringify({
  Version: 3,
  Meta: { Duration: 1, Fps: 30, Loop: true, CurveCount: 1, TotalSegmentCount: 1, TotalPointCount: 2, UserDataCount: 0 },
  Curves: [{ Target: "Parameter", Id: "ParamAngleX", Segments: [0, 0, 0, 1, 1] }],
});

/** A moc3 of the given format version, as far as its header goes. */
export function moc3(version = 3): Uint8Array {
  return new Uint8Array([0x4d, 0x4f, 0x43, 0x33, version, 0, 0, 0]);
}

/** A complete model named `name`, changed by `changes`: a file that is `undefined` there is left out. */
export function modelFiles(changes: Record<string, string | Uint8Array | undefined> = {}, name = "Mia"): Files {
  const files = {
    [`${name}.model3.json`]: JSON.stringify({
      Version: 3,
      FileReferences: {
        Moc: `${name}.moc3`,
        Textures: ["textures/texture_00.png"],
        Physics: `${name}.physics3.json`,
        Expressions: [{ Name: "smile", File: "smile.exp3.json" }],
        Motions: { Idle: [{ File: "idle.motion3.json", Sound: "idle.wav" }] },
      },
    }),
    [`${name}.moc3`]: moc3(),
    "textures/texture_00.png": PNG,
    [`${name}.physics3.json`]: "{}",
    "smile.exp3.json": "{}",
    "idle.motion3.json": MOTION,
    "idle.wav": new Uint8Array([1]),
    ...changes,
  };
  return Object.fromEntries(Object.entries(files).filter(([, content]) => content !== undefined)) as Files;
}

/** Writes files below a folder. */
export async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
    await Deno.writeFile(join(folder, path), typeof content === "string" ? new TextEncoder().encode(content) : content);
  }
}

/** A zip of files, its names as they are; in `encoding` without the UTF-8 flag, where one is given. */
export async function zipOf(files: Files, encoding?: string): Promise<Uint8Array<ArrayBuffer>> {
  const legacy = encoding === undefined
    ? {}
    : { useUnicodeFileNames: false, encodeText: (text: string) => encodeLegacy(text, encoding) };
  const writer = new ZipWriter(new Uint8ArrayWriter(), legacy);
  for (const [path, content] of Object.entries(files)) {
    const reader = typeof content === "string" ? new TextReader(content) : new Uint8ArrayReader(content);
    await writer.add(path, reader, { level: 6 });
  }
  return new Uint8Array(await writer.close());
}

/** A folder that is gone at the end of its scope. */
export async function tempFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "vtuber-test-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** What pairs of bytes mean in old encodings. */
const legacySigns = new Map<string, Map<string, number[]>>();

/** The platform decodes old encodings but does not encode them: all pairs of bytes are decoded, once. */
function encodeLegacy(text: string, encoding: string): Uint8Array {
  if (encoding === "utf-8") return new TextEncoder().encode(text);
  const signs = legacySigns.getOrInsertComputed(encoding, signsOf);
  return new Uint8Array([...text].flatMap((sign) => {
    if (sign <= "~") return [sign.charCodeAt(0)];
    const bytes = signs.get(sign);
    if (bytes === undefined) throw new RangeError(`No ${encoding} for ${sign}`);
    return bytes;
  }));
}

/** Which signs an encoding has for pairs of bytes; the first pair of those that are the same sign. */
function signsOf(encoding: string): Map<string, number[]> {
  const pairs: number[][] = [];
  for (let lead = 0x81; lead < 0xff; lead++) {
    for (let trail = 0x40; trail < 0xff; trail++) pairs.push([lead, trail]);
  }
  // A line each: no pair takes the end of its line for its own second byte.
  const lines = new Uint8Array(pairs.flatMap((pair) => [...pair, 0x0a]));
  const decoded = new TextDecoder(encoding).decode(lines).split("\n");
  return new Map(decoded.map((sign, i): [string, number[]] => [sign, pairs[i]!]).reverse());
}

/** What a file of a model holds. */
export async function textOf(content: FileContent | undefined): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  await content?.stream((chunk) => void (text += decoder.decode(chunk, { stream: true })));
  return text + decoder.decode();
}
