/** Textures of avatars for smaller screens: made when one is first asked for, beside the originals, which stay as they are. */
import { join } from "node:path";
import { plainParts } from "@/lib/server/http/paths.ts";
import { warn } from "@/lib/telemetry/log.ts";
import { TEXTURE_SIZES } from "@/lib/protocol/textures.ts";
import { SerialQueue } from "@/lib/serial_queue.ts";
import { writeSmaller } from "./smaller_png.ts";

export class SmallerTextures {
  readonly #folder: string;
  /** What is made or could not be made, by its path. */
  readonly #known = new Map<string, Promise<boolean>>();
  /** One at a time: each takes a tenth of a second of the processor for four million pixels. */
  readonly #queue = new SerialQueue();

  /** @param folder has avatars in folders named by their hash */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * The path, below the folder of all avatars, of what is given out for a file.
   *
   * @param path still percent-encoded, as it is asked for: the avatar's hash, and the file in its folder
   * @param size the longest edge that is wanted, in pixels
   */
  async pathFor(path: string, size: string | null): Promise<string> {
    const [hash, ...parts] = plainParts(path) ?? [];
    if (hash === undefined || !/^[0-9a-f]+$/.test(hash) || !/\.png$/i.test(path)) return path;
    const wanted = TEXTURE_SIZES.find((known) => String(known) === size);
    if (wanted === undefined) return path;
    const to = [smallerFolder(hash, wanted), ...parts];
    return await this.#made([hash, ...parts].join("/"), to.join("/"), wanted)
      ? to.map(encodeURIComponent).join("/")
      : path;
  }

  #made(from: string, to: string, size: number): Promise<boolean> {
    let made = this.#known.get(to);
    if (made === undefined) {
      made = this.#make(join(this.#folder, from), join(this.#folder, to), size);
      this.#known.set(to, made);
      // What is there is found again on the disk, unless it has been swept.
      void made.then((there) => there && this.#known.delete(to));
    }
    return made;
  }

  async #make(from: string, to: string, size: number): Promise<boolean> {
    if (await isFile(to)) return true;
    if (!await isFile(from)) return false;
    try {
      return await this.#queue.run(() => writeSmaller(from, to, size));
    } catch (cause) {
      warn(
        `Cannot make ${from} smaller, so it is given out as it is: ${cause instanceof Error ? cause.message : cause}`,
      );
      return false;
    }
  }
}

/** Where smaller textures of an avatar lie, beside its folder. */
export function smallerFolder(hash: string, size: number): string {
  return `${hash}.${size}`;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false; // Whatever the reason, it cannot be given out.
  }
}
