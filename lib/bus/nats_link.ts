/** The connection to NATS, and what has to be on the server: found again, and made again, where it was lost. */
import { connect, errors, type NatsConnection } from "@nats-io/transport-node";
import {
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
import { BusLost } from "./bus.ts";
import type { BusAddress } from "@/lib/config/bus_address.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

/** How long the server, or another process, may take for an answer, ms. */
export const PATIENCE_MS = 2_000;
/** How long until something that has failed is tried again, ms. */
const RETRY_MS = 200;
/** How long a message of a journal is kept, ms: whoever comes back within is sent what is missing alone. */
const KEPT_MS = 5 * 60_000;
/** Bytes of all journals at most; the oldest go first. */
const KEPT_BYTES = 256 * 1024 * 1024;
/** How long it is remembered who has a conversation, ms, if that one does not say so again. */
export const LEASE_MS = 24 * 60 * 60_000;
/** JetStream's code: another message, or another revision, came before. */
const WRONG_SEQUENCE = 10_071;

/** Where on the server things are. */
interface Names {
  stream: string;
  bucket: string;
  /** What a process has appended; `*` for all. */
  journal(process: string): string;
  /** The same as the stream publishes it again. */
  kept(process: string): string;
  process(name: string, topic: string): string;
  topic(name: string): string;
}

export class NatsLink {
  readonly nc: NatsConnection;
  readonly jsm: JetStreamManager;
  readonly js: JetStreamClient;
  readonly names: Names;
  readonly #address: BusAddress;
  readonly #listeners = new Set<(connected: boolean) => void>();
  #onAnew: () => void = () => {};
  #kv: KV | undefined;
  #preparing: Promise<void> | undefined;
  #connected = true;
  /** When the stream was made: a server without memory of it makes it anew. */
  #made = "";

  private constructor(nc: NatsConnection, jsm: JetStreamManager, address: BusAddress) {
    this.nc = nc;
    this.jsm = jsm;
    this.js = jsm.jetstream();
    this.#address = address;
    const { prefix } = address;
    this.names = {
      stream: `${prefix}_process_journals`,
      bucket: `${prefix}_holders`,
      journal: (process) => `${prefix}.process_journal.${process}`,
      kept: (process) => `${prefix}.process_kept.${process}`,
      process: (name, topic) => `${prefix}.process.${token(name)}.${token(topic)}`,
      topic: (name) => `${prefix}.topic.${token(name)}`,
    };
    guarded("watch the bus", () => this.#watch());
  }

  /** @throws {Error} when the server cannot be reached, or has no JetStream; it does not name the address */
  static async open(address: BusAddress): Promise<NatsLink> {
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
      // A trace for each request, in case that it fails, is a third of what it costs.
      noAsyncTraces: true,
    });
    const link = new NatsLink(nc, await jetstreamManager(nc, { timeout: PATIENCE_MS, checkAPI: false }), address);
    await link.#prepare();
    return link;
  }

  get connected(): boolean {
    return this.#connected;
  }

  onConnection(listener: (connected: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls back when the server had forgotten everything. */
  onAnew(listener: () => void): void {
    this.#onAnew = listener;
  }

  /** Asks the bucket of leases. */
  leases<T>(run: (kv: KV) => Promise<T>): Promise<T> {
    return this.retried(async () => await run(this.#kv!));
  }

  /**
   * Does something as soon as the server can do it.
   *
   * @throws {BusLost} when the bus is closed before, and what {@linkcode isWrongSequence} tells
   */
  async retried<T>(run: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await run();
      } catch (error) {
        if (isWrongSequence(error)) throw error;
        await this.recover(error);
      }
    }
  }

  /** Waits until something that has failed may be tried again. */
  async recover(error: unknown): Promise<void> {
    if (!this.nc.isClosed()) await pause(RETRY_MS);
    if (this.nc.isClosed()) throw new BusLost("The bus is closed", { cause: error });
    if (!this.#connected) return;
    try {
      await this.#prepare();
    } catch {
      // It was the server that failed, and still does: the next try tells.
    }
  }

  /** Makes what the server has to have, where it does not: once, however many want it. */
  #prepare(): Promise<void> {
    return this.#preparing ??= this.#make().finally(() => this.#preparing = undefined);
  }

  async #make(): Promise<void> {
    const { stream, bucket } = this.names;
    const { replicas } = this.#address;
    const storage = this.#address.storage === "memory" ? StorageType.Memory : StorageType.File;
    const { created } = await this.jsm.streams.add({
      name: stream,
      subjects: [this.names.journal("*")],
      storage,
      num_replicas: replicas,
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old,
      max_age: KEPT_MS * 1_000_000,
      max_bytes: KEPT_BYTES,
      allow_direct: true,
      republish: { src: this.names.journal("*"), dest: this.names.kept("{{wildcard(1)}}") },
    });
    // Of who has a conversation only the leader knows for sure.
    const options = { history: 1, ttl: LEASE_MS, storage, replicas, allow_direct: false };
    this.#kv = await new Kvm(this.js).create(bucket, options);
    const isAnew = this.#made !== "" && this.#made !== created;
    this.#made = created;
    if (isAnew) this.#onAnew();
  }

  async #watch(): Promise<void> {
    for await (const { type } of this.nc.status()) {
      if (type === "disconnect") this.#tell(false);
      else if (type === "reconnect") guarded("find the bus again", () => this.#found());
    }
  }

  async #found(): Promise<void> {
    await this.retried(() => this.#prepare());
    this.#tell(true);
  }

  #tell(connected: boolean): void {
    if (this.#connected === connected) return;
    this.#connected = connected;
    for (const listener of this.#listeners) guarded("tell how the bus is", () => listener(connected));
  }
}

export function isWrongSequence(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === WRONG_SEQUENCE;
}

/** Whether a message is longer than the server takes: it never will. */
export function isTooLong(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof errors.InvalidArgumentError;
}

/** A part of a subject: no dots, no spaces, no wildcards. */
export function token(text: string): string {
  if (/^[\w-]+$/.test(text)) return text;
  return `=${[...new TextEncoder().encode(text)].map((byte) => byte.toString(16)).join("")}`;
}
