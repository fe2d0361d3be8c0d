/** Keys of language models' servers that the owner has entered on a page: `keys.json` in the data folder. */
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { ConfigError } from "./config_error.ts";
import { authorizationOf } from "./model_auth.ts";
import { PrivateFile, UnreadableFile } from "@/lib/private_file.ts";

const stored = z.record(z.string(), z.string());

/**
 * Each key belongs to one origin (scheme, host and port) and is told to that one alone, whoever is configured. Nothing
 * gives a key back but as the header of a request.
 */
export class ServerKeys {
  readonly #file: PrivateFile<Record<string, string>>;
  #keys: Readonly<Record<string, string>>;

  private constructor(file: PrivateFile<Record<string, string>>, keys: Record<string, string>) {
    this.#file = file;
    this.#keys = keys;
  }

  /** @throws {ConfigError} naming the file, when it cannot be read or is damaged */
  static async open(folder: string): Promise<ServerKeys> {
    const file = new PrivateFile(join(folder, "keys.json"), stored);
    return new ServerKeys(file, await readable(file, file.read()) ?? {});
  }

  /** The `Authorization` header for requests to an address; undefined where no key is kept for its origin. */
  headerFor(address: string): string | undefined {
    const key = this.#keys[new URL(address).origin];
    return key === undefined ? undefined : authorizationOf(key);
  }

  /**
   * Keeps a key for the origins of these addresses, in place of the one before; undefined takes it away.
   *
   * @throws {ConfigError} when it cannot be a key, or the file is damaged. The message does not have it
   */
  async set(addresses: readonly string[], key: string | undefined): Promise<void> {
    if (key !== undefined && authorizationOf(key) === undefined) {
      throw new ConfigError("Cannot keep this key: it should be letters, digits and signs without spaces");
    }
    // Another process with the same folder may have kept others.
    const written = this.#file.change((keys = {}) => {
      for (const { origin } of addresses.map((address) => new URL(address))) {
        if (key === undefined) delete keys[origin];
        else keys[origin] = key;
      }
      this.#keys = keys;
      return keys;
    });
    await readable(this.#file, written);
  }

  /**
   * Takes up what another process has written into the file.
   *
   * @returns whether that is something else
   * @throws {ConfigError} naming the file, when it cannot be read or is damaged
   */
  async reload(): Promise<boolean> {
    const kept = await readable(this.#file, this.#file.read()) ?? {};
    const isNew = !isDeepStrictEqual(kept, this.#keys);
    this.#keys = kept;
    return isNew;
  }
}

/** @throws {ConfigError} naming the file, when what is done with it fails since it cannot be read */
async function readable<T>({ path }: { path: string }, done: Promise<T>): Promise<T> {
  try {
    return await done;
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    throw new ConfigError(`Cannot read the keys in ${path}: delete it, and enter them anew in the settings`);
  }
}
