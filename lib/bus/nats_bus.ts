/**
 * The bus on NATS JetStream: one stream with a subject for each process's journal, in which all goes that it appends to
 * the conversations it has, and one bucket with a key for each lease. Whoever takes a lease over writes first into the
 * journal of whoever had it that this one is over: so that one cannot append any more before it knows.
 */
import { errors, headers, type Msg } from "@nats-io/transport-node";
import {
  type Appended,
  type Appender,
  type Bus,
  type Follower,
  type Following,
  type Holder,
  type Lease,
  NoAnswer,
} from "./bus.ts";
import { JournalFeed } from "./journal_feed.ts";
import { JournalFollowing } from "./journal_following.ts";
import { JournalStream, type KeptBatch } from "./journal_stream.ts";
import { JournalWriter } from "./journal_writer.ts";
import { type KnownLease, LeaseBucket, type LeaseEntry, type Predecessor } from "./lease_bucket.ts";
import { isWrongSequence, NatsLink, PATIENCE_MS } from "./nats_link.ts";
import { type RecentJournal, RecentJournals, type RecentPart } from "./recent_journals.ts";
import type { BusAddress } from "@/lib/config/bus_address.ts";
import { guarded } from "@/lib/telemetry/guard.ts";
import { inTime } from "@/lib/waiting.ts";

/** Of who says something to all. */
const FROM = "Vtuber-From";
/** So many that had a conversation before are remembered: more than die before one of them has stored anything. */
const MOST_BEFORE = 8;
/** For so long after a conversation was given back its journal is read for whoever comes back to it, ms. */
const GIVEN_BACK_MS = 10_000;

export class NatsBus implements Bus {
  readonly self: string = crypto.randomUUID();
  readonly #link: NatsLink;
  readonly #stream: JournalStream;
  readonly #leases: LeaseBucket;
  readonly #writer: JournalWriter;
  readonly #recent: RecentJournals;
  readonly #followings = new Map<string, Set<JournalFollowing>>();
  /** What is heard of all journals while somebody needs it: a process that follows nobody need not be woken for others. */
  #hearing: { feed: JournalFeed; users: number } | undefined;
  #claims = 0;

  private constructor(link: NatsLink) {
    this.#link = link;
    this.#stream = new JournalStream(link);
    this.#leases = new LeaseBucket(link);
    this.#writer = new JournalWriter({ self: this.self, link, stream: this.#stream, leases: this.#leases });
    this.#recent = new RecentJournals(this.#stream);
    link.onAnew(() => {
      this.#forget();
      this.#hearing?.feed.reset();
    });
    link.onConnection((connected) => {
      if (!connected) return;
      this.#stream.fail("The bus was lost meanwhile");
      this.#hearing?.feed.catchUp();
    });
  }

  /** @throws {Error} when the server cannot be reached, or has no JetStream; it does not name the address */
  static async connect(address: BusAddress): Promise<NatsBus> {
    return new NatsBus(await NatsLink.open(address));
  }

  get connected(): boolean {
    return this.#link.connected;
  }

  onConnection(listener: (connected: boolean) => void): () => void {
    return this.#link.onConnection(listener);
  }

  async claim(conversation: string, from?: Holder): Promise<Lease | Holder> {
    const claim = `${this.self} ${++this.#claims}`;
    let isAsked = from !== undefined;
    for (;;) {
      // Most conversations nobody has had before.
      const known = isAsked ? await this.#leases.get(conversation) : undefined;
      isAsked = true;
      if (known?.process !== undefined && known.claim !== claim && known.revision !== from?.revision) {
        return { process: known.process, revision: known.revision };
      }
      // It was granted, and the answer was lost.
      const isGranted = known?.claim === claim;
      using _hearing = known && this.#hear();
      const before = isGranted ? known.before : known === undefined ? [] : await this.#end(conversation, known);
      const end = before[0]?.position ?? 0;
      // Until it is held: whoever opens it meanwhile has to read this process's journal from here on.
      using _kept = before.length > 0 ? this.#writer.keepFrom(end) : undefined;
      const kept = await this.#read(conversation, before);
      const entry = { claim, process: this.self, before };
      try {
        const revision = isGranted ? known.revision : await this.#leases.write(conversation, entry, known?.revision);
        const lease = { conversation, revision, isNew: known === undefined };
        this.#writer.hold(lease, entry, kept.map(({ position }) => position), end);
        return lease;
      } catch (error) {
        // Somebody was faster: who?
        if (!isWrongSequence(error)) throw error;
      }
    }
  }

  async holder(conversation: string): Promise<Holder | undefined> {
    return holderOf(await this.#leases.get(conversation));
  }

  async release(lease: Lease): Promise<void> {
    const { self: process } = this;
    this.#writer.drop(lease);
    const claim = `${process} ${++this.#claims}`;
    const entry: LeaseEntry = { claim, before: [{ process, position: this.#writer.position }] };
    try {
      await this.#leases.write(lease.conversation, entry, lease.revision);
    } catch (error) {
      if (!isWrongSequence(error)) throw error;
    }
  }

  append(lease: Lease, text: string, appender: Appender): void {
    this.#writer.append(lease, text, appender);
  }

  stored(lease: Lease, position: number): void {
    this.#writer.stored(lease, position);
  }

  async follow(conversation: string, follower: Follower): Promise<Following> {
    const hearing = this.#hear();
    const following = new JournalFollowing(follower, (position) => hearing.feed.until(position));
    // What comes from now on is heard, so that only what was there before has to be read.
    const all = this.#followings.getOrInsertComputed(conversation, () => new Set());
    all.add(following);
    following.onDispose = () => {
      hearing[Symbol.dispose]();
      all.delete(following);
      if (all.size === 0 && this.#followings.get(conversation) === all) this.#followings.delete(conversation);
    };
    try {
      const known = await this.#leases.get(conversation);
      const kept = await this.#read(conversation, this.#holdersOf(conversation, known));
      await follower.begin?.(known === undefined, holderOf(known));
      // What it has found stored may be ahead of what has come here.
      await hearing.feed.until(await this.#stream.lastPosition());
      following.start(kept);
    } catch (error) {
      following[Symbol.dispose]();
      throw error;
    }
    return following;
  }

  async request(process: string, topic: string, question: string): Promise<string> {
    try {
      const answer = await this.#link.nc.request(this.#link.names.process(process, topic), question, {
        timeout: 2 * PATIENCE_MS,
      });
      if (answer.headers?.code === 500) throw new NoAnswer(process, false);
      return answer.string();
    } catch (error) {
      if (error instanceof NoAnswer) throw error;
      const gone = error instanceof errors.RequestError && error.isNoResponders();
      throw new NoAnswer(process, gone, { cause: error });
    }
  }

  serve(topic: string, answer: (question: string) => Promise<string>): void {
    this.#link.nc.subscribe(this.#link.names.process(this.self, topic), {
      callback: (error, message) => {
        if (error === null) {
          guarded("answer another process", async () => message.respond(await answer(message.string())));
        }
      },
    });
  }

  announce(topic: string, data: string): void {
    if (!this.#link.connected || this.#link.nc.isClosed() || this.#link.nc.isDraining()) return;
    const from = headers();
    from.set(FROM, this.self);
    this.#link.nc.publish(this.#link.names.topic(topic), data, { headers: from });
  }

  hear(topic: string, take: (data: string, from: string) => void): () => void {
    const subscription = this.#link.nc.subscribe(this.#link.names.topic(topic), {
      callback: (error, message: Msg) => {
        if (error === null) take(message.string(), message.headers?.get(FROM) ?? "");
      },
    });
    return () => subscription.unsubscribe();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#hearing?.feed[Symbol.dispose]();
    this.#writer[Symbol.dispose]();
    this.#stream[Symbol.dispose]();
    const { nc, connected } = this.#link;
    // Whoever asks afterwards is told at once that nobody is here.
    if (connected && await inTime(nc.drain(), AbortSignal.timeout(PATIENCE_MS))) return;
    await nc.close();
  }

  /** Hears of all journals until it is disposed of. */
  #hear(): { feed: JournalFeed } & Disposable {
    const hearing = this.#hearing ??= {
      feed: new JournalFeed(this.#stream, (kept) => this.#take(kept), () => this.#forget()),
      users: 0,
    };
    hearing.users++;
    return {
      feed: hearing.feed,
      [Symbol.dispose]: () => {
        if (--hearing.users > 0) return;
        this.#hearing = undefined;
        this.#recent.clear();
        hearing.feed[Symbol.dispose]();
      },
    };
  }

  /** Whoever follows a conversation may have missed something. */
  #forget(): void {
    this.#recent.clear();
    for (const following of this.#followings.values().flatMap((all) => [...all]).toArray()) following.reset();
  }

  /** A message of any journal has come. */
  #take(kept: KeptBatch): void {
    this.#recent.take(kept);
    const { position } = kept;
    for (const { conversation, texts, revision } of kept.parts) {
      for (const following of this.#followings.get(conversation) ?? []) following.take({ texts, position, revision });
    }
  }

  /**
   * Ends the lease that is known of a conversation, where one is held.
   *
   * @returns who had it before whoever takes it now
   */
  async #end(conversation: string, known: KnownLease): Promise<readonly Predecessor[]> {
    const { process, revision, before } = known;
    if (process === undefined) return isLongAgo(known) ? [] : before;
    using hearing = this.#hear();
    const { start } = await this.#recentOf(process);
    const position = await this.#link.retried(() => {
      const fences = [{ conversation, revision }];
      return this.#stream.append(process, { name: crypto.randomUUID(), start, parts: [], fences });
    });
    await hearing.feed.until(position);
    return [{ process, position }, ...isBehind(start, before[0]) ? [] : before].slice(0, MOST_BEFORE);
  }

  /** Who has a conversation, and who had it before, as far as their journals may have to be read. */
  #holdersOf(conversation: string, known: KnownLease | undefined): readonly Predecessor[] {
    if (known === undefined || isLongAgo(known)) return [];
    const { process, revision, before } = known;
    // What was just claimed here has nothing in this process's journal.
    if (process === undefined || this.#writer.isUnused(conversation, revision)) return before;
    return [{ process, position: Infinity }, ...before];
  }

  /** What has to be read of a conversation, of those that had it, the last one first. */
  async #read(conversation: string, holders: readonly Predecessor[]): Promise<Appended[]> {
    const parts = new Map<number, RecentPart>();
    for (const [index, { process }] of holders.entries()) {
      const journal = await this.#recentOf(process);
      for (const part of journal.of(conversation)) parts.set(part.position, part);
      if (isBehind(journal.start, holders[index + 1])) break;
    }
    const read = [...parts.values()].sort((one, other) => one.position - other.position);
    const first = read.at(-1)?.first ?? 0;
    return read.filter(({ position }) => position >= first);
  }

  #recentOf(process: string): Promise<RecentJournal> {
    return this.#link.retried(() => this.#recent.of(process));
  }
}

function holderOf(known: KnownLease | undefined): Holder | undefined {
  return known?.process === undefined ? undefined : { process: known.process, revision: known.revision };
}

/** Whether a conversation was given back so long ago that nobody comes back to it without having it sent anew. */
function isLongAgo(known: KnownLease): boolean {
  return known.process === undefined && Date.now() - known.written > GIVEN_BACK_MS;
}

/** Whether a journal need only be read where all is stored that was appended by whoever came before. */
function isBehind(start: number, before: Predecessor | undefined): boolean {
  return before !== undefined && start > before.position;
}
