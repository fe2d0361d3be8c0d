/** What waits to be appended to a process's journal. What is of one lease is joined: a message has one part of each. */
import type { Appender } from "./bus.ts";

/** Characters of one message at most, unless a single text is longer: a NATS server takes 1 MB. */
const MESSAGE_CHARS = 200_000;

/** Texts of one lease that is held, for one appender. */
export interface WaitingPart<Held> {
  readonly held: Held;
  readonly appender: Appender;
  readonly texts: string[];
  chars: number;
}

export class AppendQueue<Held> {
  #waiting: WaitingPart<Held>[] = [];
  /** The last part of each lease, while more goes into it. */
  readonly #open = new Map<Held, WaitingPart<Held>>();

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  push(held: Held, text: string, appender: Appender): void {
    const open = this.#open.get(held);
    if (open?.appender === appender && open.chars + text.length <= MESSAGE_CHARS) {
      open.texts.push(text);
      open.chars += text.length;
      return;
    }
    const part = { held, appender, texts: [text], chars: text.length };
    this.#waiting.push(part);
    this.#open.set(held, part);
  }

  /** Forgets what waits of a lease for an appender. */
  drop(held: Held, appender: Appender): void {
    this.#waiting = this.#waiting.filter((part) => part.held !== held || part.appender !== appender);
    if (this.#open.get(held)?.appender === appender) this.#open.delete(held);
  }

  /** Takes out what goes into one message. */
  take(): WaitingPart<Held>[] {
    const taken = new Set<Held>();
    let chars = 0;
    for (const part of this.#waiting) {
      const { held } = part;
      if (taken.size > 0 && (chars + part.chars > MESSAGE_CHARS || taken.has(held))) break;
      taken.add(held);
      chars += part.chars;
      if (this.#open.get(held) === part) this.#open.delete(held);
    }
    return this.#waiting.splice(0, taken.size);
  }
}
