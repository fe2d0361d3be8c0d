/** The images of prompts as files: `<folder>/<who sent it>/<SHA-256>.<ending>`, so that nobody has another's by its id. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { IMAGE_ENDINGS, imageFormat, typeOfEnding } from "./image_format.ts";
import { changedAt, ifThere, removeIfThere } from "@/lib/files.ts";
import { OWNER } from "@/lib/principal.ts";
import { LONGEST_IMAGE_NAME, type NamedImage, type TurnImage } from "@/lib/protocol/images.ts";
import { RequestError } from "@/lib/protocol/request_error.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

/** What images may be, and take. */
export interface ImageLimits {
  /** Of all images; those of guests may take half of it. */
  bytes: number;
}

/** The longer side of what is taken, in pixels: a small file may unpack to a large picture. */
const LONGEST_TAKEN = 8192;
/** How long an image is kept that no prompt shows, ms: what waits in somebody's box. */
const UNUSED_MS = 24 * 60 * 60 * 1_000;
const SWEEP_MS = 60 * 60 * 1_000;

/** An image that is kept. */
export interface KeptImage {
  type: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Who sent which image. */
export interface ImageKey {
  id: string;
  /** The principal, by id. */
  sender: string;
}

export class ImageStore {
  readonly #folder: string;
  readonly #limits: ImageLimits;
  readonly #now: () => number;
  /** Bytes of each file, by its path below the folder. */
  readonly #files = new Map<string, number>();

  private constructor(folder: string, limits: ImageLimits, now: () => number) {
    this.#folder = folder;
    this.#limits = limits;
    this.#now = now;
  }

  /** Opens the folder, which need not be there, and counts what is in it. */
  static async open(folder: string, limits: ImageLimits, now: () => number = Date.now): Promise<ImageStore> {
    const store = new ImageStore(folder, limits, now);
    for (const sender of await namesIn(folder)) {
      for (const name of await namesIn(join(folder, sender))) {
        const { size } = await Deno.stat(join(folder, sender, name));
        store.#files.set(`${sender}/${name}`, size);
      }
    }
    return store;
  }

  /** How many are kept. */
  get count(): number {
    return this.#files.size;
  }

  /** Bytes of all. */
  get bytes(): number {
    return this.#bytesOf(() => true);
  }

  /**
   * Keeps an image.
   *
   * @throws {RequestError} when it is no image that can be taken, or there is no room for it
   */
  async add(bytes: Uint8Array, sender: string): Promise<Omit<TurnImage, "name">> {
    const format = imageFormat(bytes);
    if (format === undefined) {
      throw refusal("Cannot take this as an image: it should be a JPEG, PNG or WebP file", "Save it as one of these");
    }
    const { width, height, ending } = format;
    if (Math.max(width, height) > LONGEST_TAKEN) {
      throw refusal(
        `Cannot take an image of ${width} × ${height} pixels: at most ${LONGEST_TAKEN} a side are taken`,
        "Make it smaller",
      );
    }
    const id = createHash("sha256").update(bytes).digest("hex");
    const key = { id, sender };
    await this.#touch(await this.#pathOf(key) ?? await this.#write(key, ending, bytes));
    return { id, width, height };
  }

  /**
   * What a turn has of images that `sender` has sent.
   *
   * @throws {RequestError} when one is not there
   */
  async take(named: readonly NamedImage[], sender: string): Promise<TurnImage[]> {
    const images: TurnImage[] = [];
    for (const { id, name } of named) {
      const kept = await this.#read({ id, sender });
      const format = kept && imageFormat(kept.bytes);
      if (kept === undefined || format === undefined) {
        const message = "An image of this message is not there any more";
        throw new RequestError({ code: "not_found", message, hint: "Attach it again" });
      }
      // It is in use from now on, and not unused since it was sent.
      await this.#touch(kept.path);
      const { width, height } = format;
      images.push({ id, width, height, ...(name !== undefined && { name: name.slice(0, LONGEST_IMAGE_NAME) }) });
    }
    return images;
  }

  /** Gives images that one has sent to another one as well, who asks with them again. */
  async share(images: readonly NamedImage[], from: string, to: string): Promise<void> {
    for (const { id } of from === to ? [] : images) {
      const kept = await this.read({ id, sender: from });
      if (kept !== undefined) await this.add(kept.bytes, to);
    }
  }

  /** Undefined where it is not there. */
  async read(key: ImageKey): Promise<KeptImage | undefined> {
    const kept = await this.#read(key);
    return kept && { type: kept.type, bytes: kept.bytes };
  }

  async remove(key: ImageKey): Promise<void> {
    const path = await this.#pathOf(key);
    if (path !== undefined) await this.#remove(path);
  }

  /** Removes what is not among `used`, and has not been for a day. */
  async sweep(used: readonly ImageKey[]): Promise<void> {
    const kept = new Set(used.flatMap((key) => pathsOf(key)));
    for (const path of [...this.#files.keys()]) {
      if (kept.has(path) || this.#now() - await changedAt(join(this.#folder, path)) < UNUSED_MS) continue;
      await this.#remove(path);
    }
  }

  /** Sweeps at once, and then again and again until it is disposed of. */
  keepSwept(used: () => Promise<readonly ImageKey[]>): Disposable {
    const sweep = () => guarded("remove images that no conversation shows", async () => this.sweep(await used()));
    sweep();
    const timer = setInterval(sweep, SWEEP_MS);
    return { [Symbol.dispose]: () => clearInterval(timer) };
  }

  async #read(key: ImageKey): Promise<KeptImage & { path: string } | undefined> {
    const path = await this.#pathOf(key);
    const bytes = path && await ifThere(Deno.readFile(join(this.#folder, path)));
    const type = typeOfEnding(path?.split(".").at(-1) ?? "");
    return path && bytes && type !== undefined ? { path, type, bytes } : undefined;
  }

  /** Gives its path. */
  async #write(key: ImageKey, ending: string, bytes: Uint8Array): Promise<string> {
    const ofGuests = this.#bytesOf((path) => !path.startsWith(`${OWNER.id}/`));
    const isFull = this.bytes + bytes.length > this.#limits.bytes ||
      (key.sender !== OWNER.id && ofGuests + bytes.length > this.#limits.bytes / 2);
    if (isFull) {
      throw refusal(
        `Cannot keep another image: those that are kept have ${this.bytes} of ${this.#limits.bytes} bytes`,
        "Delete conversations with images, or raise limits.imageBytes",
      );
    }
    const path = `${folderOf(key.sender)}/${key.id}.${ending}`;
    // Counted before it is there, so that two that come at once do not both take the last room.
    this.#files.set(path, bytes.length);
    const building = join(this.#folder, `${path}.${crypto.randomUUID()}`);
    try {
      await Deno.mkdir(join(this.#folder, folderOf(key.sender)), { recursive: true });
      await Deno.writeFile(building, bytes, { mode: 0o600 });
      await Deno.rename(building, join(this.#folder, path));
      return path;
    } catch (cause) {
      this.#files.delete(path);
      await removeIfThere(building);
      throw cause;
    }
  }

  async #pathOf(key: ImageKey): Promise<string | undefined> {
    for (const path of pathsOf(key)) {
      if (await ifThere(Deno.stat(join(this.#folder, path))) !== undefined) return path;
    }
  }

  async #remove(path: string): Promise<void> {
    await removeIfThere(join(this.#folder, path));
    this.#files.delete(path);
  }

  /** It is in use now. */
  async #touch(path: string): Promise<void> {
    const now = new Date(this.#now());
    await ifThere(Deno.utime(join(this.#folder, path), now, now));
  }

  #bytesOf(isAmong: (path: string) => boolean): number {
    return this.#files.entries().reduce((sum, [path, bytes]) => isAmong(path) ? sum + bytes : sum, 0);
  }
}

/** An id comes from outside: what is no hash names no file. */
function pathsOf({ id, sender }: ImageKey): string[] {
  return /^[0-9a-f]{64}$/.test(id) ? IMAGE_ENDINGS.map((ending) => `${folderOf(sender)}/${id}.${ending}`) : [];
}

/** Ids of principals have a colon, which not every file system takes. */
function folderOf(sender: string): string {
  return sender.replace(/[^\w-]/g, "-");
}

async function namesIn(folder: string): Promise<string[]> {
  const entries = await ifThere(Array.fromAsync(Deno.readDir(folder)));
  return entries?.map(({ name }) => name) ?? [];
}

function refusal(message: string, hint: string): RequestError {
  return new RequestError({ code: "bad_value", message, hint });
}
