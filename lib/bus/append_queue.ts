/** What waits to be appended to a process's journal. What is of one lease is joined: a message has one part of each. */
import type { Appender } from "./bus.ts";

/** Characters of one message at most, unless a single text is longer: a NATS server takes 1 MB. */
const MESSAGE_CHARS = 200_000;

/** Texts of one lease, for one appender. */
export interface WaitingPart<Lease> {
  readonly lease: Lease;
  readonly appender: Appender;
  readonly texts: string[];
  chars: number;
}

export class AppendQueue<Lease> {
  readonly #waiting: WaitingPart<Lease>[] = [];
  /** The last part of each lease, while more goes into it. */
  readonly #open = new Map<Lease, WaitingPart<Lease>>();

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  push(lease: Lease, text: string, appender: Appender): void {
    const open = this.#open.get(lease);
    if (open?.appender === appender && open.chars + text.length <= MESSAGE_CHARS) {
      open.texts.push(text);
      open.chars += text.length;
      return;
    }
    const part = { lease, appender, texts: [text], chars: text.length };
    this.#waiting.push(part);
    this.#open.set(lease, part);
  }

  /** Takes out what goes into one message. */
  take(): WaitingPart<Lease>[] {
    const leases = new Set<Lease>();
    let chars = 0;
    for (const part of this.#waiting) {
      const { lease } = part;
      if (leases.size > 0 && (chars + part.chars > MESSAGE_CHARS || leases.has(lease))) break;
      leases.add(lease);
      chars += part.chars;
      if (this.#open.get(lease) === part) this.#open.delete(lease);
    }
    return this.#waiting.splice(0, leases.size);
  }
}
