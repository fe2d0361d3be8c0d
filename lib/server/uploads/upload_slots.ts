import type { TurnError } from "@/lib/protocol/v2.ts";

/** An upload that has to wait for others, with the status that says so. */
export class UploadsBusy extends Error {
  override name = "UploadsBusy";

  constructor(readonly status: 429 | 503, readonly error: TurnError) {
    super(error.message);
  }
}

/** How many uploads there may be at a time. */
export interface UploadsAtOnce {
  atOnce: number;
  atOncePerVisitor: number;
}

/** Counts the uploads that are going on, in all and by visitor. */
export class UploadSlots {
  readonly #limits: UploadsAtOnce;
  readonly #byVisitor = new Map<string, number>();
  #taken = 0;

  constructor(limits: UploadsAtOnce) {
    this.#limits = limits;
  }

  /** Uploads that are going on. */
  get taken(): number {
    return this.#taken;
  }

  /**
   * Takes a slot, until it is disposed of.
   *
   * @param visitor the group of the address that the upload comes from
   * @throws {UploadsBusy} when there is none
   */
  take(visitor: string): Disposable {
    const { atOnce, atOncePerVisitor } = this.#limits;
    const here = this.#byVisitor.get(visitor) ?? 0;
    if (here >= atOncePerVisitor) {
      throw new UploadsBusy(429, {
        code: "too_many",
        message: "Cannot take this now: another upload from this address is still going on",
        hint: "Wait until it is over, or stop it",
      });
    }
    if (this.#taken >= atOnce) {
      throw new UploadsBusy(503, {
        code: "too_many",
        message: `Cannot take this now: ${this.#taken} uploads are going on already`,
        hint: "Try again in a moment",
      });
    }
    this.#taken++;
    this.#byVisitor.set(visitor, here + 1);
    let left = false;
    return {
      [Symbol.dispose]: () => {
        if (left) return;
        left = true;
        this.#taken--;
        const rest = (this.#byVisitor.get(visitor) ?? 1) - 1;
        if (rest === 0) this.#byVisitor.delete(visitor);
        else this.#byVisitor.set(visitor, rest);
      },
    };
  }
}
