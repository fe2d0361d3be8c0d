/**
 * A conversation that several processes may have open. One of them holds its lease, makes its answers and publishes
 * what happens; the others follow that, and ask it to do what their clients want. Where it dies, or gives the lease
 * back, whoever is asked next takes it over.
 */
import { setTimeout as pause } from "node:timers/promises";
import { type Bus, BusLost, type Holder, isLease, type Lease, LeaseLost, NoAnswer } from "@/lib/bus/bus.ts";
import type { Processes } from "@/lib/bus/processes.ts";
import type { Conversation } from "@/lib/chat/conversation.ts";
import type { EarlyAnswer } from "@/lib/chat/early_answers.ts";
import type { FrameLog } from "@/lib/chat/frame_log.ts";
import type { OpenConversation, Reask } from "@/lib/chat/open_conversation.ts";
import { restartWatchers, type SharedJournal, tellWatchers, type Watcher } from "@/lib/chat/turn_journal.ts";
import { OWNER } from "@/lib/principal.ts";
import type { TurnImage } from "@/lib/protocol/images.ts";
import type { TurnRecord } from "@/lib/protocol/v2.ts";
import { RequestError } from "@/lib/protocol/request_error.ts";
import { pageRecordOf, type StoredConversation, type StoredTurn } from "@/lib/store/store.ts";
import { guarded } from "@/lib/telemetry/guard.ts";
import { type Answer, type Command, COMMANDS, perform, type Question } from "./command.ts";
import { EntryPublisher } from "./entry_publisher.ts";
import { FollowedJournal } from "./followed_journal.ts";
import type { JournalEntry } from "./journal_entry.ts";

/** How long something may be asked in vain, ms: longer than a takeover takes. */
const PATIENCE_MS = 10_000;
/** How long until it is asked again, ms. */
const RETRY_MS = 100;
/** When the store has what the bus has forgotten, ms. */
const STORED_MS = 1_000;
/** Characters of frames that wait for a lost bus, before the answer is ended. */
const MOST_BACKLOG = 8_000_000;

export interface SharedConversationOptions {
  id: string;
  /** The principal it belongs to where nothing is stored of it. */
  owner: string;
  bus: Bus;
  processes: Processes;
  /** Reads it from the store. */
  read(): Promise<StoredConversation | undefined>;
  /** A number above which frames may begin in this process. */
  firstSeq(): number;
  /** Makes it live in this process. */
  make(options: { id: string; owner: string; turns: StoredTurn[]; seq: number; shared: SharedJournal }): Conversation;
  /** Has a turn stored that another process may not have stored, and one taken out. */
  onChange(turn: StoredTurn): void;
  onTruncate(turn: string): void;
  /** Stores nothing of it any more: another process has it. */
  onLost(): void;
  /** Stores what has changed. */
  save(): Promise<void>;
  /** Takes it out of the store. */
  remove(): Promise<void>;
  /** It was deleted, here or elsewhere. */
  onDeleted(): void;
  /** False while this process leaves, and takes nothing over. */
  mayTake(): boolean;
}

/** Held by this process. */
interface Held {
  lease: Lease;
  conversation: Conversation;
  publisher: EntryPublisher;
  /** Pages of other processes that play speech, by their names. */
  listeners: Map<string, { from: string; stop(): void }>;
}

export class SharedConversation implements OpenConversation {
  readonly #options: SharedConversationOptions;
  readonly #journal: FollowedJournal;
  /** Pages of this process that play speech. */
  readonly #listeners = new Map<string, readonly string[]>();
  #owner: string;
  #held: Held | undefined;
  #taking: Promise<void> | undefined;
  #closed = false;
  #known = false;

  constructor(options: SharedConversationOptions) {
    this.#options = options;
    this.#owner = options.owner;
    this.#journal = new FollowedJournal({
      bus: options.bus,
      id: options.id,
      onHeld: () => this.#tellOfListeners(),
      onReleased: () => this.#takeIfUnfinished(),
      onDeleted: () => options.onDeleted(),
      onReset: () => guarded("read a conversation anew", () => this.#reload(STORED_MS)),
    });
  }

  get id(): string {
    return this.#options.id;
  }

  get owner(): string {
    return this.#owner;
  }

  get log(): FrameLog {
    return this.#journal.log;
  }

  get watchers(): Set<Watcher> {
    return this.#journal.watchers;
  }

  get turns(): readonly StoredTurn[] {
    return this.#held?.conversation.turns ?? this.#journal.turns;
  }

  get history(): TurnRecord[] {
    return this.turns.map(pageRecordOf);
  }

  get seq(): number {
    return this.log.seq;
  }

  get counted(): number | undefined {
    return this.#held?.conversation.counted;
  }

  get queued(): number {
    return this.#held?.conversation.queued ?? 0;
  }

  get busy(): boolean {
    return this.#held?.conversation.busy ?? false;
  }

  /** Whether this process has its lease. */
  get isHeld(): boolean {
    return this.#held !== undefined;
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
    const stored = await this.#options.read();
    await this.#journal.follow([...stored?.turns ?? []]);
    const [first] = this.#journal.turns;
    if (stored?.owner !== undefined) this.#owner = stored.owner;
    else if (first !== undefined) this.#owner = first.askedBy ?? OWNER.id;
    this.#known = stored !== undefined;
    this.#takeIfUnfinished();
  }

  /** Follows one that was made here. */
  async follow(): Promise<void> {
    if (!this.#journal.isFollowing && this.#taking === undefined && this.#held === undefined) {
      this.#taking = this.#journal.follow(this.#journal.turns).finally(() => this.#taking = undefined);
      await this.#taking;
    }
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
    return this.#held?.conversation.prepare(turn, text, greeting, askedBy);
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
    if (this.#held !== undefined || this.#journal.isUnfinished) return this.#do({ do: "cancel" });
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
    await this.#held?.conversation.settled();
  }

  /** Does what another process asks. */
  async answer({ command, from }: Question): Promise<Answer> {
    // Others know of a lease before it can be used.
    await this.#taking;
    const held = this.#held;
    if (held === undefined) return { held: false };
    try {
      await this.#perform(held, command, from);
    } catch (error) {
      if (error instanceof RequestError) return { held: true, refused: error.error };
      throw error;
    }
    await held.publisher.settled();
    // What was lost on the way has to be asked of whoever has it now.
    return { held: this.#held === held || command.do === "delete" };
  }

  /** Another process has died. */
  buried(process: string): void {
    for (const [listener, { from, stop }] of this.#held?.listeners ?? []) {
      if (from !== process) continue;
      stop();
      this.#held?.listeners.delete(listener);
    }
    if (this.#journal.holder?.process === process) this.#takeIfUnfinished();
  }

  /** Others may have taken this process for dead: looks who has the lease. */
  async verify(): Promise<void> {
    const held = this.#held;
    if (held === undefined) return;
    const holder = await this.#options.bus.holder(this.id);
    if (holder !== undefined && holder.revision !== held.lease.revision) this.#lose(held);
  }

  /** Leaves it to others, who go on with what waits in it; what is being answered ends. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#held?.conversation.interrupt();
    await this.leave();
  }

  /** Lets the running answer come to its end, or until `signal` is aborted; then it is left to others. */
  async handOver(signal: AbortSignal): Promise<void> {
    const held = this.#held;
    if (held === undefined) return;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => resolve(), { once: true });
    await Promise.race([held.conversation.lastAnswer(), late]);
    await held.conversation.interrupt();
    await this.#release();
  }

  /** Gives the lease back, and follows it no more. */
  async leave(): Promise<void> {
    this.#closed = true;
    await this.#release();
    this.#journal.stop();
  }

  async #release(): Promise<void> {
    const held = this.#held;
    if (held === undefined) return;
    const { bus, save, onLost } = this.#options;
    // Afterwards it is others' to store.
    await save();
    // Without the bus nobody can be told: the lease is over when others have missed this process.
    if (bus.connected) {
      held.publisher.push({ released: true }, this.log.end);
      await held.publisher.settled();
    }
    if (this.#held !== held) return;
    this.#held = undefined;
    this.#journal.rest(held.conversation.turns);
    onLost();
    if (bus.connected) await bus.release(held.lease);
  }

  /** Does something in whichever process has the lease; here at once. */
  #do(command: Command): void | Promise<void> {
    if (this.#held !== undefined) return this.#perform(this.#held, command, this.#options.bus.self);
    return this.#ask(command);
  }

  #perform(held: Held, command: Command, from: string): void | Promise<void> {
    if (command.do === "listen") return this.#listenFor(held, from, command.listener, command.speaks);
    if (command.do === "delete") return this.#delete(held);
    perform(held.conversation, command);
  }

  async #delete(held: Held): Promise<void> {
    await this.#options.remove();
    held.publisher.push({ deleted: true }, this.log.end);
    await held.publisher.settled();
  }

  async #ask(command: Command): Promise<void> {
    const { bus, processes } = this.#options;
    const end = performance.now() + PATIENCE_MS;
    while (!this.#closed && performance.now() < end) {
      if (this.#held !== undefined) return await this.#perform(this.#held, command, bus.self);
      const { holder } = this.#journal;
      if (holder === undefined || holder.process === bus.self || processes.isDead(holder.process)) {
        await this.#take(holder);
        if (this.#held === undefined) await pause(RETRY_MS);
        continue;
      }
      try {
        const answer = await this.#request(holder.process, command);
        if (answer.refused !== undefined) throw new RequestError(answer.refused);
        if (answer.held) return;
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        processes.doubt(holder.process);
      }
      await pause(RETRY_MS);
      this.#journal.holder = await bus.holder(this.id);
    }
    throw new RequestError({
      code: this.#closed ? "shutting_down" : "timeout",
      message: "The process that has this conversation does not answer",
      hint: "Try again in a moment",
    });
  }

  async #request(process: string, command: Command): Promise<Answer> {
    const { bus } = this.#options;
    const question: Question = { conversation: this.id, command, from: bus.self };
    return JSON.parse(await bus.request(process, COMMANDS, JSON.stringify(question))) as Answer;
  }

  /** Takes it over where something is to be answered, and nobody does. */
  #takeIfUnfinished(): void {
    const { processes } = this.#options;
    if (this.#held !== undefined || !this.#journal.isUnfinished) return;
    const { holder } = this.#journal;
    // Its death tells when nobody answers any more.
    if (holder !== undefined && !processes.isDead(holder.process)) return processes.doubt(holder.process);
    guarded("take over a conversation", () => this.#take(holder));
  }

  /** Takes the lease, from a dead process where it is named. Afterwards this process has it, or knows who does. */
  #take(from: Holder | undefined): Promise<void> {
    if (this.#closed || !this.#options.mayTake()) return Promise.resolve();
    this.#taking ??= this.#takeOnce(from).finally(() => this.#taking = undefined);
    return this.#taking;
  }

  async #takeOnce(from: Holder | undefined): Promise<void> {
    const { bus, firstSeq, make, onChange, onTruncate } = this.#options;
    const lease = await bus.claim(this.id, from);
    if (!isLease(lease)) {
      this.#journal.holder = lease;
      return;
    }
    if (!this.#journal.isFollowing) await this.#journal.follow(this.#journal.turns);
    const seq = Math.max(this.log.seq, firstSeq());
    const entry: JournalEntry = { held: bus.self, seq };
    try {
      await this.#journal.until(await bus.append(lease, JSON.stringify([entry])));
    } catch (error) {
      if (error instanceof LeaseLost || error instanceof BusLost) return;
      throw error;
    }
    // From here on the journal is this process's own.
    const { touched, dropped } = this.#journal.changes;
    const { turns, log, watchers } = this.#journal;
    this.#journal.stop();
    log.hold();
    const publisher = new EntryPublisher({
      append: (data) => bus.append(lease, data),
      onKept: (entries, position) => this.#kept(entries, position),
      onFailure: (error) => {
        if (!(error instanceof LeaseLost || error instanceof BusLost)) throw error;
        if (!this.#closed) this.#lose(held);
      },
    });
    const publish = (entry: JournalEntry) => this.#publish(held, entry);
    const conversation = make({ id: this.id, owner: this.owner, turns, seq, shared: { log, watchers, publish } });
    const held: Held = { lease, conversation, publisher, listeners: new Map() };
    this.#held = held;
    for (const turn of dropped) onTruncate(turn);
    for (const turn of touched) if (turns.includes(turn)) onChange(turn);
    for (const [listener, speaks] of this.#listeners) this.#listenFor(held, bus.self, listener, speaks);
    conversation.resume();
  }

  #publish(held: Held, entry: JournalEntry): void {
    held.publisher.push(entry, this.log.end);
    if (held.publisher.backlog > MOST_BACKLOG) void held.conversation.interrupt();
  }

  #kept(entries: readonly JournalEntry[], position: number): void {
    this.log.keep(position);
    for (const entry of entries) {
      if ("restart" in entry) restartWatchers(this.watchers);
      else if ("notice" in entry) tellWatchers(this.watchers, (watcher) => watcher.notice?.(entry.notice));
      else if ("deleted" in entry) this.#options.onDeleted();
    }
    tellWatchers(this.watchers, (watcher) => watcher.wake());
  }

  /** Another process has it by now: what was not kept has not happened. */
  #lose(held: Held): void {
    if (this.#held !== held) return;
    this.#held = undefined;
    held.conversation.abandon();
    this.#options.onLost();
    guarded("follow a conversation that another process has taken", () => this.#reload());
  }

  async #reload(ms = 0): Promise<void> {
    if (ms > 0) await pause(ms);
    if (this.#closed || this.#held !== undefined) return;
    const stored = await this.#options.read();
    if (this.#closed || this.#isHeldNow()) return;
    await this.#journal.refollow([...stored?.turns ?? []]);
    this.#takeIfUnfinished();
  }

  #isHeldNow(): boolean {
    return this.#held !== undefined;
  }

  #tellOfListeners(): void {
    for (const [listener, speaks] of this.#listeners) this.#tellOfListener(listener, speaks);
  }

  #tellOfListener(listener: string, speaks?: readonly string[]): void {
    const held = this.#held;
    if (held !== undefined) return this.#listenFor(held, this.#options.bus.self, listener, speaks);
    const { bus, processes } = this.#options;
    const { holder } = this.#journal;
    // Where nobody has the lease, whoever takes it is told then; this process knows its own.
    if (holder === undefined || holder.process === bus.self || processes.isDead(holder.process)) return;
    const command: Command = { do: "listen", listener, ...(speaks !== undefined && { speaks }) };
    guarded("have answers said by another process", () => this.#request(holder.process, command));
  }

  #listenFor({ conversation, listeners }: Held, from: string, listener: string, speaks?: readonly string[]): void {
    listeners.get(listener)?.stop();
    listeners.delete(listener);
    if (speaks !== undefined) listeners.set(listener, { from, stop: conversation.listen(speaks) });
  }
}
