/** All that the server keeps alive between sockets: sessions, who watches them, and what is not yet stored. */
import { CallDesk } from "./calls.ts";
import { gated } from "./gate.ts";
import { Places } from "./places.ts";
import { Refused } from "./refused.ts";
import { INTERRUPTED, Session } from "./session.ts";
import type { Store } from "./store.ts";
import type { Brain, TurnSink } from "./turn.ts";
import type { Config } from "@/lib/config/schema.ts";
import type { GenerateRequest } from "@/lib/llm/provider.ts";
import type { ServerFrame, Status, TurnRecord } from "@/lib/protocol/v2.ts";
import { Metrics } from "@/lib/telemetry/metrics.ts";
import { watchTurn } from "@/lib/telemetry/turn_watch.ts";

/** How long a change may wait before it is stored, ms. What a crash can cost, at most. */
const SAVE_MS = 300;
/** How often sockets hear from us, ms, so that a page can tell a quiet line from a dead one. */
const PING_MS = 15_000;

export interface HubOptions {
  brain: Brain;
  store: Store;
  limits: Config["limits"];
  /** Whether feelings are guessed where the model marks none. Default: false. */
  classifier?: boolean;
  /** Makes the request for the last of `turns`. */
  request(turns: readonly TurnRecord[]): GenerateRequest;
  status(): Status;
}

/** What the hub may say to a socket on its own account. */
export interface Guest {
  tell(news: News): void;
}

/** What every page is told, whatever its conversation. */
export type News = Extract<ServerFrame, { type: "ping" | "status" | "avatar" }>;

export class Hub {
  readonly limits: Config["limits"];
  readonly places: Places;
  /** Who answers, within the limit of answers at once. */
  readonly brain: Brain;
  readonly metrics = new Metrics(() => ({
    sockets: this.sockets,
    sessions: this.#sessions.size,
    queued: this.#queued,
  }));
  /** Answers calls; whoever can do something for the page registers it here. */
  readonly desk = new CallDesk();
  readonly #options: HubOptions;
  readonly #sessions = new Map<string, Session>();
  readonly #watching = new Map<Session, number>();
  readonly #leaving = new Map<Session, ReturnType<typeof setTimeout>>();
  readonly #guests = new Map<WebSocket, Guest>();
  readonly #unsaved = new Map<string, Set<TurnRecord>>();
  #saving: ReturnType<typeof setTimeout> | undefined;
  readonly #pinging: ReturnType<typeof setInterval>;
  #closed = false;

  constructor(options: HubOptions) {
    this.limits = options.limits;
    this.places = new Places(options.limits);
    this.brain = gated(options.brain, options.limits.generations);
    this.#options = options;
    this.#pinging = setInterval(() => this.tell({ type: "ping" }), PING_MS);
  }

  /** How many sockets are open. */
  get sockets(): number {
    return this.#guests.size;
  }

  get #queued(): number {
    return this.#sessions.values().reduce((sum, session) => sum + session.queued, 0);
  }

  /** Wraps a turn's sink, so that the turn is logged, counted and traced. */
  watch(sink: TurnSink, protocol: "plain" | "v2"): TurnSink {
    return watchTurn(sink, this.metrics, protocol);
  }

  status(): Status {
    return this.#options.status();
  }

  /** Tells every page. */
  tell(news: News): void {
    for (const guest of this.#guests.values()) guest.tell(news);
  }

  /** Counts a socket in, so that it is pinged, and closed with the hub. Returns what counts it out. */
  enter(socket: WebSocket, guest: Guest): () => void {
    this.#guests.set(socket, guest);
    return () => this.#guests.delete(socket);
  }

  /** The session that a client names, from memory or the store; a new one where there is none of that name. */
  join(id?: string): Session {
    const session = (id !== undefined && (this.#sessions.get(id) ?? this.#recall(id))) || this.#create();
    clearTimeout(this.#leaving.get(session));
    this.#leaving.delete(session);
    this.#watching.set(session, (this.#watching.get(session) ?? 0) + 1);
    return session;
  }

  /** Counts a watcher out. A session that nobody watches waits a while, and at least until its turn has ended. */
  part(session: Session): void {
    const left = (this.#watching.get(session) ?? 1) - 1;
    this.#watching.set(session, left);
    if (left === 0) this.#leaveLater(session);
  }

  /** Begins a new conversation in a session. The old one stays stored. */
  reset(session: Session): void {
    const conversation = crypto.randomUUID();
    session.reset(conversation);
    this.#options.store.enter(session.id, conversation);
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
    for (const socket of this.#guests.keys()) socket.close(1001, "The server is going down");
    await Promise.all([...this.#sessions.values()].map((session) => session.close()));
    this.#save();
    this.#options.store.close();
  }

  #create(): Session {
    const session = this.#open(crypto.randomUUID(), crypto.randomUUID(), []);
    this.#options.store.enter(session.id, session.conversation);
    return session;
  }

  #recall(id: string): Session | undefined {
    const stored = this.#options.store.load(id);
    if (stored === undefined) return undefined;
    for (const turn of stored.turns) {
      if (turn.state === "done" || turn.state === "failed") continue;
      turn.state = "failed";
      turn.error = INTERRUPTED;
    }
    return this.#open(id, stored.id, stored.turns);
  }

  #open(id: string, conversation: string, turns: TurnRecord[]): Session {
    const session = new Session({
      id,
      conversation,
      turns,
      // Grows over restarts as the clock does, so that a client from before never takes a new frame for an old one.
      seq: Date.now() * 1_000,
      brain: this.brain,
      queue: this.limits.queue,
      classifier: this.#options.classifier ?? false,
      request: this.#options.request,
      watch: (sink) => this.watch(sink, "v2"),
      onChange: (session, turn) => this.#changed(session, turn),
    });
    this.#sessions.set(id, session);
    return session;
  }

  #changed(session: Session, turn: TurnRecord): void {
    const turns = this.#unsaved.get(session.conversation) ?? new Set();
    turns.add(turn);
    this.#unsaved.set(session.conversation, turns);
    this.#saving ??= setTimeout(() => this.#save(), SAVE_MS);
  }

  #save(): void {
    clearTimeout(this.#saving);
    this.#saving = undefined;
    for (const [conversation, turns] of this.#unsaved) this.#options.store.save(conversation, [...turns]);
    this.#unsaved.clear();
  }

  #leaveLater(session: Session): void {
    if (this.#closed) return;
    this.#leaving.set(
      session,
      setTimeout(() => {
        if (session.busy) return this.#leaveLater(session);
        this.#save();
        this.#leaving.delete(session);
        this.#watching.delete(session);
        this.#sessions.delete(session.id);
      }, this.limits.sessionSeconds * 1_000),
    );
  }
}
