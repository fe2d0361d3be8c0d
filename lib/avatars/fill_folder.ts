import { Buffer } from "node:buffer";
import { basename, dirname, join } from "node:path";
import { digestOf, type FileContent } from "./file_tree.ts";
import { exists, ifThere, isOlder, removeIfThere } from "@/lib/files.ts";

const ABANDONED_MS = 10 * 60 * 1000;
/** How often a folder is put in its place while others do the same. */
const SWAP_ATTEMPTS = 20;

/**
 * Makes `folder` hold just these files. A folder that already does is not touched; any other is built beside it and
 * put in its place, so that a failure half-way leaves what was there.
 *
 * @param files what is in them, by relative path
 * @returns whether anything changed
 */
export async function fillFolder(folder: string, files: ReadonlyMap<string, FileContent>): Promise<boolean> {
  await sweep(folder);
  if (await holds(folder, files)) return false;
  const building = join(dirname(folder), `${prefixOf(folder)}${crypto.randomUUID()}`);
  try {
    for (const [path, content] of files) {
      await Deno.mkdir(dirname(join(building, path)), { recursive: true });
      await writeContent(join(building, path), content, { create: true });
    }
    await swapUnlessThere(building, folder, files);
  } finally {
    await removeIfThere(building);
  }
  return true;
}

/** Whether these files are in it, and no others; no as well where another sync takes it away meanwhile. */
async function holds(folder: string, files: ReadonlyMap<string, FileContent>): Promise<boolean> {
  return await ifThere(compare(folder, files)) ?? false;
}

async function compare(folder: string, files: ReadonlyMap<string, FileContent>): Promise<boolean> {
  const present = await list(folder);
  if (present.length !== files.size || present.some((path) => !files.has(path))) return false;
  for (const [path, { size }] of files) {
    if ((await Deno.stat(join(folder, path))).size !== size) return false;
  }
  for (const [path, content] of files) {
    if (!await isContent(join(folder, path), content)) return false;
  }
  return true;
}

/** Writes a file, which with `createNew` must not be there yet. */
export async function writeContent(
  path: string,
  content: FileContent,
  how: { create: true } | { createNew: true },
): Promise<void> {
  using file = await Deno.open(path, { ...how, write: true, truncate: true });
  await content.stream(async (chunk) => {
    for (let written = 0; written < chunk.length;) written += await file.write(chunk.subarray(written));
  });
}

/** Whether a file of the same size holds just this: by its digest where that is known, for to unpack it takes longer. */
async function isContent(path: string, content: FileContent): Promise<boolean> {
  using file = await Deno.open(path);
  if (content.digest !== undefined) {
    const digest = await digestOf(async (take) => {
      for await (const chunk of file.readable) await take(chunk);
    });
    return digest === content.digest;
  }
  let same = true;
  await content.stream(async (chunk) => {
    const there = new Uint8Array(chunk.length);
    for (let read = 0; same && read < there.length;) {
      const count = await file.read(there.subarray(read));
      if (count === null) same = false;
      else read += count;
    }
    same &&= Buffer.compare(there, chunk) === 0;
  });
  return same;
}

async function list(folder: string, prefix = ""): Promise<string[]> {
  const paths: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(join(folder, prefix))) {
      const path = prefix === "" ? name : `${prefix}/${name}`;
      paths.push(...isDirectory ? await list(folder, path) : [path]);
    }
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
  }
  return paths;
}

/** Puts the new folder in its place, unless another sync puts the same files there at the same time. */
async function swapUnlessThere(
  building: string,
  folder: string,
  files: ReadonlyMap<string, FileContent>,
): Promise<void> {
  const asides: string[] = [];
  for (let attempt = 1;; attempt++) {
    const aside = join(dirname(folder), `${prefixOf(folder)}${crypto.randomUUID()}`);
    asides.push(aside);
    try {
      await swap(building, folder, aside);
      break;
    } catch (cause) {
      if (await holds(folder, files)) break;
      // A third one may just be between its two renames, or have put its own folder where this one was to go.
      if (attempt === SWAP_ATTEMPTS) throw cause;
    }
  }
  for (const aside of asides) await removeIfThere(aside);
}

/** Moves the old folder aside and the new one in; on failure the old one comes back, unless there is another by now. */
async function swap(building: string, folder: string, aside: string): Promise<void> {
  const moved = await ifThere(Deno.rename(folder, aside).then(() => true)) ?? false;
  try {
    await Deno.rename(building, folder);
  } catch (cause) {
    if (moved && !await exists(folder)) await Deno.rename(aside, folder);
    throw cause;
  }
}

/** Removes what a run that was killed has left beside the folder; a younger one may be of a run that still goes on. */
async function sweep(folder: string): Promise<void> {
  await Deno.mkdir(dirname(folder), { recursive: true });
  for await (const { name } of Deno.readDir(dirname(folder))) {
    const path = join(dirname(folder), name);
    if (name.startsWith(prefixOf(folder)) && await isOlder(path, ABANDONED_MS)) await removeIfThere(path);
  }
}

function prefixOf(folder: string): string {
  return `.${basename(folder)}-building-`;
}
