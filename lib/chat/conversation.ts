/** One conversation in progress: its turns, their order, and the numbered frames that clients get. */
import type { FrameLog } from "./frame_log.ts";
import type { ConversationOptions } from "./conversation_options.ts";
import { type EarlyAnswer, EarlyAnswers } from "./early_answers.ts";
import { RunningAnswer } from "./running_answer.ts";
import { INTERRUPTED, notBrokenOff, noTurn, queueFull, turnExists } from "./refusals.ts";
import { pageRecordOf, type StoredTurn } from "@/lib/store/store.ts";
import { TurnJournal, type Watcher } from "./turn_journal.ts";
import { lengthOf, newTurn } from "./turn_record.ts";
import type { OpenConversation, Reask } from "./open_conversation.ts";
import type { TurnStage } from "@/lib/protocol/calls.ts";
import type { Usage } from "@/lib/stages/events.ts";
import { ConversationSpeech, heardOffset } from "./conversation_speech.ts";
import { OWNER } from "@/lib/principal.ts";
import type { TurnImage } from "@/lib/protocol/images.ts";
import { brokeOff, type TurnRecord } from "@/lib/protocol/v2.ts";

export class Conversation implements OpenConversation {
  /** Its id in the store. */
  readonly id: string;
  /** The principal that it belongs to, by id. */
  readonly owner: string;
  readonly #journal: TurnJournal;
  readonly #speech: ConversationSpeech;
  #turns: StoredTurn[];
  #counted: { turn: string; tokens: number } | undefined;
  readonly #early: EarlyAnswers;
  #running: RunningAnswer | undefined;
  #closed = false;
  readonly #options: ConversationOptions;

  constructor(options: ConversationOptions) {
    this.id = options.id;
    this.owner = options.owner;
    this.#turns = options.turns;
    this.#journal = new TurnJournal({
      seq: options.seq,
      shared: options.shared,
      onChange: (turn) => options.onChange(turn),
      onEnd: ({ turn }) => this.#speech.end(turn),
    });
    this.#speech = new ConversationSpeech({
      conversation: options.id,
      owner: options.owner,
      open: options.openSpeech,
      deliver: (turn, speech) => {
        if (speech.url !== undefined) this.#reached(turn, "firstSound");
        this.#journal.announce({ type: "speech", turn, seq: this.#journal.next, ...speech });
      },
      onFailure: ({ message }) => this.#journal.notice({ code: "voice_failed", message }),
    });
    this.#early = new EarlyAnswers((event) => options.onEarlyAnswer?.(event));
    this.#options = options;
  }

  get log(): FrameLog {
    return this.#journal.log;
  }

  /** Who sends its frames on. */
  get watchers(): Set<Watcher> {
    return this.#journal.watchers;
  }

  get turns(): readonly StoredTurn[] {
    return this.#turns;
  }

  /** The turn of that id. */
  find(turn: string): StoredTurn | undefined {
    return this.#turns.find((known) => known.turn === turn);
  }

  /** The turns as clients get them. */
  get history(): TurnRecord[] {
    return this.#turns.map(pageRecordOf);
  }

  /** Number of the newest frame. */
  get seq(): number {
    return this.log.seq;
  }

  /** Tokens of the last turn with all of the prompt before it, as the model's server counted them. */
  get counted(): number | undefined {
    return this.#counted?.turn === this.#turns.at(-1)?.turn ? this.#counted?.tokens : undefined;
  }

  /** How many prompts wait behind the running one. */
  get queued(): number {
    return this.#turns.filter((turn) => turn.state === "queued").length;
  }

  /** True while an answer is being made, waited for, or said. */
  get busy(): boolean {
    return this.#running !== undefined || this.#speech.active;
  }

  /** Has answers said, from the next one on: see {@linkcode ConversationSpeech.listen}. */
  listen(speaks: readonly string[]): () => void {
    // It would be silent, or speak as it suited those who listened before.
    void this.#early.drop();
    return this.#speech.listen(speaks);
  }

  /** A sentence of a turn has been heard to its end. */
  played(turn: string, index: number): void {
    this.#speech.of(turn)?.played(index);
    this.#reached(turn, "played");
  }

  /**
   * Takes a prompt: answers it now, or after those before it. A turn that is already known is not asked again. The
   * answer that was begun early for this turn, with these words, is its answer; for anything else it is dropped.
   *
   * @param greeting what the character had said before it
   * @param askedBy the principal that asks, by id. Default: the one that the conversation belongs to
   * @param images what it shows
   * @throws {RequestError} when the queue is full
   */
  prompt(turn: string, text: string, greeting?: string, askedBy = this.owner, images: readonly TurnImage[] = []): void {
    if (this.find(turn) !== undefined) return;
    const waiting = this.queued;
    if (this.#running !== undefined && waiting >= this.#options.queue) throw queueFull(waiting);
    const asked = newTurn(turn, text, greeting, askedBy);
    if (images.length > 0) asked.images = [...images];
    const record = this.#early.claim(asked);
    record.state = "queued";
    this.#turns.push(record);
    this.#queue(record);
  }

  /**
   * Begins the answer to what may be the next prompt, while whoever speaks has paused. Nobody is told of it, nor is it
   * a turn, until {@linkcode prompt} comes with the same words. Whatever else the model would be told of drops it.
   *
   * @param turn the one that it becomes
   * @returns undefined where none is begun: one is begun already, something runs or waits, or too many were in vain
   */
  prepare(turn: string, text: string, greeting?: string, askedBy = this.owner): EarlyAnswer | undefined {
    if (this.#closed || this.#running !== undefined || this.queued > 0 || this.find(turn) !== undefined) return;
    return this.#early.begin(() => {
      const record: StoredTurn = { ...newTurn(turn, text, greeting, askedBy), state: "streaming" };
      return this.#answer(record, [...this.#turns, record]);
    });
  }

  /**
   * Goes on with the last answer where it broke off. One that is being written already is left as it is.
   *
   * @throws {RequestError} when the turn is not known, is not the last one, or has nothing to go on with
   */
  continue(turn: string): void {
    const record = this.find(turn);
    if (record === undefined) throw noTurn(turn, "go on with");
    if (record.state === "queued" || record.state === "streaming") return;
    if (record !== this.#turns.at(-1) || !brokeOff(record)) throw notBrokenOff(turn);
    void this.#early.drop();
    delete record.reason;
    delete record.error;
    delete record.heard;
    record.state = "queued";
    this.#queue(record);
  }

  /**
   * Ends a turn, keeping the text so far, and what is said of it. A turn that is not known is left as it is.
   *
   * @param heard how much of its text was heard, UTF-16 units: the model is told no more than that
   */
  stop(turn: string, heard?: number): void {
    this.#speech.silence(turn);
    if (heard !== undefined) this.#hear(turn, heard);
    if (this.#running?.record.turn === turn) {
      this.#running.abort("Stopped by the user");
      return;
    }
    const record = this.find(turn);
    if (record?.state === "queued") this.#journal.end(record, "cancelled");
  }

  /**
   * Drops a turn and all after it and asks again, as turn `as`. Asking the same again changes nothing.
   *
   * @throws {RequestError} when the turn is not there, or there is one named `as` already
   */
  askAgain({ turn, as, text, askedBy }: Reask): void {
    const old = this.find(turn);
    const anew = this.find(as);
    if (old === undefined && anew !== undefined) return;
    if (old === undefined) throw noTurn(turn, "ask anew");
    if (anew !== undefined) throw turnExists(as);
    this.truncate(turn);
    this.prompt(as, text ?? old.prompt, old.greeting, askedBy, old.images);
  }

  /** Takes a turn and all after it out, ending what runs or waits among them. Watchers send the rest again. */
  truncate(turn: string): void {
    const from = this.#turns.findIndex((known) => known.turn === turn);
    if (from < 0) return;
    void this.#early.drop();
    this.#cancel(this.#turns.slice(from));
    for (const gone of this.#turns.slice(from)) this.#speech.silence(gone.turn);
    this.#turns = this.#turns.slice(0, from);
    this.#journal.restart({ dropped: turn });
    this.#options.onTruncate(turn);
  }

  rise(seq: number): void {
    if (this.seq <= seq) this.log.clear(seq + 1);
  }

  /** Ends whatever runs or waits. */
  cancel(): void {
    void this.#early.drop();
    this.#speech.silence();
    this.#cancel(this.#turns);
  }

  /** Resolves when nothing runs or waits any more. */
  async settled(): Promise<void> {
    for (;;) {
      if (this.#running !== undefined) await this.#running.finished;
      else if (this.#speech.active) await this.#speech.finished;
      else return;
    }
  }

  /** Goes on where another process had it: what was being answered there is interrupted, what waited is next. */
  resume(): void {
    for (const record of this.#turns) if (record.state === "streaming") this.#journal.fail(record, INTERRUPTED);
    this.#runNext();
  }

  /** Begins no further answer. Resolves when the one that is being made has ended and, where anybody listens, was said. */
  async lastAnswer(): Promise<void> {
    this.#closed = true;
    void this.#early.drop();
    await this.#running?.finished;
    if (!this.#speech.isHeard) this.#speech.silence();
    await this.settled();
  }

  /** Ends whatever runs and tells nobody: another process has it by now. */
  abandon(): void {
    this.#closed = true;
    void this.#early.drop();
    this.#speech.silence();
    for (const record of this.#turns) if (record.state === "streaming") record.state = "failed";
    this.#running?.abort("Another process has the conversation");
  }

  /** Ends whatever runs because the server goes down, and begins nothing more; resolves when nothing runs any more. */
  async interrupt(): Promise<void> {
    const running = this.#running;
    this.#closed = true;
    const dropped = this.#early.drop();
    this.#speech.silence();
    for (const record of this.#turns) if (record.state === "streaming") this.#journal.fail(record, INTERRUPTED);
    running?.abort("The server goes down");
    await Promise.all([running?.finished, dropped]);
  }

  async close(): Promise<void> {
    for (const record of this.#turns) if (record.state === "queued") this.#journal.fail(record, INTERRUPTED);
    await this.interrupt();
  }

  #cancel(turns: readonly StoredTurn[]): void {
    for (const record of turns) if (record.state === "queued") this.#journal.end(record, "cancelled");
    if (this.#running === undefined || !turns.includes(this.#running.record)) return;
    this.#running.abort("The turn was taken out, or left");
    if (this.#running.record.state === "streaming") this.#journal.end(this.#running.record, "cancelled");
  }

  /** Tells that a turn waits, and runs it where nothing is before it. */
  #queue(record: StoredTurn): void {
    const { turn, prompt: text, greeting, images } = record;
    this.#options.timings?.begin(this.id, turn);
    this.#journal.changed(record, {
      type: "queued",
      turn,
      seq: this.#journal.next,
      text,
      ...(greeting !== undefined && { greeting }),
      ...(images !== undefined && { images }),
    });
    this.#runNext();
  }

  #runNext(): void {
    if (this.#running !== undefined || this.#closed) return;
    const index = this.#turns.findIndex((turn) => turn.state === "queued");
    const record = this.#turns[index];
    if (record === undefined) return;
    record.state = "streaming";
    this.#reached(record.turn, "queue");
    const answer = this.#early.release(record) ?? this.#answer(record, this.#turns.slice(0, index + 1));
    this.#running = answer;
    const before = lengthOf(record);
    answer.tell();
    void answer.finished.then(() => {
      this.#running = undefined;
      this.#options.onAnswered?.(record.askedBy ?? OWNER.id, lengthOf(record) - before);
      this.#runNext();
    });
  }

  /** Asks for the answer to the last of `turns`. */
  #answer(record: StoredTurn, turns: readonly StoredTurn[]): RunningAnswer {
    const { languageModel, request, watch, classifier } = this.#options;
    return new RunningAnswer({
      record,
      languageModel,
      request: () => request(turns),
      journal: this.#journal,
      speech: this.#speech,
      classifier,
      watch,
      onReached: (stage) => this.#reached(record.turn, stage),
      onUsage: (usage) => this.#count(record, usage),
    });
  }

  /** Keeps how much of a turn was heard before it was cut short. */
  #hear(turn: string, heard: number): void {
    const record = this.find(turn);
    if (record === undefined) return;
    const to = heardOffset(record.text, heard);
    // What had ended before anything of it was heard has been read instead.
    if (record.state !== "streaming" && (to === 0 || record.text.slice(to).trim() === "")) return;
    void this.#early.drop();
    record.heard = to;
    this.#journal.changed(record, { type: "heard", turn, seq: this.#journal.next, heard: to });
  }

  #count({ turn, thinking }: StoredTurn, { promptTokens, outputTokens }: Usage = {}): void {
    // Thoughts are counted as a part of the answer, and not told again.
    if (promptTokens === undefined || outputTokens === undefined || thinking !== "") return;
    this.#counted = { turn, tokens: promptTokens + outputTokens };
  }

  #reached(turn: string, stage: TurnStage): void {
    this.#options.timings?.reached(this.id, turn, stage);
  }
}
