/**
 * Which process has a conversation. While it is another one, or none, this process follows the journal; where an answer
 * is to be made and nobody makes it, it takes the lease, and has the conversation as the journal tells it.
 */
import { setTimeout as pause } from "node:timers/promises";
import { appended, type Bus, BusLost, type Holder, isLease, type Lease, LeaseLost } from "@/lib/bus/bus.ts";
import type { Processes } from "@/lib/bus/processes.ts";
import type { Conversation } from "@/lib/chat/conversation.ts";
import type { SharedJournal } from "@/lib/chat/turn_journal.ts";
import type { StoredConversation, StoredTurn } from "@/lib/store/store.ts";
import { guarded } from "@/lib/telemetry/guard.ts";
import { inTime } from "@/lib/waiting.ts";
import { FollowedJournal } from "./followed_journal.ts";
import { HeldConversation } from "./held_conversation.ts";
import type { JournalEntry } from "./journal_entry.ts";

/** When the store has what the bus has forgotten, ms. */
const STORED_MS = 1_000;
/** How long until it is tried again to take over what nobody has, ms. */
const RETRY_MS = 100;

export interface OwnershipOptions {
  id: string;
  bus: Bus;
  processes: Processes;
  /** Reads it from the store. */
  read(): Promise<StoredConversation | undefined>;
  /** A number above which frames may begin in this process. */
  firstSeq(): number;
  /** Makes it live in this process. */
  make(options: { turns: StoredTurn[]; seq: number; shared: SharedJournal }): Conversation;
  /** Has a turn stored that another process may not have stored, and one taken out. */
  onChange(turn: StoredTurn): void;
  onTruncate(turn: string): void;
  /** This process has it from now on. */
  onTaken(held: HeldConversation): void;
  /** Another process has it from now on. */
  onHeld(): void;
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

export class Ownership {
  readonly journal: FollowedJournal;
  readonly #options: OwnershipOptions;
  #held: HeldConversation | undefined;
  #taking: Promise<void> | undefined;
  #closed = false;
  #isTakingOver = false;

  constructor(options: OwnershipOptions) {
    this.#options = options;
    this.journal = new FollowedJournal({
      bus: options.bus,
      id: options.id,
      onHeld: () => options.onHeld(),
      onReleased: () => this.takeIfUnfinished(),
      onDeleted: () => options.onDeleted(),
      onReset: () => guarded("read a conversation anew", () => this.#reload(STORED_MS)),
    });
  }

  /** The conversation, while this process has it. */
  get held(): HeldConversation | undefined {
    return this.#held;
  }

  /** Whether it is left to others for good. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** The process that has it, where that is another one that lives. */
  get elsewhere(): string | undefined {
    const { bus, processes } = this.#options;
    const process = this.journal.holder?.process;
    return process === undefined || process === bus.self || processes.isDead(process) ? undefined : process;
  }

  /** Resolves when a lease that is being taken can be used. */
  async settled(): Promise<void> {
    await this.#taking;
  }

  /** Follows one that was made here. */
  async follow(): Promise<void> {
    if (this.journal.isFollowing || this.#taking !== undefined || this.#held !== undefined) return;
    this.#taking = this.#follow().finally(() => this.#taking = undefined);
    await this.#taking;
  }

  /** Asks the bus who has it. */
  async look(): Promise<void> {
    this.journal.holder = await this.#options.bus.holder(this.#options.id);
  }

  /** Takes it over where something is to be answered, and nobody does. */
  takeIfUnfinished(): void {
    if (this.#held !== undefined || !this.journal.isUnfinished) return;
    // Its death tells when nobody answers any more.
    if (this.elsewhere !== undefined) return this.#options.processes.doubt(this.elsewhere);
    if (this.#isTakingOver) return;
    this.#isTakingOver = true;
    guarded("take over a conversation", () => this.#takeOver().finally(() => this.#isTakingOver = false));
  }

  /** Takes the lease, where no process that lives has it. Afterwards this process has it, or knows who does. */
  take(): Promise<void> {
    if (this.#closed || !this.#options.mayTake()) return Promise.resolve();
    this.#taking ??= this.#take(this.journal.holder).finally(() => this.#taking = undefined);
    return this.#taking;
  }

  /** Another process has died. */
  buried(process: string): void {
    this.#held?.buried(process);
    if (this.journal.holder?.process === process) this.takeIfUnfinished();
  }

  /** Others may have taken this process for dead: looks who has the lease. */
  async verify(): Promise<void> {
    const held = this.#held;
    if (held === undefined) return;
    const holder = await this.#options.bus.holder(this.#options.id);
    if (holder !== undefined && holder.revision !== held.lease.revision) this.#lose(held);
  }

  /** Takes it no more. */
  close(): void {
    this.#closed = true;
  }

  /**
   * Gives the lease back as soon as the bus can be told.
   *
   * @param unreachable aborts where the bus is not waited for: the lease is over when others have missed this process
   */
  async release(unreachable: AbortSignal = new AbortController().signal): Promise<void> {
    const held = this.#held;
    if (held === undefined) return;
    const { bus, save, onLost } = this.#options;
    // What others are told is stored; afterwards it is theirs to store.
    await inTime(held.settled(), unreachable);
    await save();
    if (!unreachable.aborted) await inTime(held.tellReleased(), unreachable);
    if (this.#held !== held) return;
    this.#held = undefined;
    this.journal.rest(held.conversation.turns);
    onLost();
    if (!unreachable.aborted) await inTime(bus.release(held.lease), unreachable);
  }

  /** Goes on until somebody has it: whoever was faster may have died before it told of that. */
  async #takeOver(): Promise<void> {
    while (!this.#closed && this.#options.mayTake() && this.journal.isUnfinished) {
      await this.take();
      if (this.#held !== undefined) return;
      if (this.elsewhere !== undefined) return this.#options.processes.doubt(this.elsewhere);
      await pause(RETRY_MS);
    }
  }

  async #take(from: Holder | undefined): Promise<void> {
    const { id, bus } = this.#options;
    const lease = await bus.claim(id, from);
    if (!isLease(lease)) {
      this.journal.holder = lease;
      return;
    }
    if (!this.journal.isFollowing) {
      if (lease.isNew) return this.#begin(lease);
      await this.#follow();
    }
    const seq = this.#firstSeq();
    const entry: JournalEntry = { held: bus.self, seq };
    let position: number;
    try {
      position = await appended(bus, lease, JSON.stringify(entry));
      await this.journal.until(position);
    } catch (error) {
      if (error instanceof LeaseLost || error instanceof BusLost) return;
      throw error;
    }
    this.#hold(lease, position, seq);
  }

  /** One that was made here, and nobody has told anything of: there is nothing to read. */
  #begin(lease: Lease): void {
    const seq = this.#firstSeq();
    this.journal.begin({ process: this.#options.bus.self, revision: lease.revision }, seq);
    this.#hold(lease, 0, seq).tellHeld(seq);
  }

  /** A number that no frame of it has had, here or elsewhere. */
  #firstSeq(): number {
    return Math.max(this.journal.log.seq, this.#options.firstSeq());
  }

  /** From here on the journal is this process's own. */
  #hold(lease: Lease, position: number, seq: number): HeldConversation {
    const { bus, make, remove, onDeleted, onChange, onTruncate, onTaken } = this.#options;
    const { turns, log, watchers } = this.journal;
    const { touched, dropped } = this.journal.changes;
    const touchedIds = new Set([...touched].map(({ turn }) => turn));
    this.journal.stop();
    log.hold();
    const held: HeldConversation = new HeldConversation({
      bus,
      lease,
      log,
      watchers,
      make: (shared) => make({ turns, seq, shared }),
      turns,
      position,
      isUnstored: touched.size > 0 || dropped.length > 0,
      onChange,
      onTruncate,
      remove,
      onDeleted,
      onLost: () => {
        if (!this.#closed) this.#lose(held);
      },
    });
    this.#held = held;
    for (const turn of dropped) onTruncate(turn);
    for (const turn of held.stored) if (touchedIds.has(turn.turn)) onChange(turn);
    onTaken(held);
    held.conversation.resume();
    return held;
  }

  #lose(held: HeldConversation): void {
    if (this.#held !== held) return;
    this.#held = undefined;
    held.conversation.abandon();
    this.#options.onLost();
    guarded("follow a conversation that another process has taken", () => this.#reload());
  }

  async #reload(ms = 0): Promise<void> {
    if (ms > 0) await pause(ms);
    await Promise.allSettled([this.#taking]);
    if (this.#closed || this.#held !== undefined) return;
    this.#taking = this.journal.refollow(() => this.#read()).finally(() => this.#taking = undefined);
    await this.#taking;
    this.takeIfUnfinished();
  }

  /** Follows one whose turns are known as far as nobody has told of others. */
  #follow(): Promise<void> {
    const { turns } = this.journal;
    return this.journal.follow((isNew) => isNew ? Promise.resolve(turns) : this.#read());
  }

  async #read(): Promise<StoredTurn[]> {
    return [...(await this.#options.read())?.turns ?? []];
  }
}
