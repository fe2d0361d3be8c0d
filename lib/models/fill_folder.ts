/** Writes that are seen whole or not at all, and not made where nothing changed. */
import { basename, dirname, join } from "node:path";

/**
 * Makes `folder` hold just these files. A folder that already does is not touched; any other is built beside it and
 * put in its place, so that a failure half-way leaves what was there.
 *
 * @param files bytes by relative path
 * @returns whether anything changed
 */
export async function fillFolder(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<boolean> {
  await sweep(folder);
  if (await holds(folder, files)) return false;
  const building = join(dirname(folder), `${prefixOf(folder)}${crypto.randomUUID()}`);
  try {
    for (const [path, bytes] of files) {
      await Deno.mkdir(dirname(join(building, path)), { recursive: true });
      await Deno.writeFile(join(building, path), bytes);
    }
    await swap(building, folder);
  } finally {
    await sweep(folder);
  }
  return true;
}

/** Writes a file in one step, unless it already says so. */
export async function writeWhole(path: string, text: string): Promise<boolean> {
  if (await readOrUndefined(path) === text) return false;
  await Deno.mkdir(dirname(path), { recursive: true });
  const building = join(dirname(path), `.${basename(path)}-${crypto.randomUUID()}`);
  try {
    await Deno.writeTextFile(building, text);
    await Deno.rename(building, path);
  } catch (cause) {
    await Deno.remove(building).catch(() => {}); // Its own failure would hide the one that matters.
    throw cause;
  }
  return true;
}

async function readOrUndefined(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw cause;
  }
}

async function holds(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<boolean> {
  const present = await list(folder);
  if (present.length !== files.size || present.some((path) => !files.has(path))) return false;
  for (const [path, bytes] of files) {
    if ((await Deno.stat(join(folder, path))).size !== bytes.length) return false;
  }
  for (const [path, bytes] of files) {
    if (!equal(await Deno.readFile(join(folder, path)), bytes)) return false;
  }
  return true;
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

/** Moves the old folder aside and the new one in; on failure the old one comes back. */
async function swap(building: string, folder: string): Promise<void> {
  const aside = `${building}-old`;
  let moved = false;
  try {
    await Deno.rename(folder, aside);
    moved = true;
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
  }
  try {
    await Deno.rename(building, folder);
  } catch (cause) {
    if (moved) await Deno.rename(aside, folder);
    throw cause;
  }
}

/** Removes what this run, or one that was killed, has left beside the folder. */
async function sweep(folder: string): Promise<void> {
  await Deno.mkdir(dirname(folder), { recursive: true });
  for await (const { name } of Deno.readDir(dirname(folder))) {
    if (name.startsWith(prefixOf(folder))) await Deno.remove(join(dirname(folder), name), { recursive: true });
  }
}

function prefixOf(folder: string): string {
  return `.${basename(folder)}-building-`;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
