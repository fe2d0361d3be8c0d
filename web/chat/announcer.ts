/** What a screen reader is told of the conversation: finished sentences of answers, and errors. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { currentTurn, type Turn } from "./conversation.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";
import { SentenceReader } from "./sentence_reader.ts";

/** Announcements kept in the document: enough for a screen reader to take them in, few enough not to pile up. */
const MAX_ANNOUNCEMENTS = 6;

/** A sentence for the live region. */
export interface Announcement {
  id: number;
  text: string;
}

/** How far a turn has been read out. */
interface Reading {
  turn: string;
  reader: SentenceReader;
  /** The failure that was announced. */
  error: TurnError | undefined;
}

/** Follows the turn that is being answered, and announces each of its sentences once. */
export class Announcer {
  readonly #announcements = signal<readonly Announcement[]>([]);
  /** Of the turn that is being answered, or else of the last one, which may be gone on with. */
  #reading: Reading | undefined;
  #lastId = 0;

  /** The latest sentences, newest last. */
  get announcements(): ReadonlySignal<readonly Announcement[]> {
    return this.#announcements;
  }

  /** Starts anew with the turns of a conversation that was not followed: the text that they have is not announced. */
  skip(turns: readonly Turn[]): void {
    const turn = currentTurn(turns) ?? turns.at(-1);
    this.#reading = turn && { turn: turn.turn, reader: new SentenceReader(turn.text.length), error: turn.error };
  }

  /** Announces what the turns have gained since the last call. */
  update(turns: readonly Turn[]): void {
    const sentences: string[] = [];
    const reading = this.#reading;
    const turn = turns.find((known) => known.turn === reading?.turn);
    const over = turn === undefined || turn.state === "done" || turn.error !== undefined;
    if (reading !== undefined && turn !== undefined) {
      sentences.push(...(over ? reading.reader.rest(turn.text) : reading.reader.read(turn.text)));
      if (turn.error !== undefined && turn.error !== reading.error) sentences.push(turn.error.message);
      reading.error = turn.error;
    }
    const current = currentTurn(turns);
    if (over && current !== undefined && current.turn !== turn?.turn) {
      this.#reading = { turn: current.turn, reader: new SentenceReader(current.continuedFrom), error: undefined };
    }
    if (sentences.length === 0) return;
    const added = sentences.map((text) => ({ id: this.#lastId++, text }));
    this.#announcements.value = [...this.#announcements.peek(), ...added].slice(-MAX_ANNOUNCEMENTS);
  }
}
