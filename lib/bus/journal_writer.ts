/**
 * Appends to this process's journal, for all conversations that it has the leases of: one message at a time, in which
 * all goes that was appended meanwhile, for a message costs every process much the same whatever it carries. Each names
 * the one before it, so nothing can be appended before this process knows which of its leases others have ended.
 */
import { setImmediate } from "node:timers";
import { BusLost, type Lease, LeaseLost } from "./bus.ts";
import type { Part } from "./journal_batch.ts";
import type { JournalStream } from "./journal_stream.ts";
import type { LeaseBucket, LeaseEntry } from "./lease_bucket.ts";
import { takeMessage } from "./message_size.ts";
import { isWrongSequence, LEASE_MS, type NatsLink } from "./nats_link.ts";
import { ReadingStart } from "./reading_start.ts";

/** From one message to the next, ms: so tokens of several answers are joined where there are many. */
const REST_MS = 2;
/** How much later it may be where nothing else wakes the process, ms. */
const SLACK_MS = 2;
/** For how long all that was appended is read, stored or not, ms: whoever is back sooner is sent what is missing alone. */
const RECENT_MS = 3_000;
/** How often it is written down where the journal stands, ms. */
const MARK_MS = 500;
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
  isNew: boolean;
}

interface Appending {
  held: Held;
  data: string;
  resolve(position: number): void;
  reject(error: Error): void;
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
  readonly #waiting: Appending[] = [];
  #sending = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #position = 0;
  #messages = 0;
  /** When the last message was sent, by `performance.now()`. */
  #sent = -Infinity;
  /** Where the journal stood, and when. */
  readonly #marks: { at: number; position: number }[] = [];

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
    const held = { lease, entry, start, written: Date.now(), isNew: true };
    this.#held.set(lease.conversation, held);
    this.#unstored.add(held);
  }

  /** Whether this process has the lease of that revision, and has appended nothing with it. */
  isNew(conversation: string, revision: number): boolean {
    const held = this.#held.get(conversation);
    return held !== undefined && held.isNew && held.lease.revision === revision;
  }

  /** Appends no more with a lease. */
  drop(lease: Lease): void {
    if (this.#heldBy(lease) !== undefined) this.#held.delete(lease.conversation);
  }

  /** Has whoever reads this journal read it from a position on, while a lease is claimed. Returns a disposer. */
  keepFrom(from: number, ms = Infinity): Disposable {
    const claimed = { from, until: performance.now() + ms };
    this.#claimed.add(claimed);
    return { [Symbol.dispose]: () => void this.#claimed.delete(claimed) };
  }

  /**
   * Appends a message; one call at a time for a lease.
   *
   * @returns its position
   * @throws {LeaseLost} when another process has the lease
   * @throws {BusLost} when the bus is closed before
   */
  append(lease: Lease, data: string): Promise<number> {
    const held = this.#heldBy(lease);
    if (held === undefined) return Promise.reject(new LeaseLost(lease));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ held, data, resolve, reject });
      this.#plan();
    });
  }

  /** All that was appended with a lease up to a position is stored. */
  stored(lease: Lease, position: number): void {
    this.#heldBy(lease)?.start.stored(position);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #heldBy(lease: Lease): Held | undefined {
    const held = this.#held.get(lease.conversation);
    return held?.lease === lease ? held : undefined;
  }

  /**
   * Sends what waits when the rest is over, with what else that pass of the process brings. Where more comes anyway, no
   * timer wakes the process for it, for that costs as much as a message.
   */
  #plan(): void {
    if (this.#sending || this.#waiting.length === 0) return;
    const rest = this.#sent + REST_MS - performance.now();
    if (rest > 0) {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#plan();
      }, rest + SLACK_MS);
      return;
    }
    this.#sending = true;
    setImmediate(() => void this.#sendWaiting());
  }

  /** Never rejects: whoever waits is told. */
  async #sendWaiting(): Promise<void> {
    this.#sent = performance.now();
    const batch = takeMessage(this.#waiting, ({ data }) => data);
    try {
      await this.#send(batch);
    } catch (error) {
      const lost = error instanceof Error ? error : new BusLost("The bus has failed", { cause: error });
      for (const { reject } of batch) reject(lost);
    }
    this.#sending = false;
    this.#plan();
  }

  /** Resolves when each of these has been told. */
  async #send(batch: readonly Appending[]): Promise<void> {
    const { self, stream, link } = this.#options;
    let left = batch;
    for (;;) {
      const old = left.filter(({ held }) => isOld(held));
      if (old.length > 0) await Promise.all(old.map(({ held }) => this.#renew(held)));
      left = left.filter((one) => this.#isHeld(one));
      if (left.length === 0) return;
      const name = String(++this.#messages);
      for (let position: number | undefined; position === undefined;) {
        try {
          const message = { name, start: this.#start(), parts: left.map(partOf), fences: [] };
          position = await stream.append(self, message, this.#position);
          this.#position = position;
        } catch (error) {
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

  #isHeld({ held, reject }: Appending): boolean {
    if (this.#heldBy(held.lease) === held) return true;
    reject(new LeaseLost(held.lease));
    return false;
  }

  #kept(appended: readonly Appending[], position: number): void {
    const now = performance.now();
    if (now - (this.#marks.at(-1)?.at ?? -Infinity) > MARK_MS) this.#marks.push({ at: now, position });
    for (const { held, resolve } of appended) {
      held.isNew = false;
      held.start.appended(position);
      this.#unstored.add(held);
      resolve(position);
    }
  }

  /** From where on the journal has to be read. */
  #start(): number {
    const now = performance.now();
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
    return start;
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

function partOf({ held: { lease, start }, data }: Appending): Part {
  return { conversation: lease.conversation, revision: lease.revision, first: start.first, data };
}
