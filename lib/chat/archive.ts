/** All conversations, stored and live. Each is live at most once, so that no two write the same one. */
import { Refused } from "./refused.ts";
import { INTERRUPTED, type Session } from "./session.ts";
import type { Store, StoredConversation, StoredTurn } from "./store.ts";
import { mayUse, OWNER, type Principal } from "@/lib/principal.ts";
import type { ConversationSummary } from "@/lib/protocol/calls.ts";

/** How long a change may wait before it is stored, ms. What a crash can cost, at most. */
const SAVE_MS = 300;
/** When to try again after that has failed, ms: a full disk is not emptied in a moment. */
const RETRY_MS = 3_000;
/** Conversations in one list. Older ones are found by what was said in them. */
const MOST_LISTED = 500;

export interface ArchiveOptions {
  store: Store;
  /** Brings a conversation to life; it tells the archive of each turn that has changed. */
  bring(conversation: string, owner: string, turns: StoredTurn[]): Session;
  /** Hears that storing has begun to fail, and, without a failure, that all is stored again. */
  onStoring(failure?: Error): void;
}

export class Archive {
  readonly #store: Store;
  readonly #bring: ArchiveOptions["bring"];
  readonly #onStoring: ArchiveOptions["onStoring"];
  /** Those that somebody is in, or that are being answered. */
  readonly #live = new Map<string, Session>();
  readonly #unsaved = new Map<string, Set<StoredTurn>>();
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

  /** A new conversation of a principal. It is stored with its first turn. */
  begin({ id }: Principal): Session {
    return this.#enliven(crypto.randomUUID(), id, []);
  }

  /** Remembers which conversation a session is in, beyond the life of this process. */
  enter(session: string, conversation: string): void {
    this.#entered.set(session, conversation);
    this.#saveSoon();
  }

  /**
   * The conversation that a session was last in; undefined for one that was never stored, and for a conversation that
   * is not the principal's.
   */
  recall(session: string, principal: Principal): Session | undefined {
    const conversation = this.#entered.get(session) ?? this.#store.conversationOf(session);
    if (conversation === undefined) return undefined;
    const live = this.#live.get(conversation);
    const stored = live ?? this.#stored(conversation);
    if (stored !== undefined && !mayUse(principal, stored.owner)) return undefined;
    if (live !== undefined) return live;
    return this.#enliven(conversation, stored === undefined ? principal.id : stored.owner, [...stored?.turns ?? []]);
  }

  /**
   * A conversation to go on with, that somebody chose.
   *
   * @throws {Refused} when there is no such conversation, or it is not the principal's
   */
  open(conversation: string, principal: Principal): Session {
    const live = this.#live.get(conversation);
    if (live !== undefined && mayUse(principal, live.owner)) return live;
    const { owner, turns } = this.read(conversation, principal);
    return this.#enliven(conversation, owner, turns);
  }

  /**
   * Conversations that have turns, the last changed first; with `query` those that have it in their title or a turn.
   * The owner sees all of them, and which are a guest's; a guest sees its own.
   */
  list({ role, id }: Principal, query?: string): ConversationSummary[] {
    this.save();
    return this.#store.list(MOST_LISTED, query, role === "owner" ? undefined : id)
      .map(({ owner, ...summary }) => ({
        ...summary,
        ...(role === "owner" && owner !== undefined && { guest: true }),
      }));
  }

  /** @throws {Refused} when there is no such conversation, or it is not the principal's */
  read(conversation: string, principal: Principal): StoredConversation {
    const stored = this.#stored(conversation);
    // That there is one is nobody else's business either.
    if (stored === undefined || !mayUse(principal, stored.owner)) throw noConversation();
    return stored;
  }

  /** @throws {Refused} when there is no such conversation, or it is not the principal's */
  rename(conversation: string, title: string, principal: Principal): void {
    this.read(conversation, principal);
    this.#store.rename(conversation, title);
  }

  /**
   * Deletes a conversation for good, and ends what runs in it.
   *
   * @returns what it was while it was live
   * @throws {Refused} when there is no such conversation, or it is not the principal's
   */
  delete(conversation: string, principal: Principal): Session | undefined {
    const session = this.#live.get(conversation);
    if (session === undefined) this.read(conversation, principal);
    else if (!mayUse(principal, session.owner)) throw noConversation();
    session?.cancel();
    this.#live.delete(conversation);
    this.#unsaved.delete(conversation);
    this.#store.delete(conversation);
    return session;
  }

  /** Takes a turn and all after it out of a conversation. */
  truncate(session: Session, turn: string): void {
    session.truncate(turn);
    // What is being dropped is stored first, or it would come back with the next save.
    this.save();
    this.#store.truncate(session.conversation, turn);
  }

  /** Hears of a turn that has to be stored, soon. */
  changed({ conversation }: Session, turn: StoredTurn): void {
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
      if (!this.#failing) this.#onStoring(error as Error);
      this.#failing = true;
      return;
    }
    if (this.#failing) this.#onStoring();
    this.#failing = false;
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

  #enliven(conversation: string, owner: string | undefined, turns: StoredTurn[]): Session {
    for (const turn of turns) {
      if (turn.state === "done" || turn.state === "failed") continue;
      turn.state = "failed";
      turn.error = INTERRUPTED;
    }
    const session = this.#bring(conversation, owner ?? OWNER.id, turns);
    this.#live.set(conversation, session);
    return session;
  }
}

function noConversation(): Refused {
  return new Refused({ code: "not_found", message: "There is no such conversation: it may have been deleted" });
}
