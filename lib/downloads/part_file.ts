import { createHash, type Hash } from "node:crypto";
import { diskError } from "./download_error.ts";
import { ifThere } from "@/lib/files.ts";

/** A file that grows at its end, with the checksum of all that is in it. */
export class PartFile implements Disposable {
  readonly path: string;
  readonly #file: Deno.FsFile;
  #hash: Hash = createHash("sha256");
  #bytes = 0;

  private constructor(path: string, file: Deno.FsFile) {
    this.path = path;
    this.#file = file;
  }

  /**
   * Opens what is there already, or begins it.
   *
   * @param most bytes that it may have; one that has more is begun anew
   */
  static async open(path: string, most: number, signal: AbortSignal): Promise<PartFile> {
    const part = new PartFile(path, await Deno.open(path, { read: true, write: true, create: true }));
    try {
      const { size } = await part.#file.stat();
      if (size > most) await part.empty();
      else await part.#read(size, signal);
      return part;
    } catch (error) {
      part[Symbol.dispose]();
      throw error;
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Of all that is in it, in hexadecimal. */
  sha256(): string {
    return this.#hash.copy().digest("hex");
  }

  /** @throws {DownloadError} when the disk has no room for it */
  async append(chunk: Uint8Array): Promise<void> {
    try {
      for (let written = 0; written < chunk.length;) written += await this.#file.write(chunk.subarray(written));
    } catch (cause) {
      throw diskError(cause, this.path);
    }
    this.#take(chunk);
  }

  /** Takes out all that is in it. */
  async empty(): Promise<void> {
    await this.#file.truncate();
    await this.#file.seek(0, Deno.SeekMode.Start);
    this.#hash = createHash("sha256");
    this.#bytes = 0;
  }

  /** Waits until the disk has it. */
  async sync(): Promise<void> {
    try {
      await this.#file.sync();
    } catch (cause) {
      throw diskError(cause, this.path);
    }
  }

  async #read(size: number, signal: AbortSignal): Promise<void> {
    const buffer = new Uint8Array(1024 * 1024);
    while (this.#bytes < size) {
      signal.throwIfAborted();
      const read = await this.#file.read(buffer);
      if (read === null) return;
      this.#take(buffer.subarray(0, read));
    }
  }

  #take(chunk: Uint8Array): void {
    this.#hash.update(chunk);
    this.#bytes += chunk.length;
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/** How much of a file is there, in bytes. */
export async function sizeOf(path: string): Promise<number> {
  return (await ifThere(Deno.stat(path)))?.size ?? 0;
}
