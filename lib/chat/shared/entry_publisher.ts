/** Appends the entries of a conversation's journal: in order, and joined while the message before is under way. */
import { takeMessage } from "@/lib/bus/message_size.ts";
import type { JournalEntry } from "./journal_entry.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

export interface EntryPublisherOptions {
  /** Rejects when nothing more can be appended. */
  append(data: string): Promise<number>;
  /**
   * Called with entries once they are kept, with the position that was pushed with the last, and with where they stand
   * in the journal. It must not throw.
   */
  onKept(entries: readonly JournalEntry[], position: number, appended: number): void;
  /** Called once nothing more can be appended. What was pushed is lost. */
  onFailure(error: unknown): void;
}

export class EntryPublisher {
  readonly #options: EntryPublisherOptions;
  #waiting: { entry: JournalEntry; position: number; text: string }[] = [];
  #waitingChars = 0;
  #running: Promise<void> | undefined;
  #failed = false;

  constructor(options: EntryPublisherOptions) {
    this.#options = options;
  }

  /** Characters that wait to be kept. */
  get backlog(): number {
    return this.#waitingChars;
  }

  /** @param position of the conversation's log, to be told when it is kept */
  push(entry: JournalEntry, position: number): void {
    if (this.#failed) return;
    const text = JSON.stringify(entry);
    this.#waiting.push({ entry, position, text });
    this.#waitingChars += text.length;
    if (this.#running !== undefined) return;
    this.#running = this.#run();
    guarded("tell other processes of a conversation", () => this.#running);
  }

  /** Resolves when everything is kept that has been pushed, or nothing can be any more. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      // What is pushed at once goes together.
      await Promise.resolve();
      while (this.#waiting.length > 0) {
        const batch = takeMessage(this.#waiting, ({ text }) => text);
        for (const { text } of batch) this.#waitingChars -= text.length;
        const appended = await this.#options.append(`[${batch.map(({ text }) => text).join(",")}]`);
        this.#options.onKept(batch.map(({ entry }) => entry), batch.at(-1)!.position, appended);
      }
      this.#running = undefined;
    } catch (error) {
      this.#failed = true;
      this.#waiting = [];
      this.#waitingChars = 0;
      this.#options.onFailure(error);
    }
  }
}
