/**
 * A conversation that several processes may have open. One of them holds its lease, makes its answers and publishes
 * what happens; the others follow that, and ask it to do what their clients want. Where it dies, or gives the lease
 * back, whoever is asked next takes it over.
 */
import { setTimeout as pause } from "node:timers/promises";
import { busLoss, NoAnswer } from "@/lib/bus/bus.ts";
import type { Conversation } from "@/lib/chat/conversation.ts";
import type { EarlyAnswer } from "@/lib/chat/early_answers.ts";
import type { FrameLog } from "@/lib/chat/frame_log.ts";
import type { OpenConversation, Reask } from "@/lib/chat/open_conversation.ts";
import type { SharedJournal, Watcher } from "@/lib/chat/turn_journal.ts";
import { OWNER } from "@/lib/principal.ts";
import type { TurnImage } from "@/lib/protocol/images.ts";
import type { TurnRecord } from "@/lib/protocol/v2.ts";
import { RequestError } from "@/lib/protocol/request_error.ts";
import { pageRecordOf, type StoredConversation, type StoredTurn } from "@/lib/store/store.ts";
import { guarded } from "@/lib/telemetry/guard.ts";
import { inTime } from "@/lib/waiting.ts";
import { type Answer, type Command, COMMANDS, type Question } from "./command.ts";
import { Ownership, type OwnershipOptions } from "./ownership.ts";

/** How long something may be asked in vain, ms: longer than a takeover takes. */
const PATIENCE_MS = 10_000;
/** How long until it is asked again, ms. */
const RETRY_MS = 100;

export interface SharedConversationOptions extends Omit<OwnershipOptions, "make" | "onTaken" | "onHeld"> {
  /** The principal it belongs to where nothing is stored of it. */
  owner: string;
  /** Makes it live in this process. */
  make(options: { id: string; owner: string; turns: StoredTurn[]; seq: number; shared: SharedJournal }): Conversation;
}

export class SharedConversation implements OpenConversation {
  readonly #options: SharedConversationOptions;
  readonly #ownership: Ownership;
  /** Pages of this process that play speech. */
  readonly #listeners = new Map<string, readonly string[]>();
  #owner: string;
  #known = false;

  constructor(options: SharedConversationOptions) {
    this.#options = options;
    this.#owner = options.owner;
    this.#ownership = new Ownership({
      ...options,
      make: (own) => options.make({ id: this.id, owner: this.owner, ...own }),
      onTaken: (held) => {
        for (const [listener, speaks] of this.#listeners) held.listen(options.bus.self, listener, speaks);
      },
      onHeld: () => {
        for (const [listener, speaks] of this.#listeners) this.#tellOfListener(listener, speaks);
      },
    });
  }

  get id(): string {
    return this.#options.id;
  }

  get owner(): string {
    return this.#owner;
  }

  get log(): FrameLog {
    return this.#ownership.journal.log;
  }

  get watchers(): Set<Watcher> {
    return this.#ownership.journal.watchers;
  }

  get turns(): readonly StoredTurn[] {
    return this.#live?.turns ?? this.#ownership.journal.turns;
  }

  get history(): TurnRecord[] {
    return this.turns.map(pageRecordOf);
  }

  get seq(): number {
    return this.log.seq;
  }

  get counted(): number | undefined {
    return this.#live?.counted;
  }

  get queued(): number {
    return this.#live?.queued ?? 0;
  }

  get busy(): boolean {
    return this.#live?.busy ?? false;
  }

  /** Whether this process has its lease. */
  get isHeld(): boolean {
    return this.#ownership.held !== undefined;
  }

  get #live(): Conversation | undefined {
    return this.#ownership.held?.conversation;
  }

  find(turn: string): StoredTurn | undefined {
    return this.turns.find((known) => known.turn === turn);
  }

  /** Whether the store has it, or had when it was read. */
  get isKnown(): boolean {
    return this.#known;
  }

  /** Reads it, and follows it from now on. */
  async load(): Promise<void> {
    let stored: StoredConversation | undefined;
    await this.#ownership.journal.follow(async () => {
      stored = await this.#options.read();
      return [...stored?.turns ?? []];
    });
    const [first] = this.turns;
    if (stored?.owner !== undefined) this.#owner = stored.owner;
    else if (first !== undefined) this.#owner = first.askedBy ?? OWNER.id;
    this.#known = stored !== undefined;
    this.#ownership.takeIfUnfinished();
  }

  /** Follows one that was made here. */
  follow(): Promise<void> {
    return this.#ownership.follow();
  }

  prompt(
    turn: string,
    text: string,
    greeting?: string,
    askedBy = this.owner,
    images: readonly TurnImage[] = [],
  ): void | Promise<void> {
    const shown = images.length > 0 && { images };
    return this.#do({ do: "prompt", turn, text, askedBy, ...(greeting !== undefined && { greeting }), ...shown });
  }

  prepare(turn: string, text: string, greeting?: string, askedBy?: string): EarlyAnswer | undefined {
    return this.#live?.prepare(turn, text, greeting, askedBy);
  }

  continue(turn: string): void | Promise<void> {
    return this.#do({ do: "continue", turn });
  }

  askAgain(asked: Reask): void | Promise<void> {
    return this.#do({ do: "askAgain", ...asked });
  }

  stop(turn: string, heard?: number): void | Promise<void> {
    return this.#do({ do: "stop", turn, ...(heard !== undefined && { heard }) });
  }

  cancel(): void | Promise<void> {
    // What nobody has begun needs no end.
    if (this.isHeld || this.#ownership.journal.isUnfinished) return this.#do({ do: "cancel" });
  }

  /** Deletes it for good, in every process. */
  async delete(): Promise<void> {
    await this.#do({ do: "delete" });
  }

  played(turn: string, index: number): void {
    guarded("tell what was heard of an answer", () => this.#do({ do: "played", turn, index }));
  }

  listen(speaks: readonly string[]): () => void {
    const listener = crypto.randomUUID();
    this.#listeners.set(listener, speaks);
    this.#tellOfListener(listener, speaks);
    return () => {
      this.#listeners.delete(listener);
      this.#tellOfListener(listener);
    };
  }

  /** Frames of another conversation are never near the numbers of this one's: see `firstSeq`. */
  rise(): void {}

  async settled(): Promise<void> {
    await this.#live?.settled();
    await this.#ownership.held?.settled();
  }

  /** Does what another process asks. */
  async answer({ command, from }: Question): Promise<Answer> {
    // Others know of a lease before it can be used.
    await this.#ownership.settled();
    const { held } = this.#ownership;
    if (held === undefined) return { held: false };
    try {
      await held.perform(command, from);
    } catch (error) {
      if (error instanceof RequestError) return { held: true, refused: error.error };
      throw error;
    }
    await held.settled();
    // What was lost on the way has to be asked of whoever has it now.
    return { held: this.#ownership.held === held || command.do === "delete" };
  }

  /** The turns as this process has them stored. */
  get stored(): readonly StoredTurn[] {
    return this.#ownership.held?.stored ?? this.turns;
  }

  /** To be called where `stored` begins to be stored, and what it returns once it is. */
  storing(): (() => void) | undefined {
    return this.#ownership.held?.storing();
  }

  /** Another process has died. */
  buried(process: string): void {
    this.#ownership.buried(process);
  }

  /** Others may have taken this process for dead: looks who has the lease. */
  verify(): Promise<void> {
    return this.#ownership.verify();
  }

  /** Leaves it to others, who go on with what waits in it; what is being answered ends. */
  async close(): Promise<void> {
    this.#ownership.close();
    await this.#live?.interrupt();
    using loss = busLoss(this.#options.bus);
    await this.leave(loss.signal);
  }

  /** Lets the running answer come to its end, or until `signal` is aborted; then it is left to others. */
  async handOver(signal: AbortSignal): Promise<void> {
    const live = this.#live;
    if (live === undefined) return;
    await inTime(live.lastAnswer(), signal);
    await live.interrupt();
    using loss = busLoss(this.#options.bus);
    await this.#ownership.release(loss.signal);
  }

  /** Gives the lease back, as {@linkcode Ownership.release} does, and follows it no more. */
  async leave(unreachable?: AbortSignal): Promise<void> {
    this.#ownership.close();
    await this.#ownership.release(unreachable);
    this.#ownership.journal.stop();
  }

  /** Does something in whichever process has the lease; here at once. */
  #do(command: Command): void | Promise<void> {
    const { held } = this.#ownership;
    return held === undefined ? this.#ask(command) : held.perform(command, this.#options.bus.self);
  }

  async #ask(command: Command): Promise<void> {
    const { bus, processes } = this.#options;
    const ownership = this.#ownership;
    const end = performance.now() + PATIENCE_MS;
    while (!ownership.isClosed && performance.now() < end) {
      if (ownership.held !== undefined) return await ownership.held.perform(command, bus.self);
      const { elsewhere } = ownership;
      if (elsewhere === undefined) {
        await ownership.take();
        if (!this.isHeld) await pause(RETRY_MS);
        continue;
      }
      try {
        const answer = await this.#request(elsewhere, command);
        if (answer.refused !== undefined) throw new RequestError(answer.refused);
        if (answer.held) return;
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        processes.doubt(elsewhere);
      }
      await pause(RETRY_MS);
      await ownership.look();
    }
    throw new RequestError({
      code: ownership.isClosed ? "shutting_down" : "timeout",
      message: "The process that has this conversation does not answer",
      hint: "Try again in a moment",
    });
  }

  async #request(process: string, command: Command): Promise<Answer> {
    const { bus } = this.#options;
    const question: Question = { conversation: this.id, command, from: bus.self };
    return JSON.parse(await bus.request(process, COMMANDS, JSON.stringify(question))) as Answer;
  }

  #tellOfListener(listener: string, speaks?: readonly string[]): void {
    const { held, elsewhere } = this.#ownership;
    if (held !== undefined) return held.listen(this.#options.bus.self, listener, speaks);
    // Where nobody has the lease, whoever takes it is told then; this process knows its own.
    if (elsewhere === undefined) return;
    const command: Command = { do: "listen", listener, ...(speaks !== undefined && { speaks }) };
    guarded("have answers said by another process", () => this.#request(elsewhere, command));
  }
}
