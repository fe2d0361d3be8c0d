/** A conversation that this process has the lease of: it is answered here, and what happens is published. */
import { type Appender, type Bus, BusLost, type Lease, LeaseLost } from "@/lib/bus/bus.ts";
import { PositionWaits } from "@/lib/bus/position_waits.ts";
import type { Conversation } from "@/lib/chat/conversation.ts";
import type { FrameLog } from "@/lib/chat/frame_log.ts";
import { restartWatchers, type SharedJournal, tellWatchers, type Watcher } from "@/lib/chat/turn_journal.ts";
import { type Command, perform } from "./command.ts";
import { applyEntry, type JournalEntry } from "./journal_entry.ts";
import type { StoredTurn } from "@/lib/store/store.ts";
import { guarded, report } from "@/lib/telemetry/guard.ts";

/** Characters of frames that wait for a lost bus, before the answer is ended. */
const MOST_BACKLOG = 8_000_000;

export interface HeldConversationOptions {
  bus: Bus;
  lease: Lease;
  log: FrameLog;
  watchers: Set<Watcher>;
  make(shared: SharedJournal): Conversation;
  /** Its turns, which the journal tells up to that position. */
  turns: readonly StoredTurn[];
  position: number;
  /** Whether those may not be stored as they are. */
  isUnstored: boolean;
  /** Has a turn stored that has changed, and one taken out with all after it. */
  onChange(turn: StoredTurn): void;
  onTruncate(turn: string): void;
  /** Takes it out of the store. */
  remove(): Promise<void>;
  onDeleted(): void;
  /** Another process has the lease, or the bus is closed: what was not kept has not happened. */
  onLost(): void;
}

/** What has happened, and is not kept yet. */
interface Unkept {
  entry: JournalEntry;
  /** Of the log, up to which frames may be sent once it is kept. */
  position: number;
  chars: number;
}

export class HeldConversation {
  readonly lease: Lease;
  readonly conversation: Conversation;
  /**
   * The turns as the journal has them, and as they are stored: a store that was ahead of the journal would have what
   * nobody was told of, and whoever takes over could not tell.
   */
  readonly stored: StoredTurn[];
  readonly #options: HeldConversationOptions;
  /** Where the last of that stands in the journal. */
  #position: number;
  /** Where what was changed last stands, while it may not be stored; 0 once it is. */
  #unstored = 0;
  /** In order. */
  readonly #unkept: Unkept[] = [];
  #unkeptChars = 0;
  /** How many entries were published, and who waits until so many are kept. */
  #published = 0;
  readonly #waits = new PositionWaits();
  readonly #appender: Appender = {
    kept: (count, position) => this.#kept(count, position),
    lost: (error) => this.#lose(error),
  };
  #isLost = false;
  /** Pages that play speech, by their names, and the processes that they are at. */
  readonly #listeners = new Map<string, { from: string; stop(): void }>();

  constructor(options: HeldConversationOptions) {
    const { lease, log, watchers, make, turns, position, isUnstored } = options;
    this.#options = options;
    this.lease = lease;
    this.stored = structuredClone([...turns]);
    this.#position = position;
    if (isUnstored) this.#unstored = position;
    else this.#stored(position);
    this.conversation = make({ log, watchers, publish: (entry) => this.#publish(entry) });
  }

  /** Does what pages of the process `from` want. */
  perform(command: Command, from: string): void | Promise<void> {
    if (command.do === "listen") return this.listen(from, command.listener, command.speaks);
    if (command.do === "delete") return this.#delete();
    perform(this.conversation, command);
  }

  /** A page of the process `from` plays speech; without `speaks` no more. */
  listen(from: string, listener: string, speaks?: readonly string[]): void {
    this.#listeners.get(listener)?.stop();
    this.#listeners.delete(listener);
    if (speaks !== undefined) this.#listeners.set(listener, { from, stop: this.conversation.listen(speaks) });
  }

  /** A process has died, and nobody listens there any more. */
  buried(process: string): void {
    for (const [listener, { from }] of this.#listeners) if (from === process) this.listen(from, listener);
  }

  /** To be called where `stored` begins to be stored, and what it returns once it is. */
  storing(): () => void {
    const position = this.#position;
    return () => this.#stored(position);
  }

  /** All that the journal tells up to a position is stored. */
  #stored(position: number): void {
    if (position >= this.#unstored) this.#unstored = 0;
    this.#options.bus.stored(this.lease, position);
  }

  /** Resolves when everything is kept that has happened, or nothing can be any more. */
  async settled(): Promise<void> {
    if (this.#unkept.length > 0) await this.#waits.until(this.#published);
  }

  /** Has others know, with what is said next, that this process has the lease. */
  tellHeld(seq: number): void {
    this.#publish({ held: this.#options.bus.self, seq });
  }

  /** Has others know that nobody has the lease any more. */
  async tellReleased(): Promise<void> {
    this.#publish({ released: true });
    await this.settled();
  }

  async #delete(): Promise<void> {
    await this.#options.remove();
    this.#publish({ deleted: true });
    await this.settled();
  }

  #publish(told: JournalEntry): void {
    if (this.#isLost) return;
    // The record of a turn may change before this is kept.
    const entry = "restart" in told ? structuredClone(told) : told;
    const { bus, log } = this.#options;
    const text = JSON.stringify(entry);
    this.#unkept.push({ entry, position: log.end, chars: text.length });
    this.#unkeptChars += text.length;
    this.#published++;
    bus.append(this.lease, text, this.#appender);
    if (this.#unkeptChars > MOST_BACKLOG) void this.conversation.interrupt();
  }

  #store(entry: JournalEntry): void {
    const { onChange, onTruncate } = this.#options;
    const changed = applyEntry(this.stored, entry);
    if (changed !== undefined) onChange(changed);
    const dropped = "restart" in entry && "dropped" in entry.restart ? entry.restart.dropped : undefined;
    if (dropped !== undefined) onTruncate(dropped);
    if (changed !== undefined || dropped !== undefined) this.#unstored = this.#position;
  }

  #kept(count: number, position: number): void {
    if (this.#isLost) return;
    this.#position = position;
    const kept = this.#unkept.splice(0, count);
    for (const { chars } of kept) this.#unkeptChars -= chars;
    this.#tell(kept);
    this.#waits.reach(this.#published - this.#unkept.length);
  }

  /** What was not kept has not happened. */
  #lose(error: Error): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#unkept.length = 0;
    this.#unkeptChars = 0;
    this.#waits.reach(this.#published);
    this.#options.onLost();
    if (!(error instanceof LeaseLost || error instanceof BusLost)) {
      report("tell other processes of a conversation", error);
    }
  }

  #tell(kept: readonly Unkept[]): void {
    const { log, watchers, onDeleted } = this.#options;
    log.keep(kept.at(-1)!.position);
    for (const { entry } of kept) {
      guarded("store a turn that has changed", () => this.#store(entry));
      if ("restart" in entry) restartWatchers(watchers);
      else if ("notice" in entry) tellWatchers(watchers, (watcher) => watcher.notice?.(entry.notice));
      else if ("deleted" in entry) onDeleted();
    }
    // What changes no turn is stored nowhere.
    if (this.#unstored === 0) this.#stored(this.#position);
    tellWatchers(watchers, (watcher) => watcher.wake(true));
  }
}
