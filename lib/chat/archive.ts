/** All conversations, stored and live. Each is live at most once, so that no two write the same one. */
import { Refused } from "./refused.ts";
import { INTERRUPTED, type Session } from "./session.ts";
import type { Store, StoredConversation } from "./store.ts";
import type { ConversationSummary } from "@/lib/protocol/calls.ts";
import type { TurnRecord } from "@/lib/protocol/v2.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

/** How long a change may wait before it is stored, ms. What a crash can cost, at most. */
const SAVE_MS = 300;
/** When to try again after that has failed, ms: a full disk is not emptied in a moment. */
const RETRY_MS = 3_000;
/** Conversations in one list. Older ones are found by what was said in them. */
const MOST_LISTED = 500;

export interface ArchiveOptions {
  store: Store;
  /** Brings a conversation to life; it tells the archive of each turn that has changed. */
  bring(conversation: string, turns: TurnRecord[]): Session;
  /** Hears that storing has begun to fail, and, without a failure, that all is stored again. */
  onStoring(failure?: Error): void;
}

export class Archive {
  readonly #store: Store;
  readonly #bring: ArchiveOptions["bring"];
  readonly #onStoring: ArchiveOptions["onStoring"];
  /** Those that somebody is in, or that are being answered. */
  readonly #live = new Map<string, Session>();
  readonly #unsaved = new Map<string, Set<TurnRecord>>();
  /** Sessions by their ids, and the conversations they have entered since the last save. */
  readonly #entered = new Map<string, string>();
  #failing = false;
  #saving: ReturnType<typeof setTimeout> | undefined;

  constructor({ store, bring, onStoring }: ArchiveOptions) {
    this.#store = store;
    this.#bring = bring;
    this.#onStoring = onStoring;
  }

  /** How many prompts wait in all conversations. */
  get queued(): number {
    return this.#live.values().reduce((sum, session) => sum + session.queued, 0);
  }

  /** A new conversation. It is stored with its first turn. */
  begin(): Session {
    return this.#enliven(crypto.randomUUID(), []);
  }

  /** Remembers which conversation a session is in, beyond the life of this process. */
  enter(session: string, conversation: string): void {
    this.#entered.set(session, conversation);
    this.#saveSoon();
  }

  /** The conversation that a session was last in; undefined for one that was never stored. */
  recall(session: string): Session | undefined {
    const conversation = this.#entered.get(session) ?? this.#store.conversationOf(session);
    if (conversation === undefined) return undefined;
    return this.#live.get(conversation) ?? this.#enliven(conversation, this.#stored(conversation)?.turns ?? []);
  }

  /**
   * A conversation to go on with, that somebody chose.
   *
   * @throws {Refused} when there is no such conversation
   */
  open(conversation: string): Session {
    return this.#live.get(conversation) ?? this.#enliven(conversation, this.read(conversation).turns);
  }

  /** Conversations that have turns, the last changed first; with `query` those that have it in their title or a turn. */
  list(query?: string): ConversationSummary[] {
    this.save();
    return this.#store.list(MOST_LISTED, query);
  }

  /** @throws {Refused} when there is no such conversation */
  read(conversation: string): StoredConversation {
    const stored = this.#stored(conversation);
    if (stored === undefined) throw noConversation();
    return stored;
  }

  /** @throws {Refused} when there is no such conversation */
  rename(conversation: string, title: string): void {
    this.save();
    if (!this.#store.rename(conversation, title)) throw noConversation();
  }

  /**
   * Deletes a conversation for good, and ends what runs in it.
   *
   * @returns what it was while it was live
   * @throws {Refused} when there is no such conversation
   */
  delete(conversation: string): Session | undefined {
    const session = this.#live.get(conversation);
    if (session === undefined) this.read(conversation);
    // First, so that nothing has happened where that fails.
    this.#store.delete(conversation);
    session?.cancel();
    this.#live.delete(conversation);
    this.#unsaved.delete(conversation);
    return session;
  }

  /** Takes a turn and all after it out of a conversation. */
  truncate(session: Session, turn: string): void {
    // First, so that nothing has happened where that fails.
    this.#store.truncate(session.conversation, turn);
    session.truncate(turn);
    // What was dropped must not come back with the next save.
    const unsaved = this.#unsaved.get(session.conversation);
    unsaved?.forEach((record) => session.turns.includes(record) || unsaved.delete(record));
  }

  /** Hears of a turn that has to be stored, soon. */
  changed({ conversation }: Session, turn: TurnRecord): void {
    const turns = this.#unsaved.get(conversation) ?? new Set();
    turns.add(turn);
    this.#unsaved.set(conversation, turns);
    this.#saveSoon();
  }

  /** Stores what has changed, now. What cannot be stored is kept, and tried again. */
  save(): void {
    clearTimeout(this.#saving);
    this.#saving = undefined;
    try {
      for (const [session, conversation] of this.#entered) this.#store.enter(session, conversation);
      this.#entered.clear();
      if (this.#unsaved.size > 0) this.#store.save(this.#unsaved);
      this.#unsaved.clear();
    } catch (error) {
      this.#saveSoon(RETRY_MS);
      return this.#tell(error instanceof Error ? error : new Error(String(error)));
    }
    this.#tell();
  }

  /** Tells once that storing fails, and once that it works again. */
  #tell(failure?: Error): void {
    const failing = failure !== undefined;
    if (failing !== this.#failing) guarded("tell how storing goes", () => this.#onStoring(failure));
    this.#failing = failing;
  }

  /**
   * Lets go of a conversation once its last answer has ended, unless somebody is in it then. It stays stored; while it
   * cannot be, it stays alive.
   */
  async letGo(session: Session, isEmpty: () => boolean): Promise<void> {
    await session.settled();
    const { conversation } = session;
    this.save();
    if (this.#unsaved.has(conversation)) return;
    if (!session.busy && isEmpty() && this.#live.get(conversation) === session) this.#live.delete(conversation);
  }

  /** Ends every turn, stores what is not stored, and closes the store. */
  async close(): Promise<void> {
    await Promise.all([...this.#live.values()].map((session) => session.close()));
    this.save();
    clearTimeout(this.#saving);
    this.#store.close();
  }

  #saveSoon(ms = SAVE_MS): void {
    this.#saving ??= setTimeout(() => this.save(), ms);
  }

  #stored(conversation: string): StoredConversation | undefined {
    this.save();
    return this.#store.read(conversation);
  }

  #enliven(conversation: string, turns: TurnRecord[]): Session {
    for (const turn of turns) {
      if (turn.state === "done" || turn.state === "failed") continue;
      turn.state = "failed";
      turn.error = INTERRUPTED;
    }
    const session = this.#bring(conversation, turns);
    this.#live.set(conversation, session);
    return session;
  }
}

function noConversation(): Refused {
  return new Refused({ code: "not_found", message: "There is no such conversation: it may have been deleted" });
}
