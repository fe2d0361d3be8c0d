/**
 * What processes have appended to their journals of late: all of it that may not be stored yet, and some seconds more.
 * Whoever opens a conversation that another process has, or had, reads it here. A journal is read when it is asked for,
 * and kept up by what comes, for the conversations of a process that has died are opened one after the other.
 */
import type { Appended } from "./bus.ts";
import type { Part } from "./journal_batch.ts";
import type { JournalStream, KeptBatch } from "./journal_stream.ts";

/** How long a journal is kept up that nobody asks for, ms. */
const UNUSED_MS = 10_000;

type Batch = Pick<KeptBatch, "position" | "start" | "parts">;

/** A message of one conversation, and where the first one stands that has to be read with it. */
export type RecentPart = Appended & Pick<Part, "first">;

/** One process's. */
export class RecentJournal {
  /** All that was appended before is stored; 0 where nothing tells. */
  start = 0;
  #batches: Batch[] = [];
  #early: Batch[] | undefined = [];

  /** What was kept when it began to be read, in order. */
  loaded(batches: readonly Batch[]): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const batch of [...batches, ...early]) this.take(batch);
  }

  take(batch: Batch): void {
    if (this.#early !== undefined) {
      this.#early.push(batch);
      return;
    }
    if (batch.position <= (this.#batches.at(-1)?.position ?? 0)) return;
    // Who ends a lease may know of an earlier one.
    this.start = Math.max(this.start, batch.start);
    this.#batches.push(batch);
    const first = this.#batches.findIndex(({ position }) => position >= this.start);
    if (first > 0) this.#batches.splice(0, first);
  }

  of(conversation: string): RecentPart[] {
    return this.#batches.flatMap(({ position, parts }) =>
      parts.filter((part) => part.conversation === conversation)
        .map(({ texts, revision, first }) => ({ texts, revision, first, position }))
    );
  }
}

export class RecentJournals {
  readonly #stream: Pick<JournalStream, "last" | "read">;
  readonly #journals = new Map<string, { journal: RecentJournal; loading: Promise<void>; used: number }>();

  constructor(stream: Pick<JournalStream, "last" | "read">) {
    this.#stream = stream;
  }

  /**
   * One that has all that had come when it was asked for, at least.
   *
   * @throws {Error} when the server does not answer
   */
  async of(process: string): Promise<RecentJournal> {
    let known = this.#journals.get(process);
    if (known === undefined) {
      const journal = new RecentJournal();
      known = { journal, loading: this.#load(process, journal), used: Infinity };
      this.#journals.set(process, known);
    }
    try {
      await known.loading;
    } catch (error) {
      if (this.#journals.get(process) === known) this.#journals.delete(process);
      throw error;
    }
    known.used = performance.now();
    return known.journal;
  }

  /** A message has come. */
  take(kept: KeptBatch): void {
    if (this.#journals.size === 0) return;
    this.#journals.get(kept.process)?.journal.take(kept);
    const now = performance.now();
    for (const [process, { used }] of this.#journals) if (now - used > UNUSED_MS) this.#journals.delete(process);
  }

  /** The stream has begun anew. */
  clear(): void {
    this.#journals.clear();
  }

  async #load(process: string, journal: RecentJournal): Promise<void> {
    const last = await this.#stream.last(process);
    const batches: KeptBatch[] = [];
    if (last !== undefined) await this.#stream.read(process, last.start, (kept) => void batches.push(kept));
    journal.loaded(batches);
  }
}
