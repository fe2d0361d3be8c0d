/** Who has which conversation: a key for each in a bucket of NATS, whose revisions are those of the leases. */
import { type NatsLink, token } from "./nats_link.ts";

/** A process that had a conversation before, and where its journal ended for that one. */
export interface Predecessor {
  process: string;
  /** Whoever came next has appended behind it. */
  position: number;
}

export interface LeaseEntry {
  /** Which no other claim has. */
  claim: string;
  /** Who has it; undefined where it was given back. */
  process?: string;
  /** Who had it, the last one first. */
  before: readonly Predecessor[];
}

export interface KnownLease extends LeaseEntry {
  revision: number;
  /** When it was written, by the clock of the server, as `Date.now()`. */
  written: number;
}

export class LeaseBucket {
  readonly #link: NatsLink;

  constructor(link: NatsLink) {
    this.#link = link;
  }

  /** The entry of a conversation; undefined where nobody had it of late. */
  async get(conversation: string): Promise<KnownLease | undefined> {
    const entry = await this.#link.leases((kv) => kv.get(token(conversation)));
    if (entry === null || entry.operation !== "PUT") return undefined;
    return { ...entry.json<LeaseEntry>(), revision: entry.revision, written: entry.created.getTime() };
  }

  /**
   * Replaces the entry of that revision, or makes the first one.
   *
   * @returns its revision
   * @throws {Error} that `isWrongSequence` tells, when another one is there
   */
  write(conversation: string, entry: LeaseEntry, before: number | undefined): Promise<number> {
    const text = JSON.stringify(entry);
    return this.#link.leases((kv) =>
      before === undefined ? kv.create(token(conversation), text) : kv.update(token(conversation), text, before)
    );
  }
}
