/** The sessions in memory: opened by clients, left by them, and what clients ask for in them. */
import type { OpenConversation } from "./open_conversation.ts";
import type { EarlyAnswer } from "./early_answers.ts";
import type { ConversationRegistry } from "./conversation_registry.ts";
import type { RequestLimits } from "./request_limits.ts";
import { Session } from "./session.ts";
import { OWNER, type Principal } from "@/lib/principal.ts";
import type { NamedImage, TurnImage } from "@/lib/protocol/images.ts";
import type { GuestQuotas } from "@/lib/quota/guest_quotas.ts";
import type { CharacterInfo } from "@/lib/protocol/v2.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

/** The images that prompts show. */
export interface PromptImages {
  /**
   * What a turn has of images that the principal has sent.
   *
   * @throws {RequestError} when one is not there, or nobody could see it
   */
  take(named: readonly NamedImage[], sender: string): Promise<TurnImage[]>;
  /** Gives images that one has sent to another one as well, who asks with them again. */
  share(images: readonly TurnImage[], from: string, to: string): Promise<void>;
}

export interface SessionRegistryOptions {
  conversations: ConversationRegistry;
  requestLimits: RequestLimits;
  /** What guests may use. */
  quotas: GuestQuotas;
  /** How long a session without sockets stays in memory, seconds. */
  sessionSeconds: number;
  /** Whom the clients talk with. Default: the language model itself. */
  character?(): CharacterInfo | undefined;
  /** Default: prompts show none. */
  images?: PromptImages;
}

export class SessionRegistry {
  readonly #conversations: ConversationRegistry;
  readonly #options: SessionRegistryOptions;
  readonly #sessions = new Map<string, Session>();
  /** Timers of the sessions that no socket is at. */
  readonly #leaving = new Map<Session, ReturnType<typeof setTimeout>>();
  /** Turns of guests that were begun early, and counted then. */
  readonly #counted = new WeakMap<Session, string>();
  #closed = false;

  constructor(options: SessionRegistryOptions) {
    this.#conversations = options.conversations;
    this.#options = options;
    this.#conversations.serve({
      isEmpty: (conversation) => this.#isEmpty(conversation),
      leave: (conversation) => this.#leaveDeleted(conversation),
      moved: (session, conversation) =>
        guarded("follow a session of another process", () => this.#follow(session, conversation)),
    });
  }

  /** How many sessions are in memory. */
  get size(): number {
    return this.#sessions.size;
  }

  /** The session that a client names, from memory or the store; a new one where the principal has none of that name. */
  async open(principal: Principal, id?: string): Promise<Session> {
    const session = (id !== undefined && await this.#find(principal, id)) || this.#create(principal);
    clearTimeout(this.#leaving.get(session));
    this.#leaving.delete(session);
    return session;
  }

  /**
   * To be called when a socket has left a session. One without sockets waits for `sessionSeconds`, and at least until
   * its turn has ended; then it leaves the memory.
   */
  leave(session: Session): void {
    if (session.sockets.size === 0) this.#leaveLater(session);
  }

  /** Keeps what is in memory: no session leaves it any more. */
  close(): void {
    this.#closed = true;
    this.#leaving.forEach((timer) => clearTimeout(timer));
  }

  /**
   * Takes a prompt. With the first one the conversation is stored, and which sessions are in it.
   *
   * @param greeting which of the character's greetings it follows, from 0; only of the first one
   * @param named what it shows
   * @throws {RequestError} when the prompt cannot be taken
   */
  prompt(
    session: Session,
    turn: string,
    text: string,
    greeting = 0,
    named: readonly NamedImage[] = [],
  ): Promise<void> {
    return session.inOrder(() => {
      this.#options.requestLimits.checkPrompt(text);
      const { conversation, principal } = session;
      if (conversation.find(turn) !== undefined) return;
      const begin = (images?: readonly TurnImage[]) => {
        this.#counted.delete(session);
        return this.#recorded(
          conversation,
          () => conversation.prompt(turn, text, this.#greeted(conversation, greeting), principal.id, images),
        );
      };
      const isCounted = this.#counted.get(session) === turn;
      const ask = (images?: readonly TurnImage[]) => this.#counting(session, text, () => begin(images), isCounted);
      // What cannot be shown is not counted.
      return named.length === 0 ? ask() : this.#take(named, principal).then(ask);
    });
  }

  /**
   * Begins the answer to what may become the next prompt, which it then becomes by {@linkcode prompt} with the same turn
   * and words: see `Conversation.prepare`.
   *
   * @throws {RequestError} when the prompt could not be taken
   */
  prepare(session: Session, turn: string, text: string): Promise<EarlyAnswer | undefined> {
    return session.inOrder(() => {
      this.#options.requestLimits.checkPrompt(text);
      const { conversation, principal } = session;
      return this.#counting(session, text, () => {
        this.#counted.set(session, turn);
        return conversation.prepare(turn, text, this.#greeted(conversation), principal.id);
      });
    });
  }

  /**
   * Goes on with the last answer of the session's conversation, which broke off.
   *
   * @throws {RequestError} when there is no such turn, or it cannot be gone on with
   */
  continueAnswer(session: Session, turn: string): Promise<void> {
    return session.inOrder(() => {
      this.#options.requestLimits.checkOpen();
      const { conversation } = session;
      const state = conversation.find(turn)?.state;
      // What is being written is left as it is, which is no message.
      const isFree = state !== "done" && state !== "failed";
      return this.#counting(session, "", () => conversation.continue(turn), isFree);
    });
  }

  /** Ends a turn of the session's conversation. */
  stop(session: Session, turn: string, heard?: number): Promise<void> {
    return session.inOrder(() => session.conversation.stop(turn, heard));
  }

  /** Begins a new conversation. The old one stays stored; what runs in it ends, unless other sessions are in it. */
  reset(session: Session): Promise<void> {
    return session.inOrder(() => {
      const previous = session.conversation;
      this.#move(session, this.#conversations.create(session.principal));
      if (this.#isEmpty(previous)) return previous.cancel();
    });
  }

  /**
   * Goes on in another conversation. When it is open elsewhere, both are in it from now on. What runs in the one that
   * is left goes on, as it does when a page closes.
   *
   * @throws {RequestError} when there is no such conversation, or it is not the principal's to see
   */
  openConversation(session: Session, id: string): Promise<void> {
    return session.inOrder(() =>
      this.#conversations.open(id, session.principal, (conversation) => this.#move(session, conversation))
    );
  }

  /**
   * Deletes a conversation for good. Sessions that are in it begin a new one.
   *
   * @throws {RequestError} when there is no such conversation, or it is not the principal's to delete
   */
  deleteConversation(session: Session, id: string): Promise<void> {
    return session.inOrder(() => this.#conversations.delete(id, session.principal));
  }

  /**
   * Drops a turn and all after it and asks again, as turn `as`. Asking the same again changes nothing.
   *
   * @param asked `text` is the prompt; the turn's own when absent
   * @throws {RequestError} when the turn is not there, or the prompt cannot be taken
   */
  askAgain(session: Session, asked: { turn: string; as: string; text?: string }): Promise<void> {
    return session.inOrder(() => this.#askAgain(session, asked));
  }

  async #askAgain(
    session: Session,
    asked: { turn: string; as: string; text?: string },
  ): Promise<void> {
    const { conversation, principal } = session;
    const old = conversation.find(asked.turn);
    const prompt = asked.text ?? old?.prompt;
    // What cannot be asked again is not counted, nor what is known already.
    const isNew = old !== undefined && prompt !== undefined && conversation.find(asked.as) === undefined;
    if (isNew) this.#options.requestLimits.checkPrompt(prompt);
    if (isNew && old.images !== undefined) {
      await this.#options.images?.share(old.images, old.askedBy ?? OWNER.id, principal.id);
    }
    const ask = () => conversation.askAgain({ ...asked, askedBy: principal.id });
    await this.#counting(session, prompt ?? "", ask, !isNew);
    await this.#conversations.save();
  }

  async #take(named: readonly NamedImage[], { id }: Principal): Promise<TurnImage[]> {
    return await this.#options.images?.take(named, id) ?? [];
  }

  /**
   * Has `ask` begin an answer: at once for the owner, for a guest once it is counted.
   *
   * @param isFree whether it has been counted already, or is none
   * @throws {RequestError} when the guest has to wait, or may begin no further conversation
   */
  #counting<T>(session: Session, text: string, ask: () => T | Promise<T>, isFree = false): Promise<T> | T {
    return isFree || session.principal.role === "owner" ? ask() : this.#count(session, text).then(ask);
  }

  async #count({ principal, conversation }: Session, text: string): Promise<void> {
    const { quotas } = this.#options;
    if (conversation.turns.length === 0) {
      await quotas.conversation(async () => (await this.#conversations.list(principal)).length);
    }
    await quotas.prompt(principal.id, text);
  }

  /** Has `ask` begin; where it is the first turn, once it is recorded who is in the conversation. */
  #recorded<T>(conversation: OpenConversation, ask: () => T | Promise<T>): T | Promise<T> {
    const sessions = conversation.turns.length === 0 ? this.#sessionsIn(conversation) : [];
    const records = sessions.map(({ id }) => this.#conversations.recordSession(id, conversation.id));
    return records.some((record) => record instanceof Promise) ? Promise.all(records).then(ask) : ask();
  }

  /** What the character had said before the first turn; undefined before any other one. */
  #greeted(conversation: OpenConversation, index = 0): string | undefined {
    if (conversation.turns.length > 0) return undefined;
    const { greeting, otherGreetings = [] } = this.#options.character?.() ?? {};
    // One that is not there was another character's.
    return [greeting, ...otherGreetings][index] ?? greeting;
  }

  #create(principal: Principal): Session {
    return this.#register(crypto.randomUUID(), principal, this.#conversations.create(principal));
  }

  async #find(principal: Principal, id: string): Promise<Session | undefined> {
    const known = () => {
      const session = this.#sessions.get(id);
      return session?.principal.id === principal.id ? session : undefined;
    };
    if (this.#sessions.has(id)) return known();
    let session: Session | undefined;
    await this.#conversations.findBySession(id, principal, (conversation) => {
      // Another page may have come with the same id while it was looked up, and may have gone on elsewhere.
      session = this.#sessions.has(id) ? known() : this.#register(id, principal, conversation);
      if (session?.conversation !== conversation) this.#release(conversation);
    });
    return session;
  }

  #register(id: string, principal: Principal, conversation: OpenConversation): Session {
    const session = new Session(id, principal, conversation);
    this.#sessions.set(id, session);
    return session;
  }

  #move(session: Session, conversation: OpenConversation): void {
    const previous = session.conversation;
    // Of a session in which nothing was ever said, nothing is stored.
    if (previous.turns.length > 0 || conversation.turns.length > 0) {
      this.#conversations.recordSession(session.id, conversation.id);
    }
    this.#conversations.tellMoved(session.id, conversation.id);
    session.move(conversation);
    this.#release(previous);
  }

  /** Goes where another process has had a session go. */
  async #follow(id: string, conversation: string): Promise<void> {
    const session = this.#sessions.get(id);
    await session?.inOrder(() =>
      this.#conversations.follow(conversation, session.principal, (entered) => {
        const previous = session.conversation;
        if (previous === entered) return;
        session.move(entered);
        this.#release(previous);
      })
    );
  }

  #sessionsIn(conversation: OpenConversation): Session[] {
    return [...this.#sessions.values()].filter((session) => session.conversation === conversation);
  }

  /** Sessions in a conversation that is not there any more begin a new one. */
  #leaveDeleted(conversation: OpenConversation): void {
    for (const one of this.#sessionsIn(conversation)) this.#move(one, this.#conversations.create(one.principal));
  }

  #isEmpty(conversation: OpenConversation): boolean {
    return !this.#sessions.values().some((session) => session.conversation === conversation);
  }

  #release(conversation: OpenConversation): void {
    guarded("release a conversation", () => this.#conversations.release(conversation));
  }

  #leaveLater(session: Session): void {
    if (this.#closed) return;
    this.#leaving.set(
      session,
      setTimeout(
        () => guarded("release a session", () => this.#leaveNow(session)),
        this.#options.sessionSeconds * 1_000,
      ),
    );
  }

  #leaveNow(session: Session): void {
    if (session.sockets.size > 0) return void this.#leaving.delete(session);
    if (session.conversation.busy) return this.#leaveLater(session);
    this.#leaving.delete(session);
    this.#sessions.delete(session.id);
    this.#release(session.conversation);
  }
}
