/** All that the server keeps alive between sockets: seats, the conversations they are in, and what pages are told. */
import { ConversationRegistry } from "./conversation_registry.ts";
import { CallRouter } from "@/lib/server/calls/router.ts";
import type { ContextOptions } from "@/lib/characters/context_options.ts";
import { contextBudget, contextUse } from "./context.ts";
import { conversationCalls } from "@/lib/server/calls/conversations.ts";
import { limitConcurrency } from "./concurrency_limit.ts";
import { ConnectionLimiter } from "@/lib/server/sockets/connection_limiter.ts";
import { RequestError } from "@/lib/protocol/request_error.ts";
import { Session } from "./session.ts";
import { Conversation } from "./conversation.ts";
import type { Store, StoredTurn } from "@/lib/store/store.ts";
import type { LanguageModel } from "./turn.ts";
import { watchTurn } from "./turn_telemetry.ts";
import type { Emit } from "@/lib/stages/events.ts";
import type { Config } from "@/lib/config/schema.ts";
import type { GenerateRequest } from "@/lib/providers/provider.ts";
import type { Principal } from "@/lib/principal.ts";
import type { ContextUse } from "@/lib/protocol/calls.ts";
import { type CharacterInfo, LINK_REVOKED, type ServerFrame, type Status, type TurnRecord } from "@/lib/protocol/v2.ts";
import { guarded } from "@/lib/telemetry/guard.ts";
import { warn } from "@/lib/telemetry/log.ts";
import { Metrics } from "@/lib/telemetry/metrics.ts";

/** How often sockets hear from us, ms, so that a page can tell a quiet line from a dead one. */
const PING_MS = 15_000;
export interface HubOptions {
  languageModel: LanguageModel;
  store: Store;
  limits: Config["limits"];
  /** Whether feelings are guessed where the model marks none; asked for each turn. Default: false. */
  readonly classifier?: boolean;
  /** Makes the request for the last of `turns`. */
  request(turns: readonly TurnRecord[]): GenerateRequest;
  /** What the model is told beside `turns`, and how much it can be told. Default: nothing, and the usual context. */
  context?(turns: readonly TurnRecord[]): ContextOptions;
  status(): Status;
  /** Whom the pages talk with. Default: the language model itself. */
  character?(): CharacterInfo | undefined;
}

/** A socket, as the hub knows it. */
export interface Connection {
  readonly principal: Principal;
  /** What the hub says on its own account. */
  tell(news: BroadcastFrame): void;
}

/** What every page is told, whatever its conversation. */
export type BroadcastFrame = Extract<ServerFrame, { type: "ping" | "status" | "avatar" | "character" | "error" }>;

export class Hub {
  readonly limits: Config["limits"];
  readonly connectionLimiter: ConnectionLimiter;
  /** Who answers, within the limit of answers at once. */
  readonly languageModel: LanguageModel;
  readonly metrics = new Metrics(() => ({
    sockets: this.sockets,
    sessions: this.sessions,
    queued: this.conversations.queued,
  }));
  /** Answers calls; whoever can do something for the page registers it here. */
  readonly calls = new CallRouter();
  readonly conversations: ConversationRegistry;
  readonly #options: HubOptions;
  readonly #sessions = new Map<string, Session>();
  readonly #leaving = new Map<Session, ReturnType<typeof setTimeout>>();
  readonly #connections = new Map<WebSocket, Connection>();
  readonly #pinging: ReturnType<typeof setInterval>;
  #closed = false;

  constructor(options: HubOptions) {
    this.limits = options.limits;
    this.connectionLimiter = new ConnectionLimiter(options.limits);
    this.languageModel = limitConcurrency(options.languageModel, options.limits.generations);
    this.conversations = new ConversationRegistry({
      store: options.store,
      activate: (id, owner, turns) => this.#activate(id, owner, turns),
      onStoring: (failure) => this.#storing(failure),
    });
    this.#options = options;
    this.calls.register(conversationCalls(this));
    this.#pinging = setInterval(() => guarded("ping the pages", () => this.broadcast({ type: "ping" })), PING_MS);
  }

  /** How many sockets are open. */
  get sockets(): number {
    return this.#connections.size;
  }

  /** How many sessions are in memory. */
  get sessions(): number {
    return this.#sessions.size;
  }

  /** Makes what logs, counts and traces one turn by its events. */
  watchTurn(protocol: "plain" | "v2"): Emit {
    return watchTurn(this.metrics, protocol);
  }

  /** Whom a page talks with, and what stands behind, as far as that is the principal's business. */
  snapshot({ role }: Principal): { status: Status; character?: CharacterInfo } {
    const character = this.#options.character?.();
    const status = this.#options.status();
    return {
      status: role === "owner" ? status : { ...status, host: "" },
      ...(character !== undefined && { character }),
    };
  }

  /** Tells every page. */
  broadcast(news: BroadcastFrame): void {
    for (const { principal, tell } of this.#connections.values()) {
      guarded("tell a page", () => tell(newsFor(principal, news)));
    }
  }

  /** Counts a socket in, so that it is pinged, and closed with the hub. Returns what counts it out. */
  addConnection(socket: WebSocket, connection: Connection): () => void {
    this.#connections.set(socket, connection);
    return () => this.#connections.delete(socket);
  }

  /** Closes the sockets of all guests: the link they came by opens nothing any more. */
  dismissGuests(): void {
    for (const [socket, { principal }] of this.#connections) {
      if (principal.role !== "guest") continue;
      guarded("close a guest's socket", () => {
        socket.close(LINK_REVOKED, "The link for guests has been changed or turned off");
      });
    }
  }

  /**
   * The seat that a client names as its session, from memory or the store; a new one where the principal has none of
   * that name.
   */
  async openSession(principal: Principal, id?: string): Promise<Session> {
    const session = (id !== undefined && await this.#find(principal, id)) || this.#create(principal);
    clearTimeout(this.#leaving.get(session));
    this.#leaving.delete(session);
    return session;
  }

  /** Hears that a page has left. A seat without pages waits a while, and at least until its turn has ended. */
  leaveSession(session: Session): void {
    if (session.pages.size === 0) this.#leaveLater(session);
  }

  /**
   * Takes a prompt, as a session does. With the first one the conversation is stored, and who is in it.
   *
   * @param greeting which of the character's greetings it follows, from 0; only of the first one
   * @throws {RequestError} when the prompt cannot be taken
   */
  prompt(session: Session, turn: string, text: string, greeting = 0): Promise<void> {
    return session.inOrder(() => {
      const { conversation: conversation, principal } = session;
      this.checkPrompt(text);
      if (conversation.turns.length === 0) {
        for (const session of this.#sessions.values()) {
          if (session.conversation === conversation) this.conversations.recordSession(session.id, conversation.id);
        }
      }
      const greeted = conversation.turns.length === 0 ? this.#greeting(greeting) : undefined;
      conversation.prompt(turn, text, greeted, principal.id);
    });
  }

  /** Ends a turn at a seat, as a session does. */
  stop(session: Session, turn: string): Promise<void> {
    return session.inOrder(() => session.conversation.stop(turn));
  }

  /** Begins a new conversation at a seat. The old one stays stored; what runs in it ends, unless others are there. */
  reset(session: Session): Promise<void> {
    return session.inOrder(() => {
      const previous = session.conversation;
      this.#move(session, this.conversations.create(session.principal));
      if (this.#empty(previous)) previous.cancel();
    });
  }

  /**
   * Goes on in another conversation. When it is open elsewhere, both are in it from now on. What runs in the one that
   * is left goes on, as it does when a page closes.
   *
   * @throws {RequestError} when there is no such conversation, or it is not the seat's to see
   */
  open(session: Session, id: string): Promise<void> {
    return session.inOrder(() =>
      this.conversations.open(id, session.principal, (conversation) => this.#move(session, conversation))
    );
  }

  /**
   * Deletes a conversation for good, as it was asked for at a seat. Whoever is in it begins a new one.
   *
   * @throws {RequestError} when there is no such conversation, or it is not the seat's to delete
   */
  delete(session: Session, id: string): Promise<void> {
    return session.inOrder(() =>
      this.conversations.delete(id, session.principal, (conversation) => {
        for (const one of this.#sessions.values()) {
          if (one.conversation === conversation) this.#move(one, this.conversations.create(one.principal));
        }
      })
    );
  }

  /**
   * Drops a turn and all after it and asks anew, as turn `as`. Asking the same again changes nothing.
   *
   * @param text the prompt; the turn's own when absent
   * @throws {RequestError} when the turn is not there, or the prompt cannot be taken
   */
  askAnew(session: Session, asked: { turn: string; as: string; text?: string }): Promise<void> {
    return session.inOrder(() => this.#askAnew(session, asked));
  }

  async #askAnew(
    { conversation: conversation, principal }: Session,
    { turn, as, text }: { turn: string; as: string; text?: string },
  ): Promise<void> {
    const known = (id: string) => conversation.turns.find((one) => one.turn === id);
    const old = known(turn);
    if (old === undefined && known(as) !== undefined) return;
    if (old === undefined) {
      throw new RequestError({ code: "not_found", message: `There is no turn ${turn} to ask anew` });
    }
    if (known(as) !== undefined) {
      throw new RequestError({ code: "bad_value", message: `There is a turn ${as} already` });
    }
    const prompt = text ?? old.prompt;
    this.checkPrompt(prompt);
    this.conversations.truncate(conversation, turn);
    conversation.prompt(as, prompt, old.greeting, principal.id);
    await this.conversations.save();
  }

  /** How much of the model's context a seat's conversation takes. */
  contextUse({ conversation: conversation }: Session): ContextUse {
    return contextUse(
      conversation.turns,
      this.#options.context?.(conversation.turns) ?? { budget: contextBudget() },
      conversation.counted,
    );
  }

  /** @throws {RequestError} when a frame is larger than the limit */
  checkFrame(data: unknown): void {
    const { frameBytes } = this.limits;
    // A character is at most three bytes in UTF-8, so that only long frames need to be measured.
    if (typeof data !== "string" || data.length * 3 <= frameBytes) return;
    const size = new TextEncoder().encode(data).length;
    if (size <= frameBytes) return;
    throw new RequestError({
      code: "too_long",
      message: `The frame has ${size} bytes, at most ${frameBytes} are taken`,
      hint: "Send less at once, or raise limits.frameBytes",
    });
  }

  /** @throws {RequestError} when the prompt is empty or longer than the limit, or the server goes down */
  checkPrompt(text: string): void {
    const { promptChars } = this.limits;
    if (this.#closed) throw new RequestError({ code: "shutting_down", message: "The server is going down" });
    if (text.trim() === "") {
      throw new RequestError({
        code: "empty_prompt",
        message: "Cannot answer an empty message: write something first",
      });
    }
    if (text.length > promptChars) {
      throw new RequestError({
        code: "too_long",
        message: `The message has ${text.length} characters, at most ${promptChars} are taken`,
        hint: "Shorten it, or raise limits.promptChars",
      });
    }
  }

  /** Ends every turn, stores what is not stored, and closes every socket with 1001. Waits for all of it. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#pinging);
    this.#leaving.forEach((timer) => clearTimeout(timer));
    for (const socket of this.#connections.keys()) {
      guarded("close a socket", () => socket.close(1001, "The server is going down"));
    }
    await this.conversations.close();
  }

  #greeting(index: number): string | undefined {
    const { greeting, otherGreetings = [] } = this.#options.character?.() ?? {};
    // One that is not there was another character's.
    return [greeting, ...otherGreetings][index] ?? greeting;
  }

  #create(principal: Principal): Session {
    return this.#register(crypto.randomUUID(), principal, this.conversations.create(principal));
  }

  async #find(principal: Principal, id: string): Promise<Session | undefined> {
    const known = () => {
      const session = this.#sessions.get(id);
      return session?.principal.id === principal.id ? session : undefined;
    };
    if (this.#sessions.has(id)) return known();
    let session: Session | undefined;
    await this.conversations.findBySession(id, principal, (conversation) => {
      // Another page may have come with the same id while it was looked up, and may have gone on elsewhere.
      session = this.#sessions.has(id) ? known() : this.#register(id, principal, conversation);
      if (session?.conversation !== conversation) this.#release(conversation);
    });
    return session;
  }

  #register(id: string, principal: Principal, conversation: Conversation): Session {
    const session = new Session(id, principal, conversation);
    this.#sessions.set(id, session);
    return session;
  }

  #activate(id: string, owner: string, turns: StoredTurn[]): Conversation {
    const hub = this.#options;
    return new Conversation({
      id: id,
      owner,
      turns,
      // Grows over restarts as the clock does, so that a client from before never takes a new frame for an old one.
      seq: Date.now() * 1_000,
      languageModel: this.languageModel,
      queue: this.limits.queue,
      get classifier() {
        return hub.classifier ?? false;
      },
      request: hub.request,
      watch: () => this.watchTurn("v2"),
      onChange: (conversation, turn) => this.conversations.changed(conversation, turn),
    });
  }

  #move(session: Session, conversation: Conversation): void {
    const previous = session.conversation;
    // Of a seat that nothing was ever said at, nothing is kept.
    if (previous.turns.length > 0 || conversation.turns.length > 0) {
      this.conversations.recordSession(session.id, conversation.id);
    }
    session.move(conversation);
    this.#release(previous);
  }

  #storing(failure?: Error): void {
    if (failure === undefined) return warn("The conversations are being stored again.");
    const hint = "They are kept in memory, and stored as soon as that is possible: look whether the disk is full";
    const message = `Cannot store the conversations: ${failure.message}`;
    warn(`${message}. ${hint}.`);
    this.broadcast({ type: "error", code: "not_stored", message, hint });
  }

  #empty(conversation: Conversation): boolean {
    return !this.#sessions.values().some((session) => session.conversation === conversation);
  }

  #release(conversation: Conversation): void {
    guarded(
      "let go of a conversation",
      () => this.conversations.release(conversation, () => this.#empty(conversation)),
    );
  }

  #leaveLater(session: Session): void {
    if (this.#closed) return;
    this.#leaving.set(
      session,
      setTimeout(
        () => guarded("let go of a seat", () => this.#leaveNow(session)),
        this.limits.sessionSeconds * 1_000,
      ),
    );
  }

  #leaveNow(session: Session): void {
    if (session.pages.size > 0) return void this.#leaving.delete(session);
    if (session.conversation.busy) return this.#leaveLater(session);
    this.#leaving.delete(session);
    this.#sessions.delete(session.id);
    this.#release(session.conversation);
  }
}

/** News without what only the owner should know: where Ollama is, and what a disk's error says of it. */
function newsFor({ role }: Principal, news: BroadcastFrame): BroadcastFrame {
  if (role === "owner") return news;
  if (news.type === "status") return { ...news, host: "" };
  return news.type === "error"
    ? { type: "error", code: news.code, message: "Cannot store the conversations now" }
    : news;
}
