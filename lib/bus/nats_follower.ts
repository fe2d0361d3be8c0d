/** Follows one journal: what is published again as it comes, and what was missed from the stream. */
import type { Msg } from "@nats-io/transport-node";
import { type Appended, BusLost, type Follower, type Following } from "./bus.ts";
import { PositionWaits } from "./position_waits.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

/** How long until a failed reading is tried again, ms. */
const RETRY_MS = 300;

export interface NatsFollowerOptions {
  follower: Follower;
  revisionOf(message: Msg): number;
  /** Subscribes to what the stream publishes again; returns what ends that. */
  subscribe(take: (message: Msg) => void): () => void;
  /** Where reading has to begin, and whether there is nothing to read. */
  begin(): Promise<{ position: number; isNew: boolean }>;
  /** Reads what the stream keeps from a position on. */
  read(from: number, take: (message: Appended) => void): Promise<void>;
}

export class NatsFollower implements Following {
  readonly #options: NatsFollowerOptions;
  readonly #unsubscribe: () => void;
  #position = 0;
  /** What came by the subscription while the stream was read; undefined when it is not. */
  #early: Msg[] | undefined = [];
  #again = false;
  #disposed = false;
  readonly #waits = new PositionWaits();
  onDispose: () => void = () => {};

  constructor(options: NatsFollowerOptions) {
    this.#options = options;
    this.#unsubscribe = options.subscribe((message) => this.#receive(message));
  }

  /**
   * Resolves when what has to be read has been taken, however often the server fails meanwhile.
   *
   * @throws {BusLost} when the bus is closed before, and what the follower's `begin` throws
   */
  async start(): Promise<void> {
    const { position, isNew } = await this.#options.begin();
    await this.#options.follower.begin?.(isNew);
    this.#position = position - 1;
    await this.#readUntilDone();
    if (this.#disposed) throw unfollowed();
  }

  /** Reads what may have been missed. */
  catchUp(): void {
    if (this.#early !== undefined) {
      this.#again = true;
      return;
    }
    this.#early = [];
    guarded("read what a process has missed of a conversation", () => this.#readUntilDone());
  }

  /** The stream has begun anew. */
  reset(): void {
    this.#position = 0;
    this.#options.follower.reset();
  }

  until(position: number): Promise<void> {
    if (this.#position >= position) return Promise.resolve();
    if (this.#disposed) return Promise.reject(unfollowed());
    return this.#waits.until(position);
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#unsubscribe();
    this.#waits.fail(unfollowed());
    this.onDispose();
  }

  #receive(message: Msg): void {
    if (this.#disposed) return;
    // Of the same subject: a higher one than was taken last means that something between was missed.
    const missed = this.#early === undefined && number(message, "Nats-Last-Sequence") > this.#position;
    if (missed) this.catchUp();
    // What has been missed is read with all behind it, this one as well.
    else if (this.#early !== undefined) this.#early.push(message);
    else this.#takeKept(message);
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
      await this.#options.read(this.#position + 1, (message) => this.#take(message));
    } while ((again || this.#again) && !this.#disposed);
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const message of early) this.#receive(message);
  }

  #takeKept(message: Msg): void {
    const position = number(message, "Nats-Sequence");
    this.#take({ data: message.string(), position, revision: this.#options.revisionOf(message) });
  }

  #take(message: Appended): void {
    if (this.#disposed || message.position <= this.#position) return;
    this.#position = message.position;
    this.#options.follower.take(message);
    this.#waits.reach(message.position);
  }
}

function unfollowed(): BusLost {
  return new BusLost("Nobody follows this conversation any more");
}

function number(message: Msg, header: string): number {
  return Number(message.headers?.get(header) ?? 0);
}
