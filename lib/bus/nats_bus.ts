/**
 * The bus on NATS JetStream: one stream with a subject for each conversation's journal, one bucket with a key for each
 * lease. What the stream has kept, it publishes again with its sequence: so followers cost a plain subscription each,
 * and only what they have missed is read from the stream.
 */
import { connect } from "@nats-io/transport-node";
import { errors, headers, type Msg, type NatsConnection, type NodeConnectionOptions } from "@nats-io/transport-node";
import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from "@nats-io/jetstream";
import { type KV, Kvm } from "@nats-io/kv";
import { setTimeout as pause } from "node:timers/promises";
import {
  type Bus,
  BusLost,
  type Follower,
  type Following,
  type Holder,
  type Lease,
  LeaseLost,
  NoAnswer,
} from "./bus.ts";
import { NatsFollower } from "./nats_follower.ts";
import type { BusAddress } from "@/lib/config/bus_address.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

/** How long a message of a journal is kept, ms: whoever comes back within is sent what is missing alone. */
const KEPT_MS = 5 * 60_000;
/** Bytes of all journals at most; the oldest go first. */
const KEPT_BYTES = 256 * 1024 * 1024;
/** How long a lease is remembered that nobody has given back, ms. */
const LEASE_MS = 24 * 60 * 60_000;
/** How long the server, or another process, may take for an answer, ms. */
const PATIENCE_MS = 2_000;
/** How long until something that has failed is tried again, ms. */
const RETRY_MS = 200;
/** JetStream's codes: another message, or another revision, came before. */
const WRONG_SEQUENCE = 10_071;
const REVISION = "Vtuber-Lease";
const MESSAGE = "Vtuber-Message";

/** Where on the server things are. */
interface Names {
  stream: string;
  bucket: string;
  journal(conversation: string): string;
  kept(conversation: string): string;
  process(name: string): string;
  topic(name: string): string;
}

export class NatsBus implements Bus {
  readonly self: string = crypto.randomUUID();
  readonly #nc: NatsConnection;
  readonly #jsm: JetStreamManager;
  readonly #js: JetStreamClient;
  readonly #address: BusAddress;
  readonly #names: Names;
  readonly #listeners = new Set<(connected: boolean) => void>();
  readonly #followers = new Set<NatsFollower>();
  /** Where the journal of each lease that is held here stands. */
  readonly #ends = new Map<string, { lease: Lease; position: number }>();
  #kv: KV | undefined;
  #connected = true;
  #messages = 0;
  /** When the stream was made: a server without memory of it makes it anew. */
  #made = "";

  private constructor(nc: NatsConnection, jsm: JetStreamManager, address: BusAddress) {
    this.#nc = nc;
    this.#jsm = jsm;
    this.#js = jsm.jetstream();
    this.#address = address;
    const { prefix } = address;
    this.#names = {
      stream: `${prefix}_journals`,
      bucket: `${prefix}_leases`,
      journal: (conversation) => `${prefix}.journal.${token(conversation)}`,
      kept: (conversation) => `${prefix}.kept.${token(conversation)}`,
      process: (name) => `${prefix}.process.${token(name)}`,
      topic: (name) => `${prefix}.topic.${token(name)}`,
    };
    guarded("watch the bus", () => this.#watch());
  }

  /** @throws {Error} when the server cannot be reached, or has no JetStream; it does not name the address */
  static async connect(address: BusAddress, options: Partial<NodeConnectionOptions> = {}): Promise<NatsBus> {
    const { servers, user, pass, token, tls } = address;
    const nc = await connect({
      servers,
      ...(user !== undefined && pass !== undefined && { user, pass }),
      ...(token !== undefined && { token }),
      ...(tls && { tls: {} }),
      maxReconnectAttempts: -1,
      reconnectTimeWait: RETRY_MS,
      reconnectJitter: RETRY_MS / 2,
      pingInterval: 5_000,
      ...options,
    });
    const bus = new NatsBus(nc, await jetstreamManager(nc, { timeout: PATIENCE_MS, checkAPI: false }), address);
    await bus.#prepare();
    return bus;
  }

  get connected(): boolean {
    return this.#connected;
  }

  onConnection(listener: (connected: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async claim(conversation: string, from?: Holder): Promise<Lease | Holder> {
    for (;;) {
      const held = await this.holder(conversation);
      if (held !== undefined && held.revision !== from?.revision) return held;
      try {
        const lease = { conversation, revision: await this.#write(conversation, held?.revision) };
        this.#ends.set(conversation, { lease, position: await this.#end(conversation) });
        return lease;
      } catch (error) {
        // Somebody was faster: who?
        if (!isWrongSequence(error)) throw this.#lost(error);
      }
    }
  }

  async holder(conversation: string): Promise<Holder | undefined> {
    const entry = await this.#leases((kv) => kv.get(token(conversation)));
    if (entry === null || entry.operation !== "PUT") return undefined;
    return { process: entry.string(), revision: entry.revision };
  }

  async release(lease: Lease): Promise<void> {
    const { conversation, revision } = lease;
    try {
      await this.#leases((kv) => kv.delete(token(conversation), { previousSeq: revision }));
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
      try {
        const { seq } = await this.#js.publish(this.#names.journal(lease.conversation), data, {
          headers: marked,
          expect: { lastSubjectSequence: end.position },
          timeout: PATIENCE_MS,
          retries: 0,
        });
        return end.position = seq;
      } catch (error) {
        if (isWrongSequence(error)) {
          if (await this.#isThere(lease, end, name)) return end.position;
        } else {
          await this.#recover(error);
        }
      }
    }
  }

  async follow(conversation: string, follower: Follower): Promise<Following> {
    const { stream, journal, kept } = this.#names;
    const following = new NatsFollower({
      follower,
      revisionOf: (message) => Number(message.headers?.get(REVISION) ?? 0),
      subscribe: (take) => {
        const subscription = this.#nc.subscribe(kept(conversation), {
          callback: (error, message) => {
            if (error === null) take(message);
          },
        });
        return () => subscription.unsubscribe();
      },
      read: async (from, take) => {
        // What is published from now on comes by the subscription.
        await this.#nc.flush();
        if (await this.#end(conversation) < from) return;
        const consumer = await this.#jsm.consumers.add(stream, {
          ack_policy: AckPolicy.None,
          filter_subject: journal(conversation),
          deliver_policy: DeliverPolicy.StartSequence,
          opt_start_seq: from,
          inactive_threshold: 10_000_000_000,
          mem_storage: true,
        });
        let left = consumer.num_pending;
        const reader = await this.#js.consumers.get(stream, consumer.name);
        while (left > 0) {
          for await (
            const message of await reader.fetch({ max_messages: Math.min(left, 1_000), expires: PATIENCE_MS })
          ) {
            left = message.info.pending;
            take({
              data: message.string(),
              position: message.seq,
              revision: Number(message.headers?.get(REVISION) ?? 0),
            });
          }
        }
        await reader.delete();
      },
    });
    this.#followers.add(following);
    following.onDispose = () => this.#followers.delete(following);
    await following.start();
    return following;
  }

  async request(process: string, question: string): Promise<string> {
    try {
      const answer = await this.#nc.request(this.#names.process(process), question, { timeout: 2 * PATIENCE_MS });
      if (answer.headers?.code === 500) throw new NoAnswer(process, false);
      return answer.string();
    } catch (error) {
      if (error instanceof NoAnswer) throw error;
      const gone = error instanceof errors.RequestError && error.isNoResponders();
      throw new NoAnswer(process, gone, { cause: error });
    }
  }

  serve(answer: (question: string) => Promise<string>): void {
    this.#nc.subscribe(this.#names.process(this.self), {
      callback: (error, message) => {
        if (error === null) {
          guarded("answer another process", async () => message.respond(await answer(message.string())));
        }
      },
    });
  }

  announce(topic: string, data: string): void {
    if (!this.#connected || this.#nc.isClosed() || this.#nc.isDraining()) return;
    const from = headers();
    from.set(MESSAGE, this.self);
    this.#nc.publish(this.#names.topic(topic), data, { headers: from });
  }

  hear(topic: string, take: (data: string, from: string) => void): () => void {
    const subscription = this.#nc.subscribe(this.#names.topic(topic), {
      callback: (error, message: Msg) => {
        if (error === null) take(message.string(), message.headers?.get(MESSAGE) ?? "");
      },
    });
    return () => subscription.unsubscribe();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const following of [...this.#followers]) following[Symbol.dispose]();
    // Whoever asks afterwards is told at once that nobody is here.
    await (this.#connected ? this.#nc.drain() : this.#nc.close());
  }

  /** Whether a message that could not be appended is in the journal all the same: its acknowledgement was lost. */
  async #isThere(lease: Lease, end: { position: number }, name: string): Promise<boolean> {
    const last = await this.#retried(() => this.#last(lease.conversation));
    const revision = Number(last?.header.get(REVISION) ?? 0);
    if (revision > lease.revision) throw new LeaseLost(lease);
    end.position = last?.seq ?? 0;
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
      lease.revision = await this.#write(lease.conversation, undefined);
    } catch (error) {
      throw isWrongSequence(error) ? new LeaseLost(lease) : error;
    }
  }

  async #write(conversation: string, before: number | undefined): Promise<number> {
    return await this.#leases((kv) =>
      before === undefined
        ? kv.create(token(conversation), this.self)
        : kv.update(token(conversation), this.self, before)
    );
  }

  /** Position of the last message of a journal; 0 where none is kept. */
  async #end(conversation: string): Promise<number> {
    return (await this.#retried(() => this.#last(conversation)))?.seq ?? 0;
  }

  #last(conversation: string) {
    return this.#jsm.direct.getMessage(this.#names.stream, { last_by_subj: this.#names.journal(conversation) });
  }

  #leases<T>(run: (kv: KV) => Promise<T>): Promise<T> {
    return this.#retried(async () => await run(this.#kv!));
  }

  /** Does something as soon as the server can do it. */
  async #retried<T>(run: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await run();
      } catch (error) {
        if (isWrongSequence(error)) throw error;
        await this.#recover(error);
      }
    }
  }

  /** Waits until something that has failed may be tried again. */
  async #recover(error: unknown): Promise<void> {
    if (this.#nc.isClosed()) throw new BusLost("The bus is closed", { cause: error });
    await pause(RETRY_MS);
    if (this.#nc.isClosed()) throw new BusLost("The bus is closed", { cause: error });
    if (!this.#connected) return;
    try {
      await this.#prepare();
    } catch {
      // It was the server that failed, and still does: the next try tells.
    }
  }

  #lost(error: unknown): unknown {
    return this.#nc.isClosed() ? new BusLost("The bus is closed", { cause: error }) : error;
  }

  /** Makes what the server has to have, where it does not. */
  async #prepare(): Promise<void> {
    const { stream, bucket } = this.#names;
    const { prefix, storage, replicas } = this.#address;
    const { created } = await this.#jsm.streams.add({
      name: stream,
      subjects: [`${prefix}.journal.*`],
      storage: storage === "memory" ? StorageType.Memory : StorageType.File,
      num_replicas: replicas,
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old,
      max_age: KEPT_MS * 1_000_000,
      max_bytes: KEPT_BYTES,
      allow_direct: true,
      republish: { src: `${prefix}.journal.*`, dest: `${prefix}.kept.{{wildcard(1)}}` },
    });
    this.#kv = await new Kvm(this.#js).create(bucket, {
      history: 1,
      ttl: LEASE_MS,
      storage: storage === "memory" ? StorageType.Memory : StorageType.File,
      replicas,
    });
    const anew = this.#made !== "" && this.#made !== created;
    this.#made = created;
    if (anew) { for (const following of this.#followers) following.reset(); }
  }

  async #watch(): Promise<void> {
    for await (const { type } of this.#nc.status()) {
      if (type === "disconnect") this.#tell(false);
      else if (type === "reconnect") guarded("find the bus again", () => this.#found());
    }
  }

  async #found(): Promise<void> {
    await this.#retried(() => this.#prepare());
    this.#tell(true);
    for (const following of this.#followers) following.catchUp();
  }

  #tell(connected: boolean): void {
    if (this.#connected === connected) return;
    this.#connected = connected;
    for (const listener of this.#listeners) guarded("tell how the bus is", () => listener(connected));
  }
}

function isWrongSequence(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === WRONG_SEQUENCE;
}

/** A part of a subject: no dots, no spaces, no wildcards. */
function token(text: string): string {
  return /^[\w-]+$/.test(text)
    ? text
    : `=${[...new TextEncoder().encode(text)].map((byte) => byte.toString(16)).join("")}`;
}
