/** Files and folders on disk that need not be there, and files that are never half-written. */
import { basename, dirname, join } from "node:path";
import { rm } from "node:fs/promises";

/** What is read of a path; undefined where there is nothing at it. */
export async function ifThere<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory) return undefined;
    throw cause;
  }
}

/** Whether there is a file or a folder. */
export async function exists(path: string): Promise<boolean> {
  return await ifThere(Deno.stat(path)) !== undefined;
}

/** When it was changed, in ms since 1970; `Infinity` where it is gone, or the file system does not tell. */
export async function changedAt(path: string): Promise<number> {
  return (await ifThere(Deno.stat(path)))?.mtime?.getTime() ?? Infinity;
}

/** Whether it was last changed longer ago than `ms`. Nothing is there: no. */
export async function isOlder(path: string, ms: number): Promise<boolean> {
  return Date.now() - await changedAt(path) > ms;
}

/** Removes a file, or a folder with all that is in it, if it is there. */
export function removeIfThere(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true });
}

/**
 * Writes a text file so that every reader sees the old text or the new one, never a part, also after a power cut.
 * Folders on the way are made.
 *
 * @param options `mode`: who may read and write it, as for `chmod`
 * @returns false when the file says so already, and was not touched
 */
export async function writeWhole(path: string, text: string, options: { mode?: number } = {}): Promise<boolean> {
  if (await ifThere(Deno.readTextFile(path)) === text) return false;
  await besideIt(path, text, { ...options, put: Deno.rename });
  return true;
}

/**
 * Makes a text file as {@linkcode writeWhole} does, where there is none: of several processes at once the first one.
 *
 * @returns false when there was one
 */
export async function makeWhole(path: string, text: string, options: { mode?: number } = {}): Promise<boolean> {
  try {
    await besideIt(path, text, {
      ...options,
      // Unlike a rename, a second name for the file takes no other one's place.
      put: async (building) => {
        try {
          await Deno.link(building, path);
        } catch (error) {
          if (error instanceof Deno.errors.AlreadyExists) throw error;
          // This file system has no second names: nor does it have several processes, as a rule.
          return await Deno.rename(building, path);
        }
        await Deno.remove(building);
      },
    });
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}

/** Writes a file under another name first, and puts it in its place once all of it is on the disk. */
async function besideIt(
  path: string,
  text: string,
  { put, ...options }: { mode?: number; put(building: string, path: string): Promise<void> },
): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const building = join(dirname(path), `.${basename(path)}-${crypto.randomUUID()}`);
  try {
    await Deno.writeTextFile(building, text, options);
    await toDisk(building);
    await put(building, path);
  } catch (cause) {
    await removeIfThere(building);
    throw cause;
  }
}

async function toDisk(path: string): Promise<void> {
  using file = await Deno.open(path, { write: true });
  await file.sync();
}
