/**
 * What the page remembers in the browser. Storage can be switched off, full or forbidden;
 * then the page works all the same and only forgets at reload.
 */

/** The part of `localStorage` that is needed. */
export type Store = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

const SESSION = "session";
const DRAFT = "draft";
const GREETING = "greeting";
/** One key for each prompt, so that tabs do not overwrite each other's. */
const UNSENT = "unsent:";

/** A prompt that the server has not confirmed yet. */
export interface Unsent {
  turn: string;
  text: string;
  /** Milliseconds since 1970, for the order. */
  at: number;
}

export class Memory {
  readonly #store: Store | null;
  readonly #prefix: string;

  /**
   * @param store gives the storage; may throw, as `() => localStorage` does where storage is forbidden
   * @param basePath where this server lies on its host, whose storage it may share with another one
   */
  constructor(store: () => Store, basePath = "") {
    this.#store = attempt(store, null);
    this.#prefix = `vtuber${basePath}:`;
  }

  get session(): string | null {
    return this.#read(SESSION);
  }

  set session(id: string | null) {
    this.#write(SESSION, id);
  }

  get draft(): string {
    return this.#read(DRAFT) ?? "";
  }

  set draft(text: string) {
    this.#write(DRAFT, text === "" ? null : text);
  }

  /** Which of the character's greetings was chosen for a conversation that has not begun, from 0. */
  get greeting(): number {
    const index = Number(this.#read(GREETING));
    return Number.isSafeInteger(index) && index > 0 ? index : 0;
  }

  set greeting(index: number) {
    this.#write(GREETING, index === 0 ? null : String(index));
  }

  keep(unsent: Unsent): void {
    this.#write(UNSENT + unsent.turn, JSON.stringify({ text: unsent.text, at: unsent.at }));
  }

  forget(turn: string): void {
    this.#write(UNSENT + turn, null);
  }

  /** Everything kept, oldest first. */
  unsent(): Unsent[] {
    const found: Unsent[] = [];
    const store = this.#store;
    const prefix = this.#prefix + UNSENT;
    for (let i = 0; store !== null && i < store.length; i++) {
      const key = store.key(i);
      if (key === null || !key.startsWith(prefix)) continue;
      const value = parse(this.#read(key.slice(this.#prefix.length)) ?? "");
      if (value !== null) found.push({ turn: key.slice(prefix.length), ...value });
    }
    return found.sort((a, b) => a.at - b.at);
  }

  #read(key: string): string | null {
    return attempt(() => this.#store?.getItem(this.#prefix + key) ?? null, null);
  }

  #write(key: string, value: string | null): void {
    attempt(
      () =>
        value === null ? this.#store?.removeItem(this.#prefix + key) : this.#store?.setItem(this.#prefix + key, value),
      undefined,
    );
  }
}

function parse(json: string): { text: string; at: number } | null {
  const value: unknown = attempt(() => JSON.parse(json), null);
  const { text, at } = (value ?? {}) as { text?: unknown; at?: unknown };
  return typeof text === "string" && typeof at === "number" ? { text, at } : null;
}

/** Storage throws when it is forbidden or full. Forgetting is then the right thing to do. */
function attempt<T>(action: () => T, otherwise: T): T {
  try {
    return action();
  } catch {
    return otherwise;
  }
}
