/** What a screen reader is told of the conversation: finished sentences of answers, and errors. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { currentTurn, type Turn } from "./conversation.ts";
import { SentenceReader } from "./sentence_reader.ts";

/** Announcements kept in the document: enough for a screen reader to take them in, few enough not to pile up. */
const MAX_ANNOUNCEMENTS = 6;

/** A sentence for the live region. */
export interface Announcement {
  id: number;
  text: string;
}

/** Follows the turn that is being answered, and announces each of its sentences once. */
export class Announcer {
  readonly #announcements = signal<readonly Announcement[]>([]);
  #reading: { turn: string; reader: SentenceReader } | null = null;
  #lastId = 0;

  /** The latest sentences, newest last. */
  get announcements(): ReadonlySignal<readonly Announcement[]> {
    return this.#announcements;
  }

  /** Starts anew with the turns of a conversation that was not followed: the text that they have is not announced. */
  skip(turns: readonly Turn[]): void {
    const current = currentTurn(turns);
    this.#reading = current === undefined
      ? null
      : { turn: current.turn, reader: new SentenceReader(current.text.length) };
  }

  /** Announces what the turns have gained since the last call. */
  update(turns: readonly Turn[]): void {
    const sentences: string[] = [];
    const reading = this.#reading;
    const turn = reading === null ? undefined : turns.find((known) => known.turn === reading.turn);
    if (reading !== null && turn !== undefined) {
      const over = turn.state === "done" || turn.error !== undefined;
      sentences.push(...(over ? reading.reader.rest(turn.text) : reading.reader.read(turn.text)));
      if (turn.error !== undefined) sentences.push(turn.error.message);
      if (over) this.#reading = null;
    } else this.#reading = null;
    const current = currentTurn(turns);
    if (this.#reading === null && current !== undefined) {
      this.#reading = { turn: current.turn, reader: new SentenceReader() };
    }
    if (sentences.length === 0) return;
    const added = sentences.map((text) => ({ id: this.#lastId++, text }));
    this.#announcements.value = [...this.#announcements.peek(), ...added].slice(-MAX_ANNOUNCEMENTS);
  }
}
