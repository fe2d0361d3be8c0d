/** All conversations, stored and live. Each is live at most once, so that no two write the same one. */
import { RequestError } from "@/lib/protocol/request_error.ts";
import { Conversation, type ConversationOptions, INTERRUPTED } from "./conversation.ts";
import { firstSeq } from "./epoch.ts";
import type { Store, StoredConversation, StoredTurn } from "@/lib/store/store.ts";
import { mayUse, OWNER, type Principal } from "@/lib/principal.ts";
import type { ConversationSummary } from "@/lib/protocol/calls.ts";
import { guarded, report } from "@/lib/telemetry/guard.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
/** How long a change may wait before it is stored, ms. What a crash can cost, at most. */
const SAVE_MS = 300;
/** When to try again after that has failed, ms: a full disk is not emptied in a moment. */
const RETRY_MS = 3_000;
/** How long a list waits for the newest turns to be stored, ms. */
const LIST_WAITS_MS = 50;
/** Conversations in one list. Older ones are found by what was said in them. */
const MOST_LISTED = 500;
/** Old conversations that are deleted before anything else is asked of the store. */
const SWEPT_AT_ONCE = 20;
/** How long a session that nobody uses is kept, and one whose conversation is not there, ms. */
const SESSION_MS = 30 * DAY_MS;
const EMPTY_SESSION_MS = DAY_MS;

export interface ConversationRegistryOptions {
  store: Store;
  /** This process's, as `claimEpoch()` gives it: numbers of frames begin with it. */
  epoch: number;
  /** What each conversation is made with. */
  conversation: Omit<ConversationOptions, "id" | "owner" | "turns" | "seq" | "onChange">;
  /** Milliseconds since the epoch; default: the clock. */
  now?(): number;
  /** How often sessions that are not used any more are forgotten, ms; default: once a day. */
  forgetMs?: number;
  /** How many days guests' conversations are kept after their last change; asked for each day. Default: for ever. */
  keepDays?(): number | undefined;
  /** Called with the id of a conversation that has been deleted, and its turns; waited for. */
  onDelete?(id: string, turns: readonly StoredTurn[]): Promise<void> | void;
  /** Called when storing has begun to fail and, without a failure, when all is stored again. */
  onStoring(failure?: Error): void;
}

export class ConversationRegistry {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #conversation: ConversationRegistryOptions["conversation"];
  readonly #onStoring: ConversationRegistryOptions["onStoring"];
  readonly #onDelete: ConversationRegistryOptions["onDelete"];
  readonly #keepDays: ConversationRegistryOptions["keepDays"];
  /** In memory: those that a session is in, or that are being answered. */
  readonly #live = new Map<string, Conversation>();
  #unsaved = new Map<string, Set<StoredTurn>>();
  /** Turns that were taken out, with all after them, and are still stored. */
  readonly #dropped: { id: string; turn: string }[] = [];
  /** Sessions by their ids, and the conversations they have entered since the last save. */
  readonly #sessionConversations = new Map<string, string>();
  readonly #forgetting: ReturnType<typeof setInterval>;
  /** Higher than each number of a frame of a conversation that is not in memory any more. */
  #nextSeq: number;
  #failing = false;
  #closed = false;
  /** Settles when all that was asked of the store has been done. */
  #last: Promise<void> = Promise.resolve();
  #saving: ReturnType<typeof setTimeout> | undefined;

  constructor(
    { store, epoch, conversation, now = Date.now, forgetMs = DAY_MS, onStoring, onDelete, keepDays }:
      ConversationRegistryOptions,
  ) {
    this.#store = store;
    this.#nextSeq = firstSeq(epoch);
    this.#now = now;
    this.#conversation = conversation;
    this.#onStoring = onStoring;
    this.#onDelete = onDelete;
    this.#keepDays = keepDays;
    const forget = () => {
      void this.#enqueue(() => this.#forgetSessions());
      guarded("delete old conversations of guests, which is tried again in a day", () => this.#sweepGuests());
    };
    forget();
    this.#forgetting = setInterval(forget, forgetMs);
  }

  /** How many prompts wait in all conversations. */
  get queued(): number {
    return this.#live.values().reduce((sum, conversation) => sum + conversation.queued, 0);
  }

  /** A new conversation of a principal. It is stored with its first turn. */
  create({ id }: Principal): Conversation {
    return this.#activate(crypto.randomUUID(), id, []);
  }

  /** Remembers which conversation a session is in, beyond the life of this process. */
  recordSession(session: string, id: string): void {
    this.#sessionConversations.set(session, id);
    this.#saveSoon();
  }

  /**
   * Finds the conversation that a session was last in, to go on with. `use` is called with it at once, before it could
   * be released; it is not called for a session that was never stored, nor for a conversation of another principal.
   */
  findBySession(session: string, principal: Principal, use: (conversation: Conversation) => void): Promise<void> {
    return this.#enqueue(async () => {
      const id = this.#sessionConversations.get(session) ?? await this.#store.conversationOf(session);
      if (id === undefined) return;
      const live = this.#live.get(id);
      const stored = live ?? await this.#stored(id);
      if (stored !== undefined && !mayUse(principal, stored.owner)) return;
      use(
        live ??
          this.#activate(id, stored === undefined ? principal.id : stored.owner, [...stored?.turns ?? []]),
      );
      // It is in use: noted, or it would be forgotten after a while.
      this.recordSession(session, id);
    });
  }

  /**
   * Finds a conversation to go on with by its id, as {@linkcode findBySession} does.
   *
   * @throws {RequestError} when there is no such conversation, or it is not the principal's
   */
  open(id: string, principal: Principal, use: (conversation: Conversation) => void): Promise<void> {
    return this.#enqueue(async () => {
      const live = this.#live.get(id);
      if (live !== undefined && !mayUse(principal, live.owner)) throw noConversation();
      const stored = live ?? await this.#mustRead(id, principal);
      use(live ?? this.#activate(id, stored.owner, [...stored.turns]));
    });
  }

  /**
   * Conversations that have turns, the last changed first; with `query` those that have it in their title or a turn.
   * What was said a moment ago is among them, unless the store is so busy that it cannot be written soon. The owner
   * sees all of them, and which are a guest's; a guest sees its own.
   */
  async list({ role, id }: Principal, query?: string): Promise<ConversationSummary[]> {
    const patience = Promise.withResolvers<void>();
    const timer = setTimeout(patience.resolve, LIST_WAITS_MS);
    await Promise.race([this.save(), patience.promise]);
    clearTimeout(timer);
    const found = await this.#store.list(MOST_LISTED, query, role === "owner" ? undefined : id);
    return found.map(({ owner, ...summary }) => ({
      ...summary,
      ...(role === "owner" && owner !== undefined && { guest: true }),
    }));
  }

  /** Who sent an image that a conversation of the principal's shows, by id; undefined where none does. */
  senderOf(image: string, principal: Principal): Promise<string | undefined> {
    return this.#enqueue(async () => {
      await this.#flush();
      const uses = await this.#store.imageUses(image);
      return uses.find(({ owner }) => mayUse(principal, owner))?.sender;
    });
  }

  /** @throws {RequestError} when there is no such conversation, or it is not the principal's */
  read(id: string, principal: Principal): Promise<StoredConversation> {
    return this.#enqueue(() => this.#mustRead(id, principal));
  }

  /** @throws {RequestError} when there is no such conversation, or it is not the principal's */
  rename(id: string, title: string, principal: Principal): Promise<void> {
    return this.#enqueue(async () => {
      await this.#mustRead(id, principal);
      await this.#store.rename(id, title);
    });
  }

  /**
   * Deletes a conversation for good, and ends what runs in it.
   *
   * @param leave called with the conversation if it was live: sessions that are in it have to leave it at once
   * @throws {RequestError} when there is no such conversation, or it is not the principal's
   */
  delete(id: string, principal: Principal, leave: (conversation: Conversation) => void): Promise<void> {
    return this.#enqueue(async () => {
      const conversation = this.#live.get(id);
      if (conversation !== undefined && !mayUse(principal, conversation.owner)) throw noConversation();
      const { turns } = conversation ?? await this.#mustRead(id, principal);
      await this.#delete(id, turns, conversation);
      if (conversation !== undefined) leave(conversation);
    });
  }

  async #delete(id: string, turns: readonly StoredTurn[], conversation?: Conversation): Promise<void> {
    // First, so that nothing has happened where that fails.
    await this.#store.delete(id);
    if (conversation !== undefined) this.#deactivate(conversation);
    this.#unsaved.delete(id);
    for (const [session, entered] of this.#sessionConversations) {
      if (entered === id) this.#sessionConversations.delete(session);
    }
    await this.#forget(id, turns);
  }

  /** Takes a turn and all after it out of a conversation, now; it is stored with the next save. */
  truncate(conversation: Conversation, turn: string): void {
    conversation.truncate(turn);
    const unsaved = this.#unsaved.get(conversation.id);
    // What is not stored yet must not come after what is.
    for (const one of unsaved ?? []) if (!conversation.turns.includes(one)) unsaved?.delete(one);
    if (unsaved?.size === 0) this.#unsaved.delete(conversation.id);
    this.#dropped.push({ id: conversation.id, turn });
    this.#saveSoon();
  }

  /** To be called with each turn that has changed: it is stored soon. */
  changed({ id }: Conversation, turn: StoredTurn): void {
    const turns = this.#unsaved.get(id) ?? new Set();
    turns.add(turn);
    this.#unsaved.set(id, turns);
    this.#saveSoon();
  }

  /** Stores what has changed, now. What cannot be stored is kept, and tried again. */
  save(): Promise<void> {
    return this.#enqueue(() => this.#flush());
  }

  /**
   * Drops a conversation from memory once its last answer has ended, unless a session is in it then. What cannot be
   * stored stays in memory.
   */
  async release(conversation: Conversation, isEmpty: () => boolean): Promise<void> {
    await conversation.settled();
    const { id } = conversation;
    await this.#enqueue(async () => {
      await this.#flush();
      if (this.#unsaved.has(id) || this.#dropped.some((drop) => drop.id === id)) return;
      if (!conversation.busy && isEmpty() && this.#live.get(id) === conversation) {
        this.#deactivate(conversation);
      }
    });
  }

  /** Ends every turn, stores what is not stored, and closes the store. */
  async close(): Promise<void> {
    clearInterval(this.#forgetting);
    this.#closed = true;
    await Promise.all([...this.#live.values()].map((conversation) => conversation.close()));
    await this.save();
    clearTimeout(this.#saving);
    await this.#enqueue(() => this.#store.close());
  }

  /**
   * Does one thing after the other. So a conversation is read once however many ask for it, and nothing is
   * read before what was asked for earlier has been written.
   */
  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.then(() => {}, () => {});
    return done;
  }

  /** What belonged to a conversation that has been deleted goes with it. */
  async #forget(id: string, turns: readonly StoredTurn[]): Promise<void> {
    // What others of its images' users have said last is stored, so that these are known.
    await this.#flush();
    try {
      await this.#onDelete?.(id, turns);
    } catch (error) {
      report("forget what belongs to a conversation", error);
    }
  }

  /** Stores what has changed. Called within {@linkcode #enqueue}; never rejects. */
  async #flush(): Promise<void> {
    clearTimeout(this.#saving);
    this.#saving = undefined;
    try {
      for (const [session, id] of this.#sessionConversations) {
        await this.#store.enter(session, id);
        if (this.#sessionConversations.get(session) === id) this.#sessionConversations.delete(session);
      }
      for (let drop = this.#dropped[0]; drop !== undefined; drop = this.#dropped[0]) {
        await this.#store.truncate(drop.id, drop.turn);
        this.#dropped.shift();
      }
      await this.#saveTurns();
    } catch (error) {
      this.#saveSoon(RETRY_MS);
      return this.#reportStoring(error instanceof Error ? error : new Error(String(error)));
    }
    this.#reportStoring();
  }

  /** Reports once that storing fails, and once that it works again. */
  #reportStoring(failure?: Error): void {
    const failing = failure !== undefined;
    if (failing !== this.#failing) guarded("report how storing goes", () => this.#onStoring(failure));
    this.#failing = failing;
  }

  async #saveTurns(): Promise<void> {
    if (this.#unsaved.size === 0) return;
    const saving = this.#unsaved;
    this.#unsaved = new Map();
    try {
      await this.#store.save(saving);
    } catch (error) {
      for (const [id, turns] of saving) {
        // What was taken out meanwhile stays out; the order in which turns are first written is theirs.
        const kept = [...turns].filter((turn) => this.#live.get(id)?.turns.includes(turn));
        const newer = this.#unsaved.get(id) ?? [];
        if (kept.length > 0) this.#unsaved.set(id, new Set([...kept, ...newer]));
      }
      throw error;
    }
  }

  #saveSoon(ms = SAVE_MS): void {
    this.#saving ??= setTimeout(() => void this.save(), ms);
  }

  async #forgetSessions(): Promise<void> {
    const now = this.#now();
    try {
      await this.#store.forgetSessions({ unusedSince: now - SESSION_MS, emptySince: now - EMPTY_SESSION_MS });
    } catch (error) {
      // Whatever keeps it from being done today may be gone tomorrow; nobody waits for it.
      report("take out sessions that are not used any more, which is tried again in a day", error);
    }
  }

  /** Deletes guests' conversations that have been kept for long enough. One that somebody is in is kept. */
  async #sweepGuests(): Promise<void> {
    const days = this.#keepDays?.();
    if (days === undefined) return;
    const when = this.#now() - days * DAY_MS;
    let swept: number;
    do {
      // A few at once, between which others have their turn.
      swept = await this.#enqueue(async () => {
        const ids = await this.#store.guestsUnchangedSince(when, this.#live.size + SWEPT_AT_ONCE);
        const old = ids.filter((id) => !this.#live.has(id)).slice(0, SWEPT_AT_ONCE);
        for (const id of old) await this.#delete(id, (await this.#store.read(id))?.turns ?? []);
        return old.length;
      });
    } while (swept === SWEPT_AT_ONCE && !this.#closed);
  }

  async #stored(id: string): Promise<StoredConversation | undefined> {
    await this.#flush();
    return await this.#store.read(id);
  }

  async #mustRead(id: string, principal: Principal): Promise<StoredConversation> {
    const stored = await this.#stored(id);
    // That there is one is nobody else's business either.
    if (stored === undefined || !mayUse(principal, stored.owner)) throw noConversation();
    return stored;
  }

  #activate(id: string, owner: string | undefined, turns: StoredTurn[]): Conversation {
    for (const turn of turns) {
      if (turn.state === "done" || turn.state === "failed") continue;
      turn.state = "failed";
      turn.error = INTERRUPTED;
    }
    const conversation = new Conversation({
      ...this.#conversation,
      id,
      owner: owner ?? OWNER.id,
      turns,
      seq: this.#nextSeq,
      onChange: (turn) => this.changed(conversation, turn),
    });
    this.#live.set(id, conversation);
    return conversation;
  }

  /** Drops a conversation from memory. When it comes back, its frames have numbers that nobody has seen. */
  #deactivate(conversation: Conversation): void {
    // An answer that was begun early is nothing that a session waits for.
    conversation.cancel();
    this.#live.delete(conversation.id);
    this.#nextSeq = Math.max(this.#nextSeq, conversation.seq + 1);
  }
}

function noConversation(): RequestError {
  return new RequestError({ code: "not_found", message: "There is no such conversation: it may have been deleted" });
}
