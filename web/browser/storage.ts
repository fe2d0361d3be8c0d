import type { TurnImage } from "@/lib/protocol/images.ts";

/**
 * What the page keeps in localStorage: session, draft, chosen greeting, unconfirmed prompts, the sentence that is being
 * said, images in the box, microphone and key to talk. Storage can be switched off, full or forbidden; the page then works all the same,
 * and has forgotten them at the next load.
 */

/** The part of `localStorage` that is needed. */
export type WebStorage = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

const SESSION = "session";
const DRAFT = "draft";
const GREETING = "greeting";
const IMAGES = "images";
const SPOKEN = "spoken";
const MICROPHONE = "microphone";
const TALK_KEY = "talkKey";
/** One key for each prompt, so that tabs do not overwrite each other's. */
const UNSENT_PREFIX = "unsent:";

/** Which sentence of which turn is being said; `at` = since when, in milliseconds since 1970. */
export interface Spoken {
  turn: string;
  index: number;
  at: number;
}

/** A prompt that the server has not confirmed yet. */
export interface UnsentPrompt {
  turn: string;
  text: string;
  /** What it shows. */
  images?: TurnImage[];
  /** Milliseconds since 1970, for the order. */
  at: number;
}

export class PageStorage {
  readonly #storage: WebStorage | null;
  readonly #prefix: string;

  /**
   * @param storage gives the storage; may throw, as `() => localStorage` does where storage is forbidden
   * @param basePath where this server lies on its host, whose storage it may share with another one
   */
  constructor(storage: () => WebStorage, basePath = "") {
    this.#storage = withDefault(storage, null);
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

  /** What is attached in the box. */
  get images(): TurnImage[] {
    return imagesOf(withDefault(() => JSON.parse(this.#read(IMAGES) ?? "[]"), []));
  }

  set images(images: readonly TurnImage[]) {
    this.#write(IMAGES, images.length === 0 ? null : JSON.stringify(images));
  }

  /** What is being said, for the page that goes on with it. */
  get spoken(): Spoken | null {
    const value: unknown = withDefault(() => JSON.parse(this.#read(SPOKEN) ?? "null"), null);
    const { turn, index, at } = (value ?? {}) as Partial<Record<keyof Spoken, unknown>>;
    return typeof turn === "string" && typeof index === "number" && typeof at === "number" ? { turn, index, at } : null;
  }

  set spoken(spoken: Spoken | null) {
    this.#write(SPOKEN, spoken === null ? null : JSON.stringify(spoken));
  }

  /** The microphone that the reader has chosen, as the browser names it; empty for the usual one. */
  get microphone(): string {
    return this.#read(MICROPHONE) ?? "";
  }

  set microphone(device: string) {
    this.#write(MICROPHONE, device === "" ? null : device);
  }

  /** The key that is held to talk, as the reader has chosen it; empty for the usual one. */
  get talkKey(): string {
    return this.#read(TALK_KEY) ?? "";
  }

  set talkKey(key: string) {
    this.#write(TALK_KEY, key);
  }

  saveUnsent(prompt: UnsentPrompt): void {
    const { turn, ...kept } = prompt;
    this.#write(UNSENT_PREFIX + turn, JSON.stringify(kept));
  }

  removeUnsent(turn: string): void {
    this.#write(UNSENT_PREFIX + turn, null);
  }

  /** All unconfirmed prompts, of every tab; oldest first. */
  unsentPrompts(): UnsentPrompt[] {
    const found: UnsentPrompt[] = [];
    const store = this.#storage;
    const prefix = this.#prefix + UNSENT_PREFIX;
    for (let i = 0; store !== null && i < store.length; i++) {
      const key = store.key(i);
      if (key === null || !key.startsWith(prefix)) continue;
      const value = parse(this.#read(key.slice(this.#prefix.length)) ?? "");
      if (value !== null) found.push({ turn: key.slice(prefix.length), ...value });
    }
    return found.sort((a, b) => a.at - b.at);
  }

  #read(key: string): string | null {
    return withDefault(() => this.#storage?.getItem(this.#prefix + key) ?? null, null);
  }

  #write(key: string, value: string | null): void {
    const name = this.#prefix + key;
    withDefault(
      () => value === null ? this.#storage?.removeItem(name) : this.#storage?.setItem(name, value),
      undefined,
    );
  }
}

function parse(json: string): Omit<UnsentPrompt, "turn"> | null {
  const value: unknown = withDefault(() => JSON.parse(json), null);
  const { text, at, images } = (value ?? {}) as Partial<Record<keyof UnsentPrompt, unknown>>;
  if (typeof text !== "string" || typeof at !== "number") return null;
  const shown = imagesOf(images);
  return { text, at, ...(shown.length > 0 && { images: shown }) };
}

function imagesOf(value: unknown): TurnImage[] {
  return (Array.isArray(value) ? value : []).filter((image): image is TurnImage =>
    typeof image?.id === "string" && typeof image.width === "number" && typeof image.height === "number"
  );
}

/** Storage throws when it is forbidden or full. Forgetting is then the right thing to do. */
function withDefault<T>(action: () => T, otherwise: T): T {
  try {
    return action();
  } catch {
    return otherwise;
  }
}
