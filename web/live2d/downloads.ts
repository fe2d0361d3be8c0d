import { StageError } from "./errors.ts";

/** How far loading has come. */
export interface Progress {
  /** Files that have arrived, of `filesTotal`. */
  files: number;
  filesTotal: number;
  /** Bytes that have arrived. */
  bytes: number;
  /** Bytes of all files together, or null where a server does not say. */
  bytesTotal: number | null;
}

/** Loads a model's files side by side and reports on all of them together. */
export class Downloads {
  readonly #signal: AbortSignal;
  readonly #report: (progress: Progress) => void;
  /** Size of each file as announced; null while unknown. */
  readonly #sizes: (number | null)[] = [];
  #files = 0;
  #bytes = 0;

  constructor(signal: AbortSignal, report: (progress: Progress) => void) {
    this.#signal = signal;
    this.#report = report;
  }

  /**
   * Loads one file.
   *
   * @throws {StageError} when it is missing or the line breaks
   */
  async bytes(url: string): Promise<Uint8Array<ArrayBuffer>> {
    const slot = this.#sizes.push(null) - 1;
    let response: Response;
    try {
      response = await fetch(url, { signal: this.#signal });
      if (!response.ok) throw new StageError({ code: "file_missing", file: url, status: response.status });
      // The announced length of a compressed body is not the length that arrives here.
      const length = Number(response.headers.get("content-length") ?? NaN);
      if (!response.headers.has("content-encoding") && length > 0) this.#sizes[slot] = length;
      const body = await this.#read(response);
      this.#sizes[slot] = body.length;
      this.#files++;
      this.#tell();
      return body;
    } catch (error) {
      this.#signal.throwIfAborted();
      if (error instanceof StageError) throw error;
      throw new StageError({ code: "file_cut", file: url }, { cause: error });
    }
  }

  /** Loads one file as JSON. */
  async json(url: string): Promise<unknown> {
    const text = new TextDecoder().decode(await this.bytes(url));
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new StageError({ code: "not_json", file: url }, { cause });
    }
  }

  async #read(response: Response): Promise<Uint8Array<ArrayBuffer>> {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for await (const part of response.body ?? []) {
      parts.push(part);
      this.#bytes += part.length;
      this.#tell();
    }
    return new Uint8Array(await new Blob(parts).arrayBuffer());
  }

  #tell(): void {
    let total: number | null = 0;
    for (const size of this.#sizes) total = total === null || size === null ? null : total + size;
    this.#report({ files: this.#files, filesTotal: this.#sizes.length, bytes: this.#bytes, bytesTotal: total });
  }
}
