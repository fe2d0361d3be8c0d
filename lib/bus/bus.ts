/**
 * What joins several processes: journals that each process can follow, leases on them, and messages. In one process
 * there is none. One interface with two homes: memory, for tests, and NATS JetStream.
 */

/** The right to append to a conversation's journal, which one process has at a time. */
export interface Lease {
  readonly conversation: string;
  /** Grows with every lease that is given on this bus. Another one where the bus had forgotten it. */
  revision: number;
  /** Whether nobody had the conversation of late, so that there is nothing in any journal. */
  readonly isNew: boolean;
}

/** Which process has, or had, the lease of a conversation. */
export interface Holder {
  process: string;
  revision: number;
}

/** A message of a conversation's journal: what was appended to it at about the same time. */
export interface Appended {
  texts: readonly string[];
  /** Its place in the journal; later ones have higher numbers. */
  position: number;
  /** Revision of the lease that it was appended with. */
  revision: number;
}

/** Whoever appends is told what has become of it: of all texts, in their order. It must not throw. */
export interface Appender {
  /** The next `count` texts are in the journal, in one message. */
  kept(count: number, position: number): void;
  /**
   * They are not, nor will be what was appended behind them: with a {@linkcode LeaseLost} where another process has the
   * lease by now, with a {@linkcode BusLost} where the bus is closed before, with another error where they are longer
   * than the bus takes.
   */
  lost(error: Error): void;
}

export interface Follower {
  /**
   * Called before the first message, and waited for: what was stored by now need not be among the messages.
   *
   * @param isNew whether nobody had the conversation of late
   * @param holder who has the lease
   */
  begin?(isNew: boolean, holder: Holder | undefined): Promise<void>;
  /** Called with what has to be read of what is kept, then with each that comes, once and in order. It must not throw. */
  take(message: Appended): void;
  /** Messages may be missing: the bus has lost its memory. What is taken from now on is all that it has. */
  reset(): void;
}

export interface Following extends Disposable {
  /**
   * Resolves when everything up to this position has been taken.
   *
   * @throws {BusLost} when the bus is closed before
   */
  until(position: number): Promise<void>;
}

export interface Bus extends AsyncDisposable {
  /** The name of this process, which no other one has. */
  readonly self: string;
  /** False while the bus cannot be reached. */
  readonly connected: boolean;
  /** Calls back whenever the bus has been lost, or found again. Returns a disposer. */
  onConnection(listener: (connected: boolean) => void): () => void;

  /**
   * Takes the lease of a conversation that nobody has, or `from` has, who is dead.
   *
   * @returns the lease, or who has it
   */
  claim(conversation: string, from?: Holder): Promise<Lease | Holder>;
  /** Who has the lease of a conversation, alive or dead. */
  holder(conversation: string): Promise<Holder | undefined>;
  /** Gives a lease back. One that was lost meanwhile is left with whom it has. */
  release(lease: Lease): Promise<void>;
  /**
   * Appends a text to a conversation's journal, behind what was appended before; what is appended while a message is
   * under way goes into the next one. While the bus cannot be reached it waits, and tries again, for as long as it
   * takes; the text is in the journal once.
   *
   * @param appender one for a lease at a time
   */
  append(lease: Lease, text: string, appender: Appender): void;
  /** All that was appended up to a position is stored: who follows it from then on need not read that. */
  stored(lease: Lease, position: number): void;
  /**
   * Follows the journal of a conversation; resolves when what has to be read of it has been taken.
   *
   * @throws {BusLost} when the bus is closed before, and what `begin` throws
   */
  follow(conversation: string, follower: Follower): Promise<Following>;

  /**
   * Asks another process something. Question and answer are shorter than a million bytes.
   *
   * @throws {NoAnswer} when it is not there, or says nothing in time
   */
  request(process: string, topic: string, question: string): Promise<string>;
  /** Answers what other processes ask of a topic. What is thrown is no answer. */
  serve(topic: string, answer: (question: string) => Promise<string>): void;
  /** Tells every process something, this one as well. What cannot be told now is lost. */
  announce(topic: string, data: string): void;
  /** Hears what is announced. Returns a disposer. */
  hear(topic: string, take: (data: string, from: string) => void): () => void;
}

/** Another process has the lease. */
export class LeaseLost extends Error {
  override name = "LeaseLost";

  constructor({ conversation }: Lease) {
    super(`Another process has taken conversation ${conversation}`);
  }
}

/** The bus cannot be reached, or is closed. */
export class BusLost extends Error {
  override name = "BusLost";
}

/** A process that was asked something has not answered. */
export class NoAnswer extends Error {
  override name = "NoAnswer";

  /** @param gone whether there is nobody of that name */
  constructor(process: string, readonly gone: boolean, options?: ErrorOptions) {
    super(gone ? `There is no process ${process}` : `Process ${process} has not answered in time`, options);
  }
}

/** Whether a claim has been granted. */
export function isLease(claimed: Lease | Holder): claimed is Lease {
  return "conversation" in claimed;
}

/**
 * Appends a text and waits for it. It is not for whoever appends without waiting as well.
 *
 * @returns its position
 * @throws {LeaseLost} when another process has the lease by now
 * @throws {BusLost} when the bus is closed before
 */
export function appended(bus: Bus, lease: Lease, text: string): Promise<number> {
  return new Promise((resolve, reject) => {
    bus.append(lease, text, { kept: (_count, position) => resolve(position), lost: reject });
  });
}

/** Aborts `signal` when the bus is lost, at once where it cannot be reached now. */
export function busLoss(bus: Bus): { signal: AbortSignal } & Disposable {
  const loss = new AbortController();
  const lose = (connected: boolean) => {
    if (!connected) loss.abort(new BusLost("The bus cannot be reached"));
  };
  const stop = bus.onConnection(lose);
  lose(bus.connected);
  return { signal: loss.signal, [Symbol.dispose]: stop };
}
