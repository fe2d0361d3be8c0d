import { basename, dirname, join } from "node:path";

/**
 * Writes a text file so that every reader sees the old text or the new one, never a part. Folders on the way are made.
 *
 * @param options `mode`: who may read and write it, as for `chmod`
 * @returns false when the file says so already, and was not touched
 */
export async function writeWhole(path: string, text: string, options: { mode?: number } = {}): Promise<boolean> {
  if (await readOrUndefined(path) === text) return false;
  await Deno.mkdir(dirname(path), { recursive: true });
  const building = join(dirname(path), `.${basename(path)}-${crypto.randomUUID()}`);
  try {
    await Deno.writeTextFile(building, text, options);
    await Deno.rename(building, path);
  } catch (cause) {
    await removeIfThere(building);
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

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
  }
}
