/** JSON on disk that is nobody's but the user's that this program runs as. */
import type { z } from "zod";
import { ifThere, makeWhole, writeWhole } from "./files.ts";

/** Readable by that user alone. */
const MODE = 0o600;

/** One such file. It is there whole or not at all, and one that was copied here with other rights loses them. */
export class PrivateFile<T> {
  readonly path: string;
  readonly #schema: z.ZodType<T>;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(path: string, schema: z.ZodType<T>) {
    this.path = path;
    this.#schema = schema;
  }

  /**
   * What is in it once everything has been written; undefined where there is no such file.
   *
   * @throws {Error} when it cannot be read or is damaged. It repeats nothing of what is in there
   */
  async read(): Promise<T | undefined> {
    await this.#writing;
    const text = await ifThere(Deno.readTextFile(this.path));
    if (text === undefined) return undefined;
    if (Deno.build.os !== "windows") await Deno.chmod(this.path, MODE);
    const { data, success } = this.#schema.safeParse(jsonOf(text));
    if (!success) throw new Error("It is damaged");
    return data;
  }

  /**
   * What is in it, or what `make` gives, which is then. Of several processes that begin with none, one makes it.
   *
   * @throws {Error} when it cannot be read or written, or is damaged
   */
  async readOrMake(make: () => T): Promise<T> {
    const kept = await this.read();
    if (kept !== undefined) return kept;
    const made = make();
    if (await makeWhole(this.path, textOf(made), { mode: MODE })) return made;
    return await this.readOrMake(make);
  }

  /**
   * Puts something else in its place. One write follows the other, so that the last one is what stays.
   *
   * @throws {Error} when it cannot be written
   */
  async write(content: T): Promise<void> {
    const written = this.#writing.then(() => writeWhole(this.path, textOf(content), { mode: MODE }));
    this.#writing = written.catch(() => {/* told to whoever asked for it */});
    await written;
  }
}

/** Undefined where it is none: an error of the parser would repeat it. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function textOf(content: unknown): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}
