/** What the reader has asked for and the server does not have yet: prompts, and turns to be stopped. */
import type { TurnImage } from "@/lib/protocol/images.ts";
import type { ClientFrame } from "@/lib/protocol/v2.ts";
import type { PageStorage } from "@/web/browser/storage.ts";
import type { Turn } from "./conversation.ts";

export interface OutboxOptions {
  storage: PageStorage;
  /** The conversation's turns as they are now. */
  turns(): readonly Turn[];
  /** False: nothing was sent, for the line has just ended. */
  send(frame: ClientFrame): boolean;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Sends while it is open; what waits is sent when it opens, and again after a lost line. The server knows what it has. */
export class Outbox {
  readonly #options: OutboxOptions;
  /** With how much of them was heard where that is known. */
  readonly #stops = new Map<string, { heard?: number }>();
  #isOpen = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** True once a `welcome` has come over the open connection: only then may anything be sent. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  open(): void {
    this.#isOpen = true;
    this.flush();
  }

  close(): void {
    this.#isOpen = false;
  }

  /** Keeps a prompt until the server has it, over reloads as well. To be called once it is among the turns. */
  prompt(turn: string, text: string, images: readonly TurnImage[] = []): void {
    const { storage, now } = this.#options;
    storage.saveUnsent({ turn, text, ...(images.length > 0 && { images: [...images] }), at: now() });
    if (this.#isOpen) this.#sendPrompt(turn, text, images);
  }

  /** Has a turn stopped with the next {@linkcode flush}; `heard` = how much of its text was heard, UTF-16 units. */
  stop({ turn, ...heard }: { turn: string; heard?: number }): void {
    this.#stops.set(turn, heard);
  }

  /** Has a turn stopped at once, as {@linkcode stop} otherwise. */
  stopNow(turn: { turn: string; heard?: number }): void {
    this.stop(turn);
    this.flush();
  }

  /** The server has a prompt. */
  taken(turn: string): void {
    this.#options.storage.removeUnsent(turn);
    if (this.#stops.has(turn)) this.flush();
  }

  /** A turn has ended, or it is known how much of it was heard. */
  stopped(turn: string): void {
    this.#stops.delete(turn);
  }

  /** Lets go of everything. */
  clear(): void {
    for (const { turn } of this.#options.turns()) this.#options.storage.removeUnsent(turn);
    this.#stops.clear();
  }

  /** Sends what waits. */
  flush(): void {
    if (!this.#isOpen) return;
    const turns = this.#options.turns();
    for (const { turn, prompt, images, state, error } of turns) {
      if (state === "unsent" && error === undefined) this.#sendPrompt(turn, prompt, images);
    }
    for (const [turn, heard] of this.#stops) {
      if (!this.#options.send({ type: "stop", turn, ...heard })) return;
      const state = turns.find((known) => known.turn === turn)?.state;
      // Of one that has ended, nobody says that it is stopped.
      if (state === "done" || state === "failed") this.#stops.delete(turn);
    }
  }

  #sendPrompt(turn: string, text: string, images: readonly TurnImage[] = []): void {
    const { storage: { greeting }, turns, send } = this.#options;
    const first = turns()[0]?.turn === turn;
    const named = images.map(({ id, name }) => ({ id, ...(name !== undefined && { name }) }));
    send({
      type: "prompt",
      turn,
      text,
      ...(first && greeting > 0 && { greeting }),
      ...(named.length > 0 && { images: named }),
    });
  }
}
