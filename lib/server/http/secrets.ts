/** What the server keeps to itself from one start to the next: `secrets.json` in the data folder. */
import { Buffer } from "node:buffer";
import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { randomToken } from "./random_token.ts";
import { PrivateFile } from "@/lib/private_file.ts";

const stored = z.object({ cookieKey: z.base64url().min(43), guestToken: z.string().min(22).optional() });
type Stored = z.output<typeof stored>;

export class Secrets {
  /** The key that signs cookies. */
  readonly cookieKey: Buffer;
  readonly #file: PrivateFile<Stored>;
  #stored: Stored;

  private constructor(file: PrivateFile<Stored>, stored: Stored, cookieKey: string | undefined) {
    this.#file = file;
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
    const file = new PrivateFile(join(folder, "secrets.json"), stored);
    try {
      const kept = await file.readOrMake(() => ({ cookieKey: randomBytes(32).toString("base64url") }));
      return new Secrets(file, kept, cookieKey);
    } catch (cause) {
      const hint = "Delete it to have a new one made: visitors then need their link once more";
      throw new Error(`Cannot read the secrets in ${file.path}: ${(cause as Error).message}. ${hint}`, { cause });
    }
  }

  /** The token of the link for guests; undefined while there is none. */
  get guestToken(): string | undefined {
    return this.#stored.guestToken;
  }

  /** Makes a link for guests. An earlier one opens nothing from then on, whether it can be stored or not. */
  async makeGuestToken(): Promise<void> {
    this.#stored = { ...this.#stored, guestToken: randomToken() };
    await this.#file.write(this.#stored);
  }

  /** Takes the link for guests back. It opens nothing from then on, even if that cannot be stored. */
  async revokeGuestToken(): Promise<void> {
    this.forgetGuestToken();
    await this.#file.write(this.#stored);
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
    const kept = await this.#file.read().catch(() => undefined);
    if (kept === undefined) {
      throw new Error(`Cannot read the secrets in ${this.#file.path}: nobody is let in here by a link for guests now`);
    }
    this.#stored = kept;
  }
}
