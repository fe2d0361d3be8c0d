/** Avatars on disk, each in a folder named by its content, so that what is at an address never changes. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import type { CheckedModel } from "./check_model.ts";
import { digestOf, type FileContent } from "./file_tree.ts";
import { fillFolder } from "./fill_folder.ts";
import { changedAt, ifThere, removeIfThere, writeWhole } from "@/lib/files.ts";
import { SerialQueue } from "@/lib/serial_queue.ts";
import type { ModelStorage, ServedModel } from "./model_storage.ts";

/** How long an avatar stays that nobody names any more: pages may still load its motions. */
const KEPT_MS = 24 * 60 * 60 * 1000;
/** How often is looked for what can go. */
const SWEEP_MS = 60 * 60 * 1000;

export interface StoredAvatar extends ServedModel {
  /** Name of its folder. */
  hash: string;
}

const noteSchema = z.object({ name: z.string(), entry: z.string(), cubism: z.literal([2, 4]) });

/**
 * Several avatars side by side: the files of each in `<hash>/`, and beside it a note `<hash>.json` of what it is, whose
 * time of change says when it was last in use. Any number of servers may share the folder.
 */
export class AvatarFolders implements ModelStorage<StoredAvatar> {
  readonly folder: string;
  readonly #now: () => number;
  /** Laying down and sweeping wait for one another, so that nothing goes that has just been found to be there. */
  readonly #queue = new SerialQueue();

  /** @param now the clock, in ms */
  constructor(folder: string, now: () => number = Date.now) {
    this.folder = folder;
    this.#now = now;
  }

  write(name: string, model: CheckedModel): Promise<{ served: StoredAvatar; changed: boolean }> {
    return this.#queue.run(async () => {
      const hash = await hashOf(model.files);
      const note = { name, entry: model.entry, cubism: model.cubism };
      await writeWhole(this.#note(hash), JSON.stringify(note));
      await this.#touch(hash);
      const changed = await fillFolder(join(this.folder, hash), model.files);
      return { served: { ...note, hash }, changed };
    });
  }

  /** The one of that name that was in use last; any other where there is none of that name. */
  async last(name: string): Promise<StoredAvatar | undefined> {
    const found: { avatar: StoredAvatar; used: number }[] = [];
    for (const hash of await this.#hashes()) {
      const avatar = await this.#read(hash);
      if (avatar !== undefined) found.push({ avatar, used: await this.#usedAt(hash) });
    }
    const rank = ({ avatar }: { avatar: StoredAvatar }) => avatar.name === name ? 0 : 1;
    return found.sort((a, b) => rank(a) - rank(b) || b.used - a.used)[0]?.avatar;
  }

  /** Notes that an avatar is in use now. */
  touch(hash: string): Promise<void> {
    return this.#queue.run(() => this.#touch(hash));
  }

  /** Removes what has not been in use for a day, and what a killed server has left half-made. */
  sweep(): Promise<void> {
    return this.#queue.run(async () => {
      const noted = new Set(await this.#hashes());
      for (const name of await namesIn(this.folder)) {
        const hash = name.replace(/\.(json|\d+)$/, "");
        const used = noted.has(hash) ? await this.#usedAt(hash) : await changedAt(join(this.folder, name));
        if (this.#now() - used <= KEPT_MS) continue;
        // The files first: a note without files is passed over, files without a note would be nobody's.
        for (const path of [join(this.folder, hash), join(this.folder, name)]) await removeIfThere(path);
      }
    });
  }

  /**
   * Sweeps again and again, and notes before that `current()` is in use, until it is disposed of.
   *
   * @param failed told why a sweep was not possible; the next one is tried all the same
   */
  keepSwept(
    current: () => string | undefined,
    failed: (cause: unknown) => void,
    everyMs: number = SWEEP_MS,
  ): Disposable {
    const sweep = async () => {
      const hash = current();
      if (hash !== undefined) await this.touch(hash);
      await this.sweep();
    };
    const timer = setInterval(() => void sweep().catch(failed), everyMs);
    return { [Symbol.dispose]: () => clearInterval(timer) };
  }

  async #touch(hash: string): Promise<void> {
    const now = new Date(this.#now());
    try {
      await Deno.utime(this.#note(hash), now, now);
    } catch (cause) {
      if (!(cause instanceof Deno.errors.NotFound)) throw cause; // Somebody has emptied the folder.
    }
  }

  async #read(hash: string): Promise<StoredAvatar | undefined> {
    try {
      const note = noteSchema.parse(JSON.parse(await Deno.readTextFile(this.#note(hash))));
      await Deno.stat(join(this.folder, hash, note.entry));
      return { ...note, hash };
    } catch {
      return undefined; // Whatever it is, it is no avatar that could be shown.
    }
  }

  async #hashes(): Promise<string[]> {
    return (await namesIn(this.folder)).flatMap((name) => /^([0-9a-f]+)\.json$/.exec(name)?.[1] ?? []);
  }

  #usedAt(hash: string): Promise<number> {
    return changedAt(this.#note(hash));
  }

  #note(hash: string): string {
    return join(this.folder, `${hash}.json`);
  }
}

/** A name made of the names and the bytes of all files: the same for the same content. */
async function hashOf(files: ReadonlyMap<string, FileContent>): Promise<string> {
  const hash = createHash("sha256");
  for (const [path, content] of [...files].sort(([a], [b]) => a < b ? -1 : 1)) {
    hash.update(`${JSON.stringify([path, content.digest ?? await digestOf((take) => content.stream(take))])}\n`);
  }
  return hash.digest("hex").slice(0, 32);
}

async function namesIn(folder: string): Promise<string[]> {
  return await ifThere(Array.fromAsync(Deno.readDir(folder), ({ name }) => name)) ?? [];
}
