/** All that the server keeps alive between sockets: seats, the conversations they are in, and what pages are told. */
import { Archive } from "./archive.ts";
import { CallDesk } from "./calls.ts";
import { contextBudget, type ContextOptions, contextUse } from "./context.ts";
import { conversationCalls } from "./conversations.ts";
import { gated } from "./gate.ts";
import { Places } from "./places.ts";
import { Refused } from "./refused.ts";
import { Seat } from "./seat.ts";
import { Session } from "./session.ts";
import type { Store, StoredTurn } from "./store.ts";
import type { Brain, TurnSink } from "./turn.ts";
import type { Config } from "@/lib/config/schema.ts";
import type { GenerateRequest } from "@/lib/llm/provider.ts";
import type { Principal } from "@/lib/principal.ts";
import type { ContextUse } from "@/lib/protocol/calls.ts";
import { LINK_REVOKED, type ServerFrame, type Status, type TurnRecord, type Who } from "@/lib/protocol/v2.ts";
import { guarded } from "@/lib/telemetry/guard.ts";
import { complain } from "@/lib/telemetry/log.ts";
import { Metrics } from "@/lib/telemetry/metrics.ts";
import { watchTurn } from "@/lib/telemetry/turn_watch.ts";

/** How often sockets hear from us, ms, so that a page can tell a quiet line from a dead one. */
const PING_MS = 15_000;
export interface HubOptions {
  brain: Brain;
  store: Store;
  limits: Config["limits"];
  /** Whether feelings are guessed where the model marks none; asked for each turn. Default: false. */
  readonly classifier?: boolean;
  /** Makes the request for the last of `turns`. */
  request(turns: readonly TurnRecord[]): GenerateRequest;
  /** What the model is told beside the turns, and how much it can be told. Default: nothing, and the usual context. */
  context?(): ContextOptions;
  status(): Status;
  /** Whom the pages talk with. Default: the language model itself. */
  character?(): Who | undefined;
}

/** A socket, as the hub knows it. */
export interface Connection {
  readonly principal: Principal;
  /** What the hub says on its own account. */
  tell(news: News): void;
}

/** What every page is told, whatever its conversation. */
export type News = Extract<ServerFrame, { type: "ping" | "status" | "avatar" | "character" | "error" }>;

export class Hub {
  readonly limits: Config["limits"];
  readonly places: Places;
  /** Who answers, within the limit of answers at once. */
  readonly brain: Brain;
  readonly metrics = new Metrics(() => ({
    sockets: this.sockets,
    sessions: this.sessions,
    queued: this.archive.queued,
  }));
  /** Answers calls; whoever can do something for the page registers it here. */
  readonly desk = new CallDesk();
  readonly archive: Archive;
  readonly #options: HubOptions;
  readonly #seats = new Map<string, Seat>();
  readonly #leaving = new Map<Seat, ReturnType<typeof setTimeout>>();
  readonly #connections = new Map<WebSocket, Connection>();
  readonly #pinging: ReturnType<typeof setInterval>;
  #closed = false;

  constructor(options: HubOptions) {
    this.limits = options.limits;
    this.places = new Places(options.limits);
    this.brain = gated(options.brain, options.limits.generations);
    this.archive = new Archive({
      store: options.store,
      bring: (id, owner, turns) => this.#bring(id, owner, turns),
      onStoring: (failure) => this.#storing(failure),
    });
    this.#options = options;
    this.desk.register(conversationCalls(this));
    this.#pinging = setInterval(() => guarded("ping the pages", () => this.tell({ type: "ping" })), PING_MS);
  }

  /** How many sockets are open. */
  get sockets(): number {
    return this.#connections.size;
  }

  /** How many sessions are in memory. */
  get sessions(): number {
    return this.#seats.size;
  }

  /** Wraps a turn's sink, so that the turn is logged, counted and traced. */
  watch(sink: TurnSink, protocol: "plain" | "v2"): TurnSink {
    return watchTurn(sink, this.metrics, protocol);
  }

  /** Whom a page talks with, and what stands behind, as far as that is the principal's business. */
  scene({ role }: Principal): { status: Status; character?: Who } {
    const character = this.#options.character?.();
    const status = this.#options.status();
    return {
      status: role === "owner" ? status : { ...status, host: "" },
      ...(character !== undefined && { character }),
    };
  }

  /** Tells every page. */
  tell(news: News): void {
    for (const { principal, tell } of this.#connections.values()) {
      guarded("tell a page", () => tell(newsFor(principal, news)));
    }
  }

  /** Counts a socket in, so that it is pinged, and closed with the hub. Returns what counts it out. */
  enter(socket: WebSocket, connection: Connection): () => void {
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
  async join(principal: Principal, id?: string): Promise<Seat> {
    const seat = (id !== undefined && await this.#find(principal, id)) || this.#create(principal);
    clearTimeout(this.#leaving.get(seat));
    this.#leaving.delete(seat);
    return seat;
  }

  /** Hears that a page has left. A seat without pages waits a while, and at least until its turn has ended. */
  part(seat: Seat): void {
    if (seat.pages.size === 0) this.#leaveLater(seat);
  }

  /**
   * Takes a prompt, as a session does. With the first one the conversation is stored, and who is in it.
   *
   * @param greeting which of the character's greetings it follows, from 0; only of the first one
   * @throws {Refused} when the prompt cannot be taken
   */
  prompt(seat: Seat, turn: string, text: string, greeting = 0): Promise<void> {
    return seat.inOrder(() => {
      const { session, principal } = seat;
      this.checkPrompt(text);
      if (session.turns.length === 0) {
        for (const seat of this.#seats.values()) {
          if (seat.session === session) this.archive.enter(seat.id, session.conversation);
        }
      }
      const greeted = session.turns.length === 0 ? this.#greeting(greeting) : undefined;
      session.prompt(turn, text, greeted, principal.id);
    });
  }

  /** Ends a turn at a seat, as a session does. */
  stop(seat: Seat, turn: string): Promise<void> {
    return seat.inOrder(() => seat.session.stop(turn));
  }

  /** Begins a new conversation at a seat. The old one stays stored; what runs in it ends, unless others are there. */
  reset(seat: Seat): Promise<void> {
    return seat.inOrder(() => {
      const left = seat.session;
      this.#move(seat, this.archive.begin(seat.principal));
      if (this.#empty(left)) left.cancel();
    });
  }

  /**
   * Goes on in another conversation. When it is open elsewhere, both are in it from now on. What runs in the one that
   * is left goes on, as it does when a page closes.
   *
   * @throws {Refused} when there is no such conversation, or it is not the seat's to see
   */
  open(seat: Seat, conversation: string): Promise<void> {
    return seat.inOrder(() => this.archive.open(conversation, seat.principal, (session) => this.#move(seat, session)));
  }

  /**
   * Deletes a conversation for good, as it was asked for at a seat. Whoever is in it begins a new one.
   *
   * @throws {Refused} when there is no such conversation, or it is not the seat's to delete
   */
  delete(seat: Seat, conversation: string): Promise<void> {
    return seat.inOrder(() =>
      this.archive.delete(conversation, seat.principal, (session) => {
        for (const one of this.#seats.values()) {
          if (one.session === session) this.#move(one, this.archive.begin(one.principal));
        }
      })
    );
  }

  /**
   * Drops a turn and all after it and asks anew, as turn `as`. Asking the same again changes nothing.
   *
   * @param text the prompt; the turn's own when absent
   * @throws {Refused} when the turn is not there, or the prompt cannot be taken
   */
  askAnew(seat: Seat, asked: { turn: string; as: string; text?: string }): Promise<void> {
    return seat.inOrder(() => this.#askAnew(seat, asked));
  }

  async #askAnew(
    { session, principal }: Seat,
    { turn, as, text }: { turn: string; as: string; text?: string },
  ): Promise<void> {
    const known = (id: string) => session.turns.find((one) => one.turn === id);
    const old = known(turn);
    if (old === undefined && known(as) !== undefined) return;
    if (old === undefined) throw new Refused({ code: "not_found", message: `There is no turn ${turn} to ask anew` });
    if (known(as) !== undefined) throw new Refused({ code: "bad_value", message: `There is a turn ${as} already` });
    const prompt = text ?? old.prompt;
    this.checkPrompt(prompt);
    this.archive.truncate(session, turn);
    session.prompt(as, prompt, old.greeting, principal.id);
    await this.archive.save();
  }

  /** How much of the model's context a seat's conversation takes. */
  contextUse({ session }: Seat): ContextUse {
    return contextUse(session.turns, this.#options.context?.() ?? { budget: contextBudget() }, session.counted);
  }

  /** @throws {Refused} when a frame is larger than the limit */
  checkFrame(data: unknown): void {
    const { frameBytes } = this.limits;
    // A character is at most three bytes in UTF-8, so that only long frames need to be measured.
    if (typeof data !== "string" || data.length * 3 <= frameBytes) return;
    const size = new TextEncoder().encode(data).length;
    if (size <= frameBytes) return;
    throw new Refused({
      code: "too_long",
      message: `The frame has ${size} bytes, at most ${frameBytes} are taken`,
      hint: "Send less at once, or raise limits.frameBytes",
    });
  }

  /** @throws {Refused} when the prompt is empty or longer than the limit, or the server goes down */
  checkPrompt(text: string): void {
    const { promptChars } = this.limits;
    if (this.#closed) throw new Refused({ code: "shutting_down", message: "The server is going down" });
    if (text.trim() === "") {
      throw new Refused({
        code: "empty_prompt",
        message: "Cannot answer an empty message: write something first",
      });
    }
    if (text.length > promptChars) {
      throw new Refused({
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
    await this.archive.close();
  }

  #greeting(index: number): string | undefined {
    const { greeting, otherGreetings = [] } = this.#options.character?.() ?? {};
    // One that is not there was another character's.
    return [greeting, ...otherGreetings][index] ?? greeting;
  }

  #create(principal: Principal): Seat {
    return this.#seat(crypto.randomUUID(), principal, this.archive.begin(principal));
  }

  async #find(principal: Principal, id: string): Promise<Seat | undefined> {
    const known = () => {
      const seat = this.#seats.get(id);
      return seat?.principal.id === principal.id ? seat : undefined;
    };
    if (this.#seats.has(id)) return known();
    let seat: Seat | undefined;
    await this.archive.recall(id, principal, (session) => {
      // Another page may have come with the same id while it was looked up, and may have gone on elsewhere.
      seat = this.#seats.has(id) ? known() : this.#seat(id, principal, session);
      if (seat?.session !== session) this.#letGo(session);
    });
    return seat;
  }

  #seat(id: string, principal: Principal, session: Session): Seat {
    const seat = new Seat(id, principal, session);
    this.#seats.set(id, seat);
    return seat;
  }

  #bring(conversation: string, owner: string, turns: StoredTurn[]): Session {
    const hub = this.#options;
    return new Session({
      conversation,
      owner,
      turns,
      // Grows over restarts as the clock does, so that a client from before never takes a new frame for an old one.
      seq: Date.now() * 1_000,
      brain: this.brain,
      queue: this.limits.queue,
      get classifier() {
        return hub.classifier ?? false;
      },
      request: hub.request,
      watch: (sink) => this.watch(sink, "v2"),
      onChange: (session, turn) => this.archive.changed(session, turn),
    });
  }

  #move(seat: Seat, session: Session): void {
    const left = seat.session;
    // Of a seat that nothing was ever said at, nothing is kept.
    if (left.turns.length > 0 || session.turns.length > 0) this.archive.enter(seat.id, session.conversation);
    seat.move(session);
    this.#letGo(left);
  }

  #storing(failure?: Error): void {
    if (failure === undefined) return complain("The conversations are being stored again.");
    const hint = "They are kept in memory, and stored as soon as that is possible: look whether the disk is full";
    const message = `Cannot store the conversations: ${failure.message}`;
    complain(`${message}. ${hint}.`);
    this.tell({ type: "error", code: "not_stored", message, hint });
  }

  #empty(session: Session): boolean {
    return !this.#seats.values().some((seat) => seat.session === session);
  }

  #letGo(session: Session): void {
    guarded("let go of a conversation", () => this.archive.letGo(session, () => this.#empty(session)));
  }

  #leaveLater(seat: Seat): void {
    if (this.#closed) return;
    this.#leaving.set(
      seat,
      setTimeout(
        () => guarded("let go of a seat", () => this.#leaveNow(seat)),
        this.limits.sessionSeconds * 1_000,
      ),
    );
  }

  #leaveNow(seat: Seat): void {
    if (seat.pages.size > 0) return void this.#leaving.delete(seat);
    if (seat.session.busy) return this.#leaveLater(seat);
    this.#leaving.delete(seat);
    this.#seats.delete(seat.id);
    this.#letGo(seat.session);
  }
}

/** News without what only the owner should know: where Ollama is, and what a disk's error says of it. */
function newsFor({ role }: Principal, news: News): News {
  if (role === "owner") return news;
  if (news.type === "status") return { ...news, host: "" };
  return news.type === "error"
    ? { type: "error", code: news.code, message: "Cannot store the conversations now" }
    : news;
}
