import { ModelError } from "./model_error.ts";
import { mebibytes, UPLOAD_LIMITS } from "@/lib/config/upload_limits.ts";

/** What may be spent on reading; see {@linkcode UPLOAD_LIMITS}. */
export interface ReadLimits {
  /** Bytes, unpacked. */
  bytes: number;
  /** Files opened. */
  files: number;
  seconds: number;
}

const READ_LIMITS: ReadLimits = {
  bytes: UPLOAD_LIMITS.readBytes,
  files: UPLOAD_LIMITS.readFiles,
  seconds: UPLOAD_LIMITS.readSeconds,
};

/**
 * What may still be read of one upload, or of one model. Everything that reads its files spends from the same budget,
 * so that a file which is read twice counts twice.
 */
export class ReadBudget {
  readonly #limits: ReadLimits;
  readonly #signal: AbortSignal | undefined;
  readonly #end: number;
  #bytes = 0;
  #files = 0;

  /** @param signal ends all reading, with its reason */
  constructor(limits: Partial<ReadLimits> = {}, signal?: AbortSignal) {
    this.#limits = { ...READ_LIMITS, ...limits };
    this.#signal = signal;
    this.#end = performance.now() + this.#limits.seconds * 1000;
  }

  /**
   * Counts a file that is about to be read.
   *
   * @throws {ModelError} when the budget is spent
   */
  openFile(label: string): void {
    this.spendTime(label);
    if (++this.#files > this.#limits.files) {
      throw spent(label, `reading it takes more than ${this.#limits.files} files`);
    }
  }

  /**
   * Counts bytes that have come.
   *
   * @throws {ModelError} when the budget is spent
   */
  spendBytes(bytes: number, label: string): void {
    this.spendTime(label);
    this.#bytes += bytes;
    if (this.#bytes > this.#limits.bytes) {
      throw spent(label, `reading it takes more than ${mebibytes(this.#limits.bytes)}`);
    }
  }

  /** @throws {ModelError} when the time is up */
  spendTime(label: string): void {
    this.#signal?.throwIfAborted();
    if (performance.now() > this.#end) throw spent(label, `reading it takes longer than ${this.#limits.seconds} s`);
  }
}

function spent(label: string, why: string): ModelError {
  return new ModelError([{ kind: "too_big", message: `${label} is refused: ${why}` }]);
}
