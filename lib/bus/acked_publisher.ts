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
  /** Before the number of a message. */
  readonly #inbox = `${createInbox()}.`;
  /** By their numbers, the oldest first. */
  readonly #pending = new Map<number, Pending>();
  #published = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param patience how long an acknowledgement may take, ms */
  constructor(nc: NatsConnection, patience: number) {
    this.#nc = nc;
    this.#patience = patience;
    nc.subscribe(`${this.#inbox}*`, {
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
    const number = ++this.#published;
    try {
      this.#nc.publish(subject, data, { headers, reply: this.#inbox + number });
    } catch (cause) {
      return Promise.reject(new Error("It cannot be published", { cause }));
    }
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.#pending.set(number, { end: performance.now() + this.#patience, resolve, reject });
    this.#timer ??= setTimeout(() => this.#sweep(), this.#patience);
    return promise;
  }

  /** Nobody acknowledges any more what was published until now. */
  fail(why: string): void {
    for (const number of this.#pending.keys()) this.#settled(number)?.reject(new Error(why));
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.fail("The bus is closed");
  }

  #take(message: Msg): void {
    const one = this.#settled(Number(message.subject.slice(this.#inbox.length)));
    if (one === undefined) return;
    if (message.headers?.code === 503) return one.reject(new Error("There is no stream that keeps it"));
    const { seq, error } = message.json<{ seq?: number; error?: ApiError }>();
    if (error !== undefined) one.reject(new JetStreamApiError(error));
    else if (seq === undefined) one.reject(new Error("It was acknowledged without a sequence"));
    else one.resolve(seq);
  }

  /** One of which it is known now what has become of it. */
  #settled(number: number): Pending | undefined {
    const one = this.#pending.get(number);
    this.#pending.delete(number);
    return one;
  }

  #sweep(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const [number, { end }] of this.#pending) {
      if (end > now) {
        this.#timer = setTimeout(() => this.#sweep(), end - now);
        return;
      }
      this.#settled(number)?.reject(new Error(`It was not acknowledged within ${this.#patience} ms`));
    }
  }
}
