/**
 * Appends to this process's journal, for all conversations that it has the leases of: one message at a time, in which
 * all goes that was appended meanwhile, for a message costs every process much the same whatever it carries. Each names
 * the one before it, so nothing can be appended before this process knows which of its leases others have ended.
 */
import { AppendQueue, type WaitingPart } from "./append_queue.ts";
import { type Appender, BusLost, type Lease, LeaseLost } from "./bus.ts";
import type { Part } from "./journal_batch.ts";
import type { JournalStream } from "./journal_stream.ts";
import type { LeaseBucket, LeaseEntry } from "./lease_bucket.ts";
import { isTooLong, isWrongSequence, LEASE_MS, type NatsLink } from "./nats_link.ts";
import { ReadingStart } from "./reading_start.ts";

/**
 * A message is followed by a rest, the longer the more conversations it was of: where many are answered tokens are
 * joined, for a message costs much the same whatever it carries. Where few are, nothing waits.
 */
const REST_MS = { each: 0.25, most: 5 };
/** For how long all that was appended is read, stored or not, ms: whoever is back sooner is sent what is missing alone. */
const RECENT_MS = 3_000;
/** How often it is written down where the journal stands, ms. */
const MARK_MS = 500;
/** How long messages say the same of where the journal has to be read from, ms: that is looked up in all leases. */
const START_MS = 50;
/** How long it matters where a lost lease began, ms: whoever has it now has stored that by then. */
const LOST_MS = 60_000;

/** A lease that is held here. */
interface Held {
  lease: Lease;
  entry: LeaseEntry;
  /** What has to be read of its conversation. */
  start: ReadingStart;
  /** When its entry was written, by `Date.now()`; 0 where the server has forgotten it, maybe. */
  written: number;
  /** Whether nothing has been appended. */
  isUnused: boolean;
}

export interface JournalWriterOptions {
  self: string;
  link: Pick<NatsLink, "recover">;
  stream: Pick<JournalStream, "append" | "last" | "next">;
  leases: Pick<LeaseBucket, "get" | "write">;
}

export class JournalWriter implements Disposable {
  readonly #options: JournalWriterOptions;
  readonly #held = new Map<string, Held>();
  /** Those of which something may not be stored. */
  readonly #unstored = new Set<Held>();
  /** Positions from which others may have to read, whatever is stored here. */
  readonly #claimed = new Set<{ from: number; until: number }>();
  readonly #queue = new AppendQueue<Held>();
  #sending = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #position = 0;
  #messages = 0;
  /** When the rest after the last message is over, by `performance.now()`. */
  #rested = -Infinity;
  /** Where the journal stood, and when. */
  readonly #marks: { at: number; position: number }[] = [];
  /** What messages say of where to read from, and until when, by `performance.now()`. */
  #started = { until: -Infinity, position: 0 };

  constructor(options: JournalWriterOptions) {
    this.#options = options;
  }

  /** The last message of the journal. */
  get position(): number {
    return this.#position;
  }

  /**
   * Appends for a conversation from now on.
   *
   * @param positions where messages of it stand that have to be read, in whichever journals
   * @param end where the journals of those end for it that had it before
   */
  hold(lease: Lease, entry: LeaseEntry, positions: readonly number[], end: number): void {
    const start = new ReadingStart(positions, end);
    const held = { lease, entry, start, written: Date.now(), isUnused: true };
    this.#held.set(lease.conversation, held);
    this.#unstored.add(held);
    this.#startAnew();
  }

  /** Whether this process has the lease of that revision, and has appended nothing with it. */
  isUnused(conversation: string, revision: number): boolean {
    const held = this.#held.get(conversation);
    return held !== undefined && held.isUnused && held.lease.revision === revision;
  }

  /** Appends no more with a lease. */
  drop(lease: Lease): void {
    if (this.#heldBy(lease) !== undefined) this.#held.delete(lease.conversation);
  }

  /** Has whoever reads this journal read it from a position on, while a lease is claimed. Returns a disposer. */
  keepFrom(from: number, ms = Infinity): Disposable {
    const claimed = { from, until: performance.now() + ms };
    this.#claimed.add(claimed);
    this.#startAnew();
    return { [Symbol.dispose]: () => void this.#claimed.delete(claimed) };
  }

  /** Appends a text; `appender` is told of it later. */
  append(lease: Lease, text: string, appender: Appender): void {
    const held = this.#heldBy(lease);
    if (held === undefined) return queueMicrotask(() => appender.lost(new LeaseLost(lease)));
    this.#queue.push(held, text, appender);
    this.#plan();
  }

  /** All that was appended with a lease up to a position is stored. */
  stored(lease: Lease, position: number): void {
    this.#heldBy(lease)?.start.stored(position);
  }

  [Symbol.dispose](): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    // Whoever waits is told that the bus is closed.
    void this.#sendWaiting();
  }

  #heldBy(lease: Lease): Held | undefined {
    const held = this.#held.get(lease.conversation);
    return held?.lease === lease ? held : undefined;
  }

  /** Sends what waits when the message before is kept, and the rest is over. */
  #plan(): void {
    if (this.#sending || this.#queue.isEmpty) return;
    this.#sending = true;
    const rest = this.#rested - performance.now();
    // Shorter rests than a timer can keep are none.
    if (rest < 0.5) queueMicrotask(() => void this.#sendWaiting());
    else this.#timer = setTimeout(() => void this.#sendWaiting(), rest);
  }

  /** Never rejects: whoever appends is told. */
  async #sendWaiting(): Promise<void> {
    this.#timer = undefined;
    const parts = this.#queue.take();
    this.#rested = performance.now() + Math.min(REST_MS.most, REST_MS.each * parts.length);
    try {
      await this.#send(parts);
    } catch (error) {
      const lost = error instanceof Error ? error : new BusLost("The bus has failed", { cause: error });
      for (const { held, appender } of parts) {
        // What is behind it was not to be kept without it.
        this.#queue.drop(held, appender);
        appender.lost(lost);
      }
    }
    this.#sending = false;
    this.#plan();
  }

  /** Resolves when each of these has been told. */
  async #send(parts: readonly WaitingPart<Held>[]): Promise<void> {
    const { self, stream, link } = this.#options;
    let left = parts;
    for (;;) {
      const old = left.filter(({ held }) => isOld(held));
      if (old.length > 0) await Promise.all(old.map(({ held }) => this.#renew(held)));
      left = left.filter((part) => this.#isHeld(part));
      if (left.length === 0) return;
      const name = String(++this.#messages);
      for (let position: number | undefined; position === undefined;) {
        try {
          const message = { name, start: this.#start(), parts: left.map(partOf), fences: [] };
          position = await stream.append(self, message, this.#position);
          this.#position = position;
        } catch (error) {
          // One text that is too long holds nobody else up: it is a message of its own.
          if (isTooLong(error)) throw error;
          if (!isWrongSequence(error)) {
            await link.recover(error);
            continue;
          }
          position = await this.#look(name);
          if (position === undefined) break;
        }
        return this.#kept(left, position);
      }
    }
  }

  #isHeld({ held, appender }: WaitingPart<Held>): boolean {
    if (this.#heldBy(held.lease) === held) return true;
    appender.lost(new LeaseLost(held.lease));
    return false;
  }

  #kept(parts: readonly WaitingPart<Held>[], position: number): void {
    const now = performance.now();
    if (now - (this.#marks.at(-1)?.at ?? -Infinity) > MARK_MS) this.#marks.push({ at: now, position });
    for (const { held, texts, appender } of parts) {
      held.isUnused = false;
      held.start.appended(position);
      this.#unstored.add(held);
      appender.kept(texts.length, position);
    }
  }

  /** From where on the journal has to be read. One that was right a moment ago only has more read than need be. */
  #start(): number {
    const now = performance.now();
    if (now < this.#started.until) return this.#started.position;
    while (this.#marks.length > 1 && now - this.#marks[1]!.at > RECENT_MS) this.#marks.shift();
    let start = this.#marks[0]?.position ?? 0;
    for (const held of this.#unstored) {
      const { unstored } = held.start;
      if (unstored === undefined || this.#heldBy(held.lease) !== held) this.#unstored.delete(held);
      else start = Math.min(start, unstored);
    }
    for (const claimed of this.#claimed) {
      if (claimed.until < now) this.#claimed.delete(claimed);
      else start = Math.min(start, claimed.from);
    }
    this.#started = { until: now + START_MS, position: start };
    return start;
  }

  /** Something has to be read that may be earlier than what was told. */
  #startAnew(): void {
    this.#started.until = -Infinity;
  }

  /**
   * Something else is last in the journal than was thought: looks what.
   *
   * @returns the position of the message of that name where it is there, and only its acknowledgement was lost
   */
  async #look(name: string): Promise<number | undefined> {
    const { self, stream } = this.#options;
    const last = await stream.last(self);
    if (last === undefined || last.position < this.#position) {
      this.#forgotten();
      this.#position = Math.max(0, (last?.position ?? 0) - 1);
    }
    let found: number | undefined;
    for (;;) {
      const next = await stream.next(self, this.#position + 1);
      if (next === undefined) return found;
      this.#position = next.position;
      if (next.name === name) found = next.position;
      for (const { conversation, revision } of next.fences) this.#end(conversation, revision);
    }
  }

  /** Another process has taken a conversation. */
  #end(conversation: string, revision: number): void {
    const held = this.#held.get(conversation);
    if (held === undefined || held.lease.revision > revision) return;
    this.#held.delete(conversation);
    if (held.start.unstored !== undefined) this.keepFrom(held.start.unstored, LOST_MS);
  }

  /** What was there is too old to be kept, or the server has forgotten it: only the leases tell whose they are. */
  #forgotten(): void {
    this.#marks.length = 0;
    this.#claimed.clear();
    this.#startAnew();
    for (const held of this.#held.values()) {
      held.written = 0;
      held.start = new ReadingStart();
    }
  }

  /** Writes the entry of a lease again before it is forgotten, or where it may be. */
  async #renew(held: Held): Promise<void> {
    const { leases } = this.#options;
    const { lease } = held;
    const known = await leases.get(lease.conversation);
    const isMine = known === undefined || known.revision === lease.revision;
    try {
      if (isMine) lease.revision = await leases.write(lease.conversation, held.entry, known?.revision);
      else if (known.claim === held.entry.claim) lease.revision = known.revision;
      else return this.#end(lease.conversation, Infinity);
      held.written = Date.now();
    } catch (error) {
      if (!isWrongSequence(error)) throw error;
      // Somebody was faster, or the answer was lost: it is looked at again.
      await this.#renew(held);
    }
  }
}

function isOld({ written }: Held): boolean {
  return Date.now() - written > LEASE_MS / 2;
}

function partOf({ held: { lease, start }, texts }: WaitingPart<Held>): Part {
  return { conversation: lease.conversation, revision: lease.revision, first: start.first, texts };
}
