/** A page of the fault bench: it asks again and again, comes back as the real page does, and counts what it was sent. */
import { promptOf } from "./plan.ts";
import type { ServerFrame, TurnRecord } from "@/lib/protocol/v2.ts";
import { ChatSocket, type Connection, type SocketEnvironment } from "@/web/connection/chat_socket.ts";

/** Tokens of one answer, each its own number. */
const TOKENS = 300;

/** How long a page waits that was refused, ms. */
const AGAIN_MS = 1_000;

/** What pages of one conversation have seen, times by `performance.now()`. */
export interface Watch {
  /** A frame of an answer has come to one of them; `isMissed` where it was told before that page came back. */
  onFrame(at: number, isMissed: boolean): void;
  /** An answer was broken off, as one of them learns. */
  onInterrupted(turn: string, at: number): void;
  /** A page is back after so many ms without a socket. */
  onBack(ms: number): void;
  /** An answer has failed otherwise. */
  onFailed(code: string): void;
}

export class Page implements Disposable {
  /** What it has been sent of each turn. */
  readonly texts = new Map<string, string>();
  /** Characters that were there, and were not in a conversation that came in their place. */
  lost = 0;
  /** Characters in frames that had come before. */
  repeated = 0;
  readonly #asks: boolean;
  readonly #rate: number;
  readonly #watch: Watch | undefined;
  readonly #socket: ChatSocket;
  readonly #welcomed = Promise.withResolvers<void>();
  #session: string | undefined;
  #after: number | undefined;
  /** The last frame that was told when it was welcomed. */
  #told = -1;
  #turn: { id: string; isKnown: boolean } | undefined;
  #turns = 0;
  #asking = true;
  #lostAt: number | undefined;

  /** @param options `session` to be a further page of; without it the page asks, `rate` tokens a second */
  constructor(url: string, options: { session?: string; rate?: number; watch?: Watch }) {
    this.#session = options.session;
    this.#asks = options.session === undefined;
    this.#rate = options.rate ?? 0;
    this.#watch = options.watch;
    this.#socket = new ChatSocket(url, {
      hello: () => ({
        type: "hello",
        ...(this.#session !== undefined && { session: this.#session }),
        ...(this.#after !== undefined && { after: this.#after }),
      }),
      onFrame: (frame) => this.#take(frame),
      onConnection: (connection) => this.#note(connection),
      onInvalidFrame: (error) => {
        throw error;
      },
    }, ENVIRONMENT);
    this.#socket.start();
  }

  get session(): string {
    if (this.#session === undefined) throw new Error("The page has not been welcomed yet");
    return this.#session;
  }

  /** Whether an answer is asked for that has not ended. */
  get isWaiting(): boolean {
    return this.#turn !== undefined;
  }

  /** Whether it has lost its socket and is not back. */
  get isAway(): boolean {
    return this.#lostAt !== undefined;
  }

  /** What it waits for, for whoever looks for why. */
  get state(): string {
    const { id, isKnown } = this.#turn ?? {};
    return `${this.#socket.connection.state}, ${id} ${isKnown ? "taken" : "sent"}, after ${this.#after}`;
  }

  /** Resolves with the first welcome. */
  get welcomed(): Promise<void> {
    return this.#welcomed.promise;
  }

  /** Asks no more. */
  rest(): void {
    this.#asking = false;
  }

  [Symbol.dispose](): void {
    this.#socket.dispose();
  }

  #note({ state }: Connection): void {
    if (state === "waiting") this.#lostAt ??= performance.now();
  }

  #take(frame: ServerFrame): void {
    if (frame.type === "welcome") return this.#enter(frame);
    if (!("seq" in frame) || frame.seq === undefined || !("turn" in frame) || frame.turn === undefined) {
      if (frame.type === "error") this.#refused(frame);
      return;
    }
    const { seq, turn } = frame;
    const isNew = seq > (this.#after ?? -1);
    if (isNew) this.#after = seq;
    const at = performance.now();
    if (frame.type === "error" && frame.code === "interrupted") this.#watch?.onInterrupted(turn, at);
    this.#watch?.onFrame(at, seq <= this.#told);
    if (frame.type === "chunk") {
      if (isNew) this.texts.set(turn, (this.texts.get(turn) ?? "") + frame.data);
      else this.repeated += frame.data.length;
    }
    if (turn !== this.#turn?.id) return;
    this.#turn.isKnown = true;
    if (frame.type === "error" && frame.code !== "interrupted") this.#watch?.onFailed(frame.code);
    if (frame.type === "end" || frame.type === "error") this.#ask();
  }

  /** What was asked was not taken: people try again. */
  #refused({ code, turn }: Extract<ServerFrame, { type: "error" }>): void {
    this.#watch?.onFailed(code);
    if (turn === undefined || turn !== this.#turn?.id) return;
    setTimeout(() => {
      if (this.#turn?.id === turn && !this.#turn.isKnown) this.#ask();
    }, AGAIN_MS);
  }

  #enter({ session, seq, resumed, history }: Extract<ServerFrame, { type: "welcome" }>): void {
    const isFirst = this.#session === undefined;
    this.#session = session;
    this.#told = seq;
    this.#welcomed.resolve();
    if (this.#lostAt !== undefined) this.#watch?.onBack(performance.now() - this.#lostAt);
    this.#lostAt = undefined;
    if (!resumed) {
      this.#after = seq;
      this.#replace(history);
    }
    if (!this.#asks) return;
    if (isFirst) return this.#ask();
    // Sent again where it may not have come, as the page does: a known turn is not asked twice.
    if (this.#turn?.isKnown === false) this.#send();
  }

  #replace(history: readonly TurnRecord[]): void {
    const before = new Map(this.texts);
    this.texts.clear();
    for (const { turn, text, state } of history) {
      this.texts.set(turn, text);
      if (turn !== this.#turn?.id) continue;
      this.#turn.isKnown = true;
      if (state === "done" || state === "failed") queueMicrotask(() => this.#ask());
    }
    for (const [turn, text] of before) this.lost += charactersMissing(text, this.texts.get(turn) ?? "");
  }

  #ask(): void {
    this.#turn = this.#asking ? { id: `t${++this.#turns}`, isKnown: false } : undefined;
    this.#send();
  }

  #send(): void {
    if (this.#turn === undefined) return;
    const text = promptOf({ tokens: TOKENS, rate: this.#rate, stamp: false, numbered: true });
    this.#socket.send({ type: "prompt", turn: this.#turn.id, text });
  }
}

/** Characters of the numbers in one text that another one lacks. */
export function charactersMissing(of: string, within: string): number {
  if (within.startsWith(of)) return 0;
  const there = new Set(numbersIn(within));
  return charactersOf(numbersIn(of).filter((number) => !there.has(number)));
}

/** What is wrong with a text by itself: characters of the numbers that were left out, and of those that come twice. */
export function faultsOf(text: string): { gaps: number; twice: number } {
  const numbers = numbersIn(text);
  const there = new Set(numbers);
  const all = Array.from({ length: Math.max(-1, ...numbers.map(Number)) + 1 }, (_, index) => String(index));
  return {
    gaps: charactersOf(all.filter((number) => !there.has(number))),
    twice: charactersOf(numbers) - charactersOf([...there]),
  };
}

function numbersIn(text: string): string[] {
  return text.match(/\d+/g) ?? [];
}

/** A number has a blank behind it. */
function charactersOf(numbers: readonly string[]): number {
  return numbers.reduce((sum, number) => sum + number.length + 1, 0);
}

const ENVIRONMENT: SocketEnvironment = {
  connect: (url, protocol) => new WebSocket(url, protocol),
  now: () => performance.now(),
  schedule(callback, ms) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
  onWake: () => () => {},
};
