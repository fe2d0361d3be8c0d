/**
 * Publishes what a stream has to keep. A request of the client for each message costs twice as much: here all
 * acknowledgements come by one subscription, and one timer looks for those that do not come. Most of the rest is the
 * write to the socket: the client writes at once what it is given in one go, whichever conversation it is of.
 */
import { createInbox, type Msg, type MsgHdrs, type NatsConnection } from "@nats-io/transport-node";
import { type ApiError, JetStreamApiError } from "@nats-io/jetstream";

/** A message that is not acknowledged yet. */
interface Pending {
  /** By `performance.now()`. */
  end: number;
  resolve(sequence: number): void;
  reject(error: Error): void;
}

export class AckedPublisher implements Disposable {
  readonly #nc: NatsConnection;
  readonly #patience: number;
  readonly #inbox = createInbox();
  /** By their names, the oldest first. */
  readonly #pending = new Map<string, Pending>();
  #published = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param patience how long an acknowledgement may take, ms */
  constructor(nc: NatsConnection, patience: number) {
    this.#nc = nc;
    this.#patience = patience;
    nc.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error === null) this.#take(message);
      },
    });
  }

  /**
   * @returns its sequence in the stream
   * @throws {JetStreamApiError} when the stream does not want it
   * @throws {Error} when nothing tells whether the stream has it
   */
  publish(subject: string, data: string, headers: MsgHdrs): Promise<number> {
    const name = String(++this.#published);
    return new Promise((resolve, reject) => {
      try {
        this.#nc.publish(subject, data, { headers, reply: `${this.#inbox}.${name}` });
      } catch (cause) {
        throw new Error("It cannot be published", { cause });
      }
      this.#pending.set(name, { end: performance.now() + this.#patience, resolve, reject });
      this.#timer ??= setTimeout(() => this.#sweep(), this.#patience);
    });
  }

  /** Nobody acknowledges any more what was published until now. */
  fail(why: string): void {
    for (const name of this.#pending.keys()) this.#settle(name, (one) => one.reject(new Error(why)));
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.fail("The bus is closed");
  }

  #take(message: Msg): void {
    this.#settle(message.subject.slice(this.#inbox.length + 1), ({ resolve, reject }) => {
      if (message.headers?.code === 503) return reject(new Error("There is no stream that keeps it"));
      const { seq, error } = message.json<{ seq?: number; error?: ApiError }>();
      if (error !== undefined) reject(new JetStreamApiError(error));
      else if (seq === undefined) reject(new Error("It was acknowledged without a sequence"));
      else resolve(seq);
    });
  }

  #settle(name: string, settle: (one: Pending) => void): void {
    const one = this.#pending.get(name);
    this.#pending.delete(name);
    if (one !== undefined) settle(one);
  }

  #sweep(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const [name, { end }] of this.#pending) {
      if (end > now) {
        this.#timer = setTimeout(() => this.#sweep(), end - now);
        return;
      }
      this.#settle(name, (one) => one.reject(new Error(`It was not acknowledged within ${this.#patience} ms`)));
    }
  }
}
