/**
 * All journals as one: what is appended, as it comes, and what was missed of it from the stream. The numbers of a stream
 * have no gaps, so nothing is missed unnoticed.
 */
import { BusLost } from "./bus.ts";
import type { JournalStream, KeptBatch } from "./journal_stream.ts";
import { PositionWaits } from "./position_waits.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

/** How long until a failed reading is tried again, ms. */
const RETRY_MS = 300;

type Feed = Pick<JournalStream, "hear" | "lastPosition" | "read">;

/** One that has come, and is decoded when it is taken. */
interface Coming {
  position: number;
  decoded(): KeptBatch;
}

export class JournalFeed implements Disposable {
  readonly #stream: Feed;
  readonly #take: (kept: KeptBatch) => void;
  readonly #onMissed: () => void;
  readonly #unsubscribe: () => void;
  /** The last one that was taken; undefined before the first one. */
  #position: number | undefined;
  /** The last one that was there before; undefined until the server has told. */
  #base: number | undefined;
  /** What has come while the stream was read; undefined when it is not. */
  #early: Coming[] | undefined;
  #again = false;
  #disposed = false;
  readonly #waits = new PositionWaits();

  /**
   * What comes from now on is taken, once and in order. What is asked of the server from now on tells at least of all
   * that was there before.
   *
   * @param onMissed called when something may have been missed, and nothing tells from where on
   */
  constructor(stream: Feed, take: (kept: KeptBatch) => void, onMissed: () => void) {
    this.#stream = stream;
    this.#take = take;
    this.#onMissed = onMissed;
    // It is asked before anything is heard of, so all behind it can be heard, or be read.
    guarded("learn where the journals stand", () => this.#learnBase());
    this.#unsubscribe = stream.hear((position, decoded) => this.#receive({ position, decoded }));
  }

  /**
   * Resolves when everything up to this position has been taken, or was there before this one heard of anything.
   *
   * @throws {BusLost} when the bus is closed before
   */
  until(position: number): Promise<void> {
    if (Math.max(this.#position ?? 0, this.#base ?? 0) >= position) return Promise.resolve();
    if (this.#disposed) return Promise.reject(closed());
    return this.#waits.until(position);
  }

  /** Reads what may have been missed. */
  catchUp(): void {
    if (this.#position === undefined && this.#base === undefined) return this.#onMissed();
    if (this.#early !== undefined) {
      this.#again = true;
      return;
    }
    this.#early = [];
    guarded("read what other processes have said meanwhile", () => this.#readUntilDone());
  }

  /** The stream has begun anew. */
  reset(): void {
    this.#position = 0;
    this.catchUp();
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#unsubscribe();
    this.#waits.fail(closed());
  }

  async #learnBase(): Promise<void> {
    try {
      this.#base = await this.#stream.lastPosition();
      this.#waits.reach(this.#base);
    } catch (error) {
      if (!(error instanceof BusLost)) throw error;
    }
  }

  #receive(coming: Coming): void {
    if (this.#disposed) return;
    if (this.#early !== undefined) this.#early.push(coming);
    // What has been missed is read with all behind it, this one as well.
    else if (this.#position !== undefined && coming.position > this.#position + 1) this.catchUp();
    else this.#takeNext(coming);
  }

  async #readUntilDone(): Promise<void> {
    while (!this.#disposed) {
      try {
        return await this.#read();
      } catch {
        // The server is away or begins anew, or this process was held up: it is tried again.
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  async #read(): Promise<void> {
    let again: boolean;
    do {
      // Also what was missed before the reading began.
      again = this.#again;
      this.#again = false;
      await this.#stream.read("*", (this.#position ?? this.#base ?? 0) + 1, (kept) => {
        this.#takeNext({ position: kept.position, decoded: () => kept });
      });
    } while ((again || this.#again) && !this.#disposed);
    this.#takeEarly();
  }

  #takeEarly(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const coming of early) this.#receive(coming);
  }

  #takeNext({ position, decoded }: Coming): void {
    if (this.#disposed || (this.#position !== undefined && position <= this.#position)) return;
    this.#position = position;
    this.#take(decoded());
    this.#waits.reach(position);
  }
}

function closed(): BusLost {
  return new BusLost("The bus is closed");
}
