/** JSON on disk that is nobody's but the user's that this program runs as. */
import type { z } from "zod";
import { ifThere, makeWhole, writeWhole } from "./files.ts";
import { SerialQueue } from "./serial_queue.ts";

/** Readable by that user alone. */
const MODE = 0o600;

/** A file that is damaged, or cannot be read. The message repeats nothing of what is in there. */
export class UnreadableFile extends Error {
  override readonly name = "UnreadableFile";
}

/** One such file. It is there whole or not at all, and one that was copied here with other rights loses them. */
export class PrivateFile<T> {
  readonly path: string;
  readonly #schema: z.ZodType<T>;
  readonly #queue = new SerialQueue();

  constructor(path: string, schema: z.ZodType<T>) {
    this.path = path;
    this.#schema = schema;
  }

  /**
   * What is in it once everything has been written; undefined where there is no such file.
   *
   * @throws {UnreadableFile} when it cannot be read or is damaged
   */
  read(): Promise<T | undefined> {
    return this.#queue.run(() => this.#read());
  }

  /**
   * What is in it, or what `make` gives, which is then. Of several processes that begin with none, one makes it.
   *
   * @throws {UnreadableFile} when it cannot be read or is damaged
   * @throws {Error} when it cannot be written
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
  write(content: T): Promise<void> {
    return this.#queue.run(() => this.#write(content));
  }

  /**
   * Puts something else in its place that is made of what is in it, whoever has written that.
   *
   * @returns what it is now
   * @throws {UnreadableFile} when it cannot be read or is damaged
   * @throws {Error} when it cannot be written
   */
  change(make: (kept: T | undefined) => T): Promise<T> {
    return this.#queue.run(async () => {
      const content = make(await this.#read());
      await this.#write(content);
      return content;
    });
  }

  async #read(): Promise<T | undefined> {
    const text = await this.#text();
    if (text === undefined) return undefined;
    const { data, success } = this.#schema.safeParse(jsonOf(text));
    if (!success) throw new UnreadableFile("It is damaged");
    return data;
  }

  async #text(): Promise<string | undefined> {
    try {
      const text = await ifThere(Deno.readTextFile(this.path));
      if (text !== undefined && Deno.build.os !== "windows") await Deno.chmod(this.path, MODE);
      return text;
    } catch (cause) {
      throw new UnreadableFile((cause as Error).message, { cause });
    }
  }

  async #write(content: T): Promise<void> {
    await writeWhole(this.path, textOf(content), { mode: MODE });
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
