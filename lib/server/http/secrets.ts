/** What the server keeps to itself from one start to the next: `secrets.json` in the data folder. */
import { Buffer } from "node:buffer";
import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { randomToken } from "./random_token.ts";
import { ifThere, makeWhole, writeWhole } from "@/lib/files.ts";

/** Readable by the user that the server runs as, and nobody else. */
const MODE = 0o600;

const stored = z.object({ cookieKey: z.base64url().min(43), guestToken: z.string().min(22).optional() });
type Stored = z.output<typeof stored>;

export class Secrets {
  /** The key that signs cookies. */
  readonly cookieKey: Buffer;
  readonly #path: string;
  #stored: Stored;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(path: string, stored: Stored, cookieKey: string | undefined) {
    this.#path = path;
    this.#stored = stored;
    this.cookieKey = cookieKey === undefined
      ? Buffer.from(stored.cookieKey, "base64url")
      : createHash("sha256").update(cookieKey).digest();
  }

  /**
   * Reads the file, or makes it. Of several processes that begin with the same folder one makes it.
   *
   * @param cookieKey what signs cookies in place of the key in the file
   * @throws {Error} naming the file, when it cannot be read or written, or is damaged
   */
  static async open(folder: string, cookieKey?: string): Promise<Secrets> {
    const path = join(folder, "secrets.json");
    try {
      if (await ifThere(Deno.stat(path)) === undefined) {
        await makeWhole(path, textOf({ cookieKey: randomBytes(32).toString("base64url") }), { mode: MODE });
      }
      // It may have been copied here, with other rights.
      if (Deno.build.os !== "windows") await Deno.chmod(path, MODE);
      return new Secrets(path, stored.parse(JSON.parse(await Deno.readTextFile(path))), cookieKey);
    } catch (cause) {
      const hint = "Delete it to have a new one made: visitors then need their link once more";
      throw new Error(`Cannot read the secrets in ${path}: ${(cause as Error).message}. ${hint}`, { cause });
    }
  }

  /** The token of the link for guests; undefined while there is none. */
  get guestToken(): string | undefined {
    return this.#stored.guestToken;
  }

  /** Makes a link for guests. An earlier one opens nothing from then on, whether it can be stored or not. */
  async makeGuestToken(): Promise<void> {
    this.#stored = { ...this.#stored, guestToken: randomToken() };
    await this.#write();
  }

  /** Takes the link for guests back. It opens nothing from then on, even if that cannot be stored. */
  async revokeGuestToken(): Promise<void> {
    this.forgetGuestToken();
    await this.#write();
  }

  /** Lets no link for guests open anything in this process. */
  forgetGuestToken(): void {
    this.#stored = { cookieKey: this.#stored.cookieKey };
  }

  /**
   * Takes up the link that another process has written into the file.
   *
   * @throws {Error} naming the file, when it cannot be read or is damaged
   */
  async reload(): Promise<void> {
    await this.#writing;
    try {
      this.#stored = stored.parse(JSON.parse(await Deno.readTextFile(this.#path)));
    } catch {
      // The cause may repeat what is in the file.
      throw new Error(`Cannot read the secrets in ${this.#path}: nobody is let in here by a link for guests now`);
    }
  }

  /** One write at a time, so that the last one is what stays. */
  #write(): Promise<unknown> {
    const text = textOf(this.#stored);
    const written = this.#writing.then(() => writeWhole(this.#path, text, { mode: MODE }));
    this.#writing = written.catch(() => {/* told to whoever asked for it */});
    return written;
  }
}

function textOf(stored: Stored): string {
  return `${JSON.stringify(stored, null, 2)}\n`;
}
