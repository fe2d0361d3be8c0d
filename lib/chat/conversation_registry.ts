/** All conversations, stored and live. Each is live at most once, so that no two write the same one. */
import { ConversationSaver } from "./conversation_saver.ts";
import { LiveConversations, type LiveConversationsOptions } from "./live_conversations.ts";
import type { OpenConversation } from "./open_conversation.ts";
import { noConversation } from "./refusals.ts";
import { SessionSweep } from "./session_sweep.ts";
import type { SharedConversation } from "./shared/shared_conversation.ts";
import { SharedConversations, type Sharing } from "./shared/shared_conversations.ts";
import type { Store, StoredConversation, StoredTurn } from "@/lib/store/store.ts";
import { mayUse, OWNER, type Principal } from "@/lib/principal.ts";
import type { ConversationSummary } from "@/lib/protocol/calls.ts";
import { guarded, report } from "@/lib/telemetry/guard.ts";
import { inTime } from "@/lib/waiting.ts";

/** How long a list waits for the newest turns to be stored, ms. */
const LIST_WAITS_MS = 50;
/** Conversations in one list. Older ones are found by what was said in them. */
const MOST_LISTED = 500;
export interface ConversationRegistryOptions extends Pick<LiveConversationsOptions, "epoch" | "conversation"> {
  store: Store;
  /** Default: no other process has the same store. */
  sharing?: Sharing | undefined;
  /** Milliseconds since the epoch; default: the clock. */
  now?(): number;
  /** How often sessions that are not used any more are forgotten, ms; default: once a day. */
  forgetMs?: number;
  /** Called with the id of a conversation that has been deleted, here or in another process. */
  onDelete?(id: string): void;
  /** Called by the process that has deleted a conversation, with its turns; waited for. */
  onRemove?(turns: readonly StoredTurn[]): Promise<void>;
  /** Called when storing has begun to fail and, without a failure, when all is stored again. */
  onStoring(failure?: Error): void;
}

/** Those who are in conversations. */
export interface ConversationUsers {
  /** Whether nobody is in it. */
  isEmpty(conversation: OpenConversation): boolean;
  /** It has been deleted: whoever is in it leaves it at once. */
  leave(conversation: OpenConversation): void;
  /** A session has gone on in the conversation of that id, in another process. */
  moved(session: string, conversation: string): void;
}

export class ConversationRegistry {
  readonly #store: Store;
  readonly #onDelete: ConversationRegistryOptions["onDelete"];
  readonly #onRemove: ConversationRegistryOptions["onRemove"];
  readonly #live: LiveConversations;
  readonly #shared: SharedConversations | undefined;
  #users: ConversationUsers = { isEmpty: () => true, leave() {}, moved() {} };
  readonly #saver: ConversationSaver;
  readonly #sweep: SessionSweep;

  constructor(
    { store, epoch, conversation, sharing, now, forgetMs, onStoring, onDelete, onRemove }: ConversationRegistryOptions,
  ) {
    this.#store = store;
    this.#onDelete = onDelete;
    this.#onRemove = onRemove;
    this.#saver = new ConversationSaver({
      store,
      turns: (id) => this.#shared?.get(id)?.stored ?? this.#live.get(id)?.turns ?? [],
      mayStore: () => sharing?.processes.isTrusted ?? true,
      storing: (id) => this.#shared?.get(id)?.storing(),
      onStoring,
    });
    this.#live = new LiveConversations({
      epoch,
      conversation,
      onChange: (id, turn) => this.changed(id, turn),
      onTruncate: (id, turn) => this.#saver.truncated(id, turn),
    });
    this.#shared = sharing && this.#share(sharing);
    this.#sweep = new SessionSweep({ store, enqueue: (work) => this.#saver.enqueue(work), now, everyMs: forgetMs });
  }

  /** How many prompts wait in all conversations. */
  get queued(): number {
    return this.#live.queued;
  }

  /** How many this process makes the answers of. */
  get held(): number {
    return this.#shared?.held ?? this.#live.all.size;
  }

  /** How many are in memory. */
  get size(): number {
    return this.#live.all.size;
  }

  /** Who is in conversations, from now on. */
  serve(users: ConversationUsers): void {
    this.#users = users;
  }

  /** A new conversation of a principal. It is stored with its first turn. */
  create({ id: owner }: Principal): OpenConversation {
    const id = crypto.randomUUID();
    return this.#shared?.create(id, owner) ?? this.#live.activate(id, owner, []);
  }

  /**
   * Remembers which conversation a session is in, beyond the life of this process.
   *
   * @returns where other processes have to know: resolves when they can
   */
  recordSession(session: string, id: string): void | Promise<void> {
    this.#saver.enter(session, id);
    if (this.#shared !== undefined) return this.save();
  }

  /**
   * Finds the conversation that a session was last in, to go on with. `enter` is called with it at once, before it could
   * be released; it is not called for a session that was never stored, nor for a conversation of another principal.
   */
  async findBySession(
    session: string,
    principal: Principal,
    enter: (conversation: OpenConversation) => void,
  ): Promise<void> {
    if (this.#shared !== undefined) {
      // Not in the saver's queue: when a process dies, many come at once.
      const id = await this.#saver.conversationOf(session);
      if (id === undefined) return;
      const found = await this.#shared.enter(id, principal.id);
      if (!mayUse(principal, found.owner)) return;
      enter(found);
      return this.#saver.enter(session, id);
    }
    return await this.#saver.enqueue(async () => {
      const id = await this.#saver.conversationOf(session);
      if (id === undefined) return;
      const live = this.#live.get(id);
      const stored = live ?? await this.#stored(id);
      if (stored !== undefined && !mayUse(principal, stored.owner)) return;
      enter(
        live ??
          this.#live.activate(id, stored === undefined ? principal.id : stored.owner, [...stored?.turns ?? []]),
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
  async open(id: string, principal: Principal, enter: (conversation: OpenConversation) => void): Promise<void> {
    if (this.#shared !== undefined) return enter(await this.#mustShare(id, principal));
    return await this.#saver.enqueue(async () => {
      const live = this.#live.get(id);
      const { owner, turns } = live ?? await this.#mustRead(id, principal);
      if (!mayUse(principal, owner)) throw noConversation();
      enter(live ?? this.#live.activate(id, owner, [...turns]));
    });
  }

  /**
   * Conversations that have turns, the last changed first; with `query` those that have it in their title or a turn.
   * What was said a moment ago is among them, unless the store is so busy that it cannot be written soon. The owner
   * sees all of them, and which are a guest's; a guest sees its own.
   */
  async list({ role, id }: Principal, query?: string): Promise<ConversationSummary[]> {
    await inTime(this.save(), AbortSignal.timeout(LIST_WAITS_MS));
    const found = await this.#store.list(MOST_LISTED, query, role === "owner" ? undefined : id);
    return found.map(({ owner, ...summary }) => ({
      ...summary,
      ...(role === "owner" && owner !== undefined && { guest: true }),
    }));
  }

  /** Who sent an image that a conversation of the principal's shows, by id; undefined where none does. */
  senderOf(image: string, principal: Principal): Promise<string | undefined> {
    return this.#saver.enqueue(async () => {
      await this.#saver.flush();
      const uses = await this.#store.imageUses(image);
      return uses.find(({ owner }) => mayUse(principal, owner))?.sender;
    });
  }

  /** @throws {RequestError} when there is no such conversation, or it is not the principal's */
  read(id: string, principal: Principal): Promise<StoredConversation> {
    return this.#saver.enqueue(() => this.#mustRead(id, principal));
  }

  /** @throws {RequestError} when there is no such conversation, or it is not the principal's */
  rename(id: string, title: string, principal: Principal): Promise<void> {
    return this.#saver.enqueue(async () => {
      await this.#mustRead(id, principal);
      await this.#store.rename(id, title);
    });
  }

  /**
   * Deletes a conversation for good, and ends what runs in it. Sessions that are in it leave it.
   *
   * @throws {RequestError} when there is no such conversation, or it is not the principal's
   */
  async delete(id: string, principal: Principal): Promise<void> {
    if (this.#shared !== undefined) return await (await this.#mustShare(id, principal)).delete();
    return await this.#saver.enqueue(async () => {
      const conversation = this.#live.get(id) ?? await this.#mustRead(id, principal);
      if (!mayUse(principal, conversation.owner)) throw noConversation();
      await this.#remove(id, conversation.turns);
      this.#deleted(id);
    });
  }

  /** Deletes at most `most` guests' conversations not changed since then, ms, and not open here; gives how many. */
  async deleteGuestsUnchangedSince(when: number, most: number): Promise<number> {
    const ids = await this.#saver.enqueue(() => this.#store.guestsUnchangedSince(when, this.#live.all.size + most));
    const old = ids.filter((id) => !this.#live.all.has(id)).slice(0, most);
    for (const id of old) await this.#deleteUnopened(id);
    return old.length;
  }

  async #deleteUnopened(id: string): Promise<void> {
    if (this.#shared !== undefined) return await this.delete(id, OWNER);
    return await this.#saver.enqueue(async () => {
      // Somebody may have opened it meanwhile.
      if (this.#live.all.has(id)) return;
      await this.#remove(id, (await this.#stored(id))?.turns);
      this.#deleted(id);
    });
  }

  /** Follows a session of another process into a conversation, in which nothing may have been said yet. */
  async follow(id: string, principal: Principal, enter: (conversation: OpenConversation) => void): Promise<void> {
    const found = await this.#shared?.enter(id, principal.id);
    if (found !== undefined && mayUse(principal, found.owner)) enter(found);
  }

  /** Has other processes know that a session has gone on in another conversation. */
  tellMoved(session: string, id: string): void {
    this.#shared?.tellMoved(session, id);
  }

  /** To be called with each turn that has changed: it is stored soon. */
  changed(id: string, turn: StoredTurn): void {
    this.#saver.changed(id, turn);
  }

  /** Stores what has changed, now. What cannot be stored is kept, and tried again. */
  save(): Promise<void> {
    return this.#saver.save();
  }

  /**
   * Drops a conversation from memory once its last answer has ended, unless a session is in it then. What cannot be
   * stored stays in memory.
   */
  async release(conversation: OpenConversation): Promise<void> {
    await conversation.settled();
    const { id } = conversation;
    await this.#saver.enqueue(async () => {
      await this.#saver.flush();
      if (!this.#saver.isSaved(id)) return;
      if (!conversation.busy && this.#users.isEmpty(conversation) && this.#live.get(id) === conversation) {
        this.#live.drop(conversation);
      }
    });
  }

  /** Lets answers come to their end until `signal` is aborted, and leaves conversations to other processes. */
  async handOver(signal: AbortSignal): Promise<void> {
    await this.#shared?.handOver(signal);
    await this.save();
  }

  /** Ends every turn, stores what is not stored, and closes the store. */
  async close(): Promise<void> {
    this.#shared?.close();
    this.#sweep[Symbol.dispose]();
    await Promise.all([...this.#live.all.values()].map((conversation) => conversation.close()));
    await this.#saver.close();
  }

  async #stored(id: string): Promise<StoredConversation | undefined> {
    await this.#saver.flush();
    return await this.#store.read(id);
  }

  async #mustRead(id: string, principal: Principal): Promise<StoredConversation> {
    const stored = await this.#stored(id);
    if (stored === undefined || !mayUse(principal, stored.owner)) throw noConversation();
    return stored;
  }

  #share(sharing: Sharing): SharedConversations {
    return new SharedConversations({
      ...sharing,
      live: this.#live.all,
      firstSeq: this.#live.nextSeq,
      options: (id, owner) => ({
        id,
        owner,
        // What is not stored yet the journal tells.
        read: () => this.#store.read(id),
        make: (options) => this.#live.make(options),
        onChange: (turn) => this.changed(id, turn),
        onTruncate: (turn) => this.#saver.truncated(id, turn),
        onLost: () => this.#saver.forget(id),
        remove: () =>
          this.#saver.enqueue(async () =>
            await this.#remove(id, (this.#live.get(id) ?? await this.#stored(id))?.turns)
          ),
        onDeleted: () => this.#deleted(id),
        save: () => this.save(),
      }),
      onMoved: (session, conversation) => this.#users.moved(session, conversation),
      onAsked: (conversation) => guarded("release a conversation", () => this.release(conversation)),
    });
  }

  async #mustShare(id: string, principal: Principal): Promise<SharedConversation> {
    const shared = await this.#shared?.open(id, principal.id);
    if (shared === undefined || !mayUse(principal, shared.owner)) throw noConversation();
    return shared;
  }

  /** Takes a conversation out of the store. Called within the saver's queue. */
  async #remove(id: string, turns: readonly StoredTurn[] = []): Promise<void> {
    // First, so that nothing has happened where that fails.
    await this.#store.delete(id);
    this.#saver.forget(id);
    // What others have said last is stored, so that what they share with it is known.
    await this.#saver.flush();
    try {
      await this.#onRemove?.(turns);
    } catch (error) {
      report("remove what a conversation has shown", error);
    }
  }

  /** A conversation is not there any more. */
  #deleted(id: string): void {
    const conversation = this.#live.get(id);
    if (conversation !== undefined) this.#live.drop(conversation);
    this.#saver.forget(id);
    guarded("forget what belongs to a conversation", () => this.#onDelete?.(id));
    this.#saver.leave(id);
    if (conversation !== undefined) this.#users.leave(conversation);
  }
}
