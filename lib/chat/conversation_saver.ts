/** Stores what changes in conversations: soon, one thing after the other, and again where that has failed. */
import type { Store, StoredTurn } from "@/lib/store/store.ts";
import { SerialQueue } from "@/lib/serial_queue.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

/** How long a change may wait before it is stored, ms. What a crash can cost, at most. */
const SAVE_MS = 300;
/** When to try again after that has failed, ms: a full disk is not emptied in a moment. */
const RETRY_MS = 3_000;
/** A store that takes so long has failed for whoever waits, ms, though it may still do it. */
const SLOW_MS = 10_000;

export interface ConversationSaverOptions {
  store: Store;
  /** The turns of a conversation that is in memory. */
  turns(id: string): readonly StoredTurn[];
  /** False while turns must not be stored, since they may be another process's. */
  mayStore(): boolean;
  /** Called where all changes of a conversation begin to be stored, and what it returns once they are. */
  storing?(id: string): (() => void) | undefined;
  /** Called when storing has begun to fail and, without a failure, when all is stored again. */
  onStoring(failure?: Error): void;
  /** Default: {@linkcode SLOW_MS}. */
  slowMs?: number;
}

export class ConversationSaver {
  readonly #options: ConversationSaverOptions;
  #unsaved = new Map<string, Set<StoredTurn>>();
  /** Turns that were taken out, with all after them, and are still stored. */
  #dropped: { id: string; turn: string }[] = [];
  /** Sessions by their ids, and the conversations they have entered since the last save. */
  readonly #sessions = new Map<string, string>();
  #failing = false;
  readonly #queue = new SerialQueue();
  #saving: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ConversationSaverOptions) {
    this.#options = options;
  }

  /**
   * Does one thing after the other. So a conversation is read once however many ask for it, and nothing is
   * read before what was asked for earlier has been written.
   */
  enqueue<T>(work: () => Promise<T>): Promise<T> {
    return this.#queue.run(work);
  }

  /** Remembers which conversation a session is in. */
  enter(session: string, id: string): void {
    this.#sessions.set(session, id);
    this.#saveSoon();
  }

  /** The conversation that a session was last in. */
  async conversationOf(session: string): Promise<string | undefined> {
    return this.#sessions.get(session) ?? await this.#options.store.conversationOf(session);
  }

  /** A turn has changed. */
  changed(id: string, turn: StoredTurn): void {
    const turns = this.#unsaved.get(id);
    if (turns === undefined) this.#unsaved.set(id, new Set([turn]));
    else turns.add(turn);
    this.#saveSoon();
  }

  /** A turn and all after it were taken out. */
  truncated(id: string, turn: string): void {
    const turns = this.#options.turns(id);
    const unsaved = this.#unsaved.get(id);
    // What is not stored yet must not come after what is.
    for (const one of unsaved ?? []) if (!turns.includes(one)) unsaved?.delete(one);
    if (unsaved?.size === 0) this.#unsaved.delete(id);
    this.#dropped.push({ id, turn });
    this.#saveSoon();
  }

  /** What is not stored of a conversation is not to be stored any more. */
  forget(id: string): void {
    this.#unsaved.delete(id);
    this.#dropped = this.#dropped.filter((drop) => drop.id !== id);
  }

  /** No session is in a conversation any more. */
  leave(id: string): void {
    for (const [session, entered] of this.#sessions) if (entered === id) this.#sessions.delete(session);
  }

  /** Whether all of a conversation is stored. */
  isSaved(id: string): boolean {
    return !this.#unsaved.has(id) && !this.#dropped.some((drop) => drop.id === id);
  }

  /** Stores what has changed, now. What cannot be stored is kept, and tried again. */
  save(): Promise<void> {
    return this.enqueue(() => this.flush());
  }

  /** Stores the last changes, and closes the store. */
  async close(): Promise<void> {
    await this.save();
    clearTimeout(this.#saving);
    await this.enqueue(() => this.#options.store.close());
  }

  /** Stores what has changed. To be called within {@linkcode enqueue}; never rejects. */
  async flush(): Promise<void> {
    const { store, mayStore, slowMs = SLOW_MS } = this.#options;
    clearTimeout(this.#saving);
    this.#saving = undefined;
    const slow = setTimeout(
      () => this.#report(new Error(`The store has not answered for ${slowMs / 1_000} s`)),
      slowMs,
    );
    try {
      await Promise.all([...this.#sessions].map(async ([session, id]) => {
        await store.enter(session, id);
        if (this.#sessions.get(session) === id) this.#sessions.delete(session);
      }));
      if (!mayStore()) {
        if (this.#unsaved.size > 0 || this.#dropped.length > 0) this.#saveSoon();
        return;
      }
      for (let drop = this.#dropped[0]; drop !== undefined; drop = this.#dropped[0]) {
        await store.truncate(drop.id, drop.turn);
        if (this.#dropped[0] === drop) this.#dropped.shift();
      }
      await this.#saveTurns();
    } catch (error) {
      this.#saveSoon(RETRY_MS);
      return this.#report(error instanceof Error ? error : new Error(String(error)));
    } finally {
      clearTimeout(slow);
    }
    this.#report();
  }

  /** Reports once that storing fails, and once that it works again. */
  #report(failure?: Error): void {
    const failing = failure !== undefined;
    if (failing !== this.#failing) guarded("report how storing goes", () => this.#options.onStoring(failure));
    this.#failing = failing;
  }

  async #saveTurns(): Promise<void> {
    if (this.#unsaved.size === 0) return;
    const saving = this.#unsaved;
    this.#unsaved = new Map();
    const stored = [...saving.keys()].map((id) => this.#options.storing?.(id));
    try {
      await this.#options.store.save(saving);
      for (const tell of stored) tell?.();
    } catch (error) {
      for (const [id, turns] of saving) {
        // What was taken out meanwhile stays out; the order in which turns are first written is theirs.
        const current = this.#options.turns(id);
        const kept = [...turns].filter((turn) => current.includes(turn));
        const newer = this.#unsaved.get(id) ?? [];
        if (kept.length > 0) this.#unsaved.set(id, new Set([...kept, ...newer]));
      }
      throw error;
    }
  }

  #saveSoon(ms = SAVE_MS): void {
    this.#saving ??= setTimeout(() => void this.save(), ms);
  }
}
