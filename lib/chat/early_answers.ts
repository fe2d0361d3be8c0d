/** Answers that are begun before they are asked for, while whoever speaks has paused: released, or dropped. */
import { GuessBudget } from "./guess_budget.ts";
import type { RunningAnswer } from "./running_answer.ts";
import { sameWords } from "./same_words.ts";
import type { StoredTurn } from "@/lib/store/store.ts";

/** What becomes of early answers, to be counted. */
export type EarlyAnswerEvent = "begun" | "released" | "dropped";

/** An answer that was begun early. Disposing of it drops it, unless it was released. */
export interface EarlyAnswer extends Disposable {
  /** The turn that it becomes. */
  readonly turn: string;
  /** What it was begun with. */
  readonly text: string;
  /** Ends it as if it had never been. Afterwards, and once it was released, it does nothing. */
  drop(): void;
}

/** The early answers of one conversation, one at a time. */
export class EarlyAnswers {
  readonly #budget = new GuessBudget();
  readonly #count: (event: EarlyAnswerEvent) => void;
  #current: RunningAnswer | undefined;

  /** @param count called with what becomes of each; it must not throw */
  constructor(count: (event: EarlyAnswerEvent) => void = () => {}) {
    this.#count = count;
  }

  /** Begins one, unless there is one already, or too many were begun in vain. */
  begin(make: () => RunningAnswer): EarlyAnswer | undefined {
    if (this.#current !== undefined || !this.#budget.allows) return undefined;
    const answer = make();
    this.#current = answer;
    this.#count("begun");
    const drop = () => {
      if (this.#current === answer) void this.drop();
    };
    return { turn: answer.record.turn, text: answer.record.prompt, drop, [Symbol.dispose]: drop };
  }

  /**
   * The record for a turn that is asked now: that of the answer which was begun for it, or its own. An answer that was
   * begun for something else is dropped, and so is one that has failed: to ask again may help.
   */
  claim(asked: StoredTurn): StoredTurn {
    const record = this.#current?.record;
    const claimed = record !== undefined && this.#current?.failed === false && isFor(record, asked);
    if (!claimed) void this.drop();
    this.#budget.asked();
    return claimed ? Object.assign(record, { prompt: asked.prompt }) : asked;
  }

  /** The answer that was begun for a record, to be told from now on. */
  release(record: StoredTurn): RunningAnswer | undefined {
    const answer = this.#current;
    if (answer?.record !== record) return undefined;
    this.#current = undefined;
    this.#count("released");
    return answer;
  }

  /** Drops the one there is. Resolves when its request has ended. */
  async drop(): Promise<void> {
    const answer = this.#current;
    if (answer === undefined) return;
    this.#current = undefined;
    this.#budget.dropped();
    this.#count("dropped");
    answer.discard("Something else was asked than this was begun for, or nothing");
    await answer.finished;
  }
}

function isFor(guessed: StoredTurn, asked: StoredTurn): boolean {
  return asked.images === undefined && guessed.turn === asked.turn && guessed.greeting === asked.greeting &&
    guessed.askedBy === asked.askedBy &&
    sameWords(guessed.prompt, asked.prompt);
}
