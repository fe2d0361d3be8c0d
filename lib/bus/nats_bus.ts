/**
 * The bus on NATS JetStream: one stream with a subject for each conversation's journal, one bucket with a key for each
 * lease. What the stream has kept, it publishes again with its sequence: so followers cost a plain subscription each,
 * and only what they have missed is read from the stream; where that begins, each message says.
 */
import { errors, headers, type Msg, type MsgHdrs } from "@nats-io/transport-node";
import { AckPolicy, DeliverPolicy, PubHeaders, type StoredMsg } from "@nats-io/jetstream";
import { AckedPublisher } from "./acked_publisher.ts";
import {
  type Appended,
  type Bus,
  type Follower,
  type Following,
  type Holder,
  type Lease,
  LeaseLost,
  NoAnswer,
} from "./bus.ts";
import { isWrongSequence, NatsLink, PATIENCE_MS, token } from "./nats_link.ts";
import { NatsFollower } from "./nats_follower.ts";
import { ReadingStart } from "./reading_start.ts";
import type { BusAddress } from "@/lib/config/bus_address.ts";
import { FairQueue } from "@/lib/fair_queue.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

/**
 * How long the server may take for a part of a journal, ms. After as long the client gives up by its own clock, by which
 * a process that was held up for two seconds has waited for them: so it is more than that takes.
 */
const READ_MS = 10_000;
/**
 * How many journals are read at once. When a process dies, hundreds are to be read: all at once, the server would answer
 * none of them in time.
 */
const READINGS = 8;
const REVISION = "Vtuber-Lease";
const MESSAGE = "Vtuber-Message";
/** What whoever reads a journal by its last message has to read before that. */
const START = "Vtuber-Start";

type Take = (message: Appended) => void;

/** The end of a journal. */
interface End {
  lease: Lease;
  position: number;
  start: ReadingStart;
}

export class NatsBus implements Bus {
  readonly self: string = crypto.randomUUID();
  readonly #link: NatsLink;
  readonly #publisher: AckedPublisher;
  readonly #followers = new Set<NatsFollower>();
  readonly #readings = new FairQueue(READINGS);
  /** Where the journal of each lease that is held here stands. */
  readonly #ends = new Map<string, End>();
  #messages = 0;
  #claims = 0;

  private constructor(link: NatsLink) {
    this.#link = link;
    this.#publisher = new AckedPublisher(link.nc, PATIENCE_MS);
    link.onAnew(() => this.#followers.forEach((following) => following.reset()));
    link.onConnection((connected) => {
      if (!connected) return;
      this.#publisher.fail("The bus was lost meanwhile");
      this.#followers.forEach((following) => following.catchUp());
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
    let before = from?.revision;
    for (;;) {
      try {
        return await this.#granted({ conversation, revision: await this.#write(conversation, claim, before) });
      } catch (error) {
        // Somebody was faster: who?
        if (!isWrongSequence(error)) throw error;
      }
      const held = await this.#held(conversation);
      // It was granted, and the answer was lost.
      if (held?.claim === claim) return await this.#granted({ conversation, revision: held.revision });
      if (held !== undefined && held.revision !== from?.revision) {
        return { process: held.process, revision: held.revision };
      }
      before = held?.revision;
    }
  }

  async holder(conversation: string): Promise<Holder | undefined> {
    const held = await this.#held(conversation);
    return held && { process: held.process, revision: held.revision };
  }

  async release(lease: Lease): Promise<void> {
    const { conversation, revision } = lease;
    try {
      await this.#link.leases((kv) => kv.delete(token(conversation), { previousSeq: revision }));
    } catch (error) {
      if (!isWrongSequence(error)) throw error;
    }
    if (this.#ends.get(conversation)?.lease === lease) this.#ends.delete(conversation);
  }

  async append(lease: Lease, data: string): Promise<number> {
    const end = this.#ends.get(lease.conversation);
    if (end?.lease !== lease) throw new LeaseLost(lease);
    const name = `${this.self}.${++this.#messages}`;
    for (;;) {
      const marked = headers();
      marked.set(REVISION, String(lease.revision));
      marked.set(MESSAGE, name);
      marked.set(START, end.start.told);
      marked.set(PubHeaders.ExpectedLastSubjectSequenceHdr, String(end.position));
      try {
        const subject = this.#link.names.journal(lease.conversation);
        end.position = await this.#publisher.publish(subject, data, marked);
        end.start.appended(end.position);
        return end.position;
      } catch (error) {
        if (isWrongSequence(error)) {
          if (!await this.#isThere(lease, end, name)) continue;
          end.start.appended(end.position);
          return end.position;
        } else {
          await this.#link.recover(error);
        }
      }
    }
  }

  stored(lease: Lease, position: number): void {
    const end = this.#ends.get(lease.conversation);
    if (end?.lease === lease) end.start.stored(position);
  }

  async follow(conversation: string, follower: Follower): Promise<Following> {
    const { kept } = this.#link.names;
    /** As it was when the journal began to be followed, until that is read. */
    let begun: StoredMsg | null | undefined;
    const following = new NatsFollower({
      follower,
      revisionOf: (message) => Number(message.headers?.get(REVISION) ?? 0),
      subscribe: (take) => {
        const subscription = this.#link.nc.subscribe(kept(conversation), {
          callback: (error, message) => {
            if (error === null) take(message);
          },
        });
        return () => subscription.unsubscribe();
      },
      begin: async () => {
        begun = await this.#last(conversation);
        return { position: startOf(begun).first, isNew: begun === null };
      },
      read: async (from, take) => {
        // What is published from when the server answers this comes by the subscription, which it was sent before.
        const last = begun === undefined ? await this.#last(conversation) : begun;
        begun = undefined;
        if (last === null || last.seq < from) return;
        await this.#readings.run(conversation, () => this.#read(conversation, last, from, take));
      },
    });
    this.#followers.add(following);
    following.onDispose = () => this.#followers.delete(following);
    try {
      await following.start();
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
    from.set(MESSAGE, this.self);
    this.#link.nc.publish(this.#link.names.topic(topic), data, { headers: from });
  }

  hear(topic: string, take: (data: string, from: string) => void): () => void {
    const subscription = this.#link.nc.subscribe(this.#link.names.topic(topic), {
      callback: (error, message: Msg) => {
        if (error === null) take(message.string(), message.headers?.get(MESSAGE) ?? "");
      },
    });
    return () => subscription.unsubscribe();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const following of [...this.#followers]) following[Symbol.dispose]();
    this.#publisher[Symbol.dispose]();
    // Whoever asks afterwards is told at once that nobody is here.
    await (this.#link.connected ? this.#link.nc.drain() : this.#link.nc.close());
  }

  async #granted(lease: Lease): Promise<Lease> {
    const last = await this.#last(lease.conversation);
    this.#ends.set(lease.conversation, {
      lease,
      position: last?.seq ?? 0,
      start: startOf(last),
    });
    return lease;
  }

  /** Who has a lease, and by which claim: the name of the process, and a number. */
  async #held(conversation: string): Promise<Holder & { claim: string } | undefined> {
    const entry = await this.#link.leases((kv) => kv.get(token(conversation)));
    if (entry === null || entry.operation !== "PUT") return undefined;
    const claim = entry.string();
    return { process: claim.split(" ", 1)[0]!, revision: entry.revision, claim };
  }

  /** Whether a message that could not be appended is in the journal all the same: its acknowledgement was lost. */
  async #isThere(lease: Lease, end: End, name: string): Promise<boolean> {
    const last = await this.#last(lease.conversation);
    const revision = Number(last?.header.get(REVISION) ?? 0);
    if (revision > lease.revision) throw new LeaseLost(lease);
    const position = last?.seq ?? 0;
    // Forgotten, and counted anew.
    if (position < end.position) end.start = new ReadingStart();
    end.position = position;
    if (last?.header.get(MESSAGE) === name) return true;
    // What was there is too old to be kept, or the server has forgotten it. Then only the lease tells whose it is.
    const held = await this.holder(lease.conversation);
    if (held !== undefined && held.revision !== lease.revision) throw new LeaseLost(lease);
    if (held === undefined) await this.#renew(lease);
    return false;
  }

  /** Takes again a lease that the server has forgotten. */
  async #renew(lease: Lease): Promise<void> {
    try {
      lease.revision = await this.#write(lease.conversation, `${this.self} ${++this.#claims}`, undefined);
    } catch (error) {
      throw isWrongSequence(error) ? new LeaseLost(lease) : error;
    }
  }

  async #write(conversation: string, claim: string, before: number | undefined): Promise<number> {
    return await this.#link.leases((kv) =>
      before === undefined ? kv.create(token(conversation), claim) : kv.update(token(conversation), claim, before)
    );
  }

  /** Reads what is kept of a journal from a position on. */
  async #read(conversation: string, last: StoredMsg, from: number, take: Take): Promise<void> {
    const start = startOf(last);
    if (start.positions === undefined || start.first > from) return await this.#lookFor(conversation, from, take);
    const { stream, journal } = this.#link.names;
    const before = start.positions.filter((position) => position >= from && position < last.seq);
    const read = await Promise.all(before.map((seq) => this.#link.jsm.direct.getMessage(stream, { seq })));
    for (const message of [...read, last]) {
      // What is too old by now has gone.
      if (message?.subject === journal(conversation)) take(appended(message, message.header));
    }
  }

  /** The same where nothing tells where it stands: the server goes through all conversations from there on. */
  async #lookFor(conversation: string, from: number, take: Take): Promise<void> {
    const { stream, journal } = this.#link.names;
    const consumer = await this.#link.jsm.consumers.add(stream, {
      ack_policy: AckPolicy.None,
      filter_subject: journal(conversation),
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: from,
      inactive_threshold: 10_000_000_000,
      mem_storage: true,
    });
    let left = consumer.num_pending;
    const reader = this.#link.js.consumers.getConsumerFromInfo(consumer);
    while (left > 0) {
      for await (
        const message of await reader.fetch({ max_messages: Math.min(left, 1_000), expires: READ_MS })
      ) {
        left = message.info.pending;
        take(appended(message, message.headers));
      }
    }
    // Nobody waits for it, and one that is left over goes by itself.
    void reader.delete().catch(() => false);
  }

  /** The last message that is kept of a journal. */
  #last(conversation: string): Promise<StoredMsg | null> {
    const { stream, journal } = this.#link.names;
    return this.#link.retried(() => this.#link.jsm.direct.getMessage(stream, { last_by_subj: journal(conversation) }));
  }
}

/** What has to be read of a journal, by its last message. */
function startOf(last: StoredMsg | null): ReadingStart {
  return last === null ? new ReadingStart() : new ReadingStart(last.header.get(START), last.seq);
}

function appended(message: { seq: number; string(): string }, headers: MsgHdrs | undefined): Appended {
  return { data: message.string(), position: message.seq, revision: Number(headers?.get(REVISION) ?? 0) };
}
