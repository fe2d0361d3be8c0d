/**
 * The stream of all journals: a subject for each process. What it has kept it publishes again with its sequence, so
 * whoever hears of everything has a plain subscription, and reads from the stream only what was missed.
 */
import { AckPolicy, DeliverPolicy, PubHeaders } from "@nats-io/jetstream";
import { headers } from "@nats-io/transport-node";
import { AckedPublisher } from "./acked_publisher.ts";
import { decodeBatch, encodeBatch, type JournalBatch } from "./journal_batch.ts";
import { type NatsLink, PATIENCE_MS } from "./nats_link.ts";

/**
 * How long the server may take for a part of a journal, ms. After as long the client gives up by its own clock, by which
 * a process that was held up for two seconds has waited for them: so it is more than that takes.
 */
const READ_MS = 10_000;

/** A message of a process's journal. */
export interface KeptBatch extends JournalBatch {
  process: string;
  position: number;
}

export class JournalStream implements Disposable {
  readonly #link: NatsLink;
  readonly #publisher: AckedPublisher;

  constructor(link: NatsLink) {
    this.#link = link;
    this.#publisher = new AckedPublisher(link.nc, PATIENCE_MS);
  }

  /**
   * Appends to a process's journal.
   *
   * @param last the position of the last message there, where it must be that one
   * @returns its position
   * @throws {Error} that `isWrongSequence` tells where another message is the last; any other where nothing is known
   */
  append(process: string, batch: JournalBatch, last?: number): Promise<number> {
    const marked = headers();
    if (last !== undefined) marked.set(PubHeaders.ExpectedLastSubjectSequenceHdr, String(last));
    return this.#publisher.publish(this.#link.names.journal(process), encodeBatch(batch), marked);
  }

  /** Nobody acknowledges any more what was appended until now. */
  fail(why: string): void {
    this.#publisher.fail(why);
  }

  /** Hears of all that is kept from now on. Returns a disposer. */
  hear(take: (position: number, decoded: () => KeptBatch) => void): () => void {
    const subscription = this.#link.nc.subscribe(this.#link.names.kept("*"), {
      callback: (error, message) => {
        if (error !== null) return;
        const position = Number(message.headers?.get("Nats-Sequence") ?? 0);
        take(position, () => kept(message.subject, position, message.string()));
      },
    });
    return () => subscription.unsubscribe();
  }

  /** Where the last message of all journals stands. */
  async lastPosition(): Promise<number> {
    return (await this.last("*"))?.position ?? 0;
  }

  /** The last message of a process's journal. */
  async last(process: string): Promise<KeptBatch | undefined> {
    return await this.#get({ last_by_subj: this.#link.names.journal(process) });
  }

  /** The first message of a process's journal at a position or behind it. */
  async next(process: string, seq: number): Promise<KeptBatch | undefined> {
    return await this.#get({ seq, next_by_subj: this.#link.names.journal(process) });
  }

  /**
   * Reads what is kept from a position on, of one process or (`*`) of all.
   *
   * @throws {Error} when the server does not answer
   */
  async read(process: string, from: number, take: (kept: KeptBatch) => void): Promise<void> {
    const { names, jsm, js } = this.#link;
    const consumer = await jsm.consumers.add(names.stream, {
      ack_policy: AckPolicy.None,
      filter_subject: names.journal(process),
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: Math.max(1, from),
      inactive_threshold: 10_000_000_000,
      mem_storage: true,
    });
    let left = consumer.num_pending;
    const reader = js.consumers.getConsumerFromInfo(consumer);
    while (left > 0) {
      for await (const message of await reader.fetch({ max_messages: Math.min(left, 1_000), expires: READ_MS })) {
        left = message.info.pending;
        take(kept(message.subject, message.seq, message.string()));
      }
    }
    // Nobody waits for it, and one that is left over goes by itself.
    void reader.delete().catch(() => false);
  }

  [Symbol.dispose](): void {
    this.#publisher[Symbol.dispose]();
  }

  async #get(query: { last_by_subj: string } | { seq: number; next_by_subj: string }): Promise<KeptBatch | undefined> {
    const { names, jsm } = this.#link;
    const message = await this.#link.retried(() => jsm.direct.getMessage(names.stream, query));
    return message === null ? undefined : kept(message.subject, message.seq, message.string());
  }
}

function kept(subject: string, position: number, text: string): KeptBatch {
  return { ...decodeBatch(text), process: subject.slice(subject.lastIndexOf(".") + 1), position };
}
