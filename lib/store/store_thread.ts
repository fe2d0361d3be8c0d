/** Conversations in an SQLite file, in a thread of their own: tokens wait for no disk, no search and no index. */
import type { StoreAnswer, StoreQuestion } from "./sqlite_worker.ts";
import type { ImageUse, SessionExpiry, Store, StoredConversation, StoredSummary, StoredTurn } from "./store.ts";
import { StoreError } from "./store_error.ts";

const SCRIPT = new URL("./sqlite_worker.ts", import.meta.url);

/** Asks the thread, which answers in the order in which it was asked. */
export class StoreThread implements Store {
  readonly #worker = new Worker(SCRIPT, { type: "module" });
  readonly #asked = new Map<number, PromiseWithResolvers<unknown>>();
  #latest = 0;
  /** Why nothing is answered any more. */
  #ended: StoreError | undefined;

  private constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<StoreAnswer>) => this.#take(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#end(new StoreError(`Cannot go on with the conversations: their thread has ended: ${event.message}`));
    };
  }

  /**
   * Opens or makes the file; its folder must be there.
   *
   * @throws {StoreError} naming the file, when it cannot be opened or is from a newer version
   */
  static async open(file: string): Promise<StoreThread> {
    const store = new StoreThread();
    try {
      await store.#ask({ open: file });
    } catch (error) {
      store.#worker.terminate();
      throw error;
    }
    return store;
  }

  conversationOf(session: string): Promise<string | undefined> {
    return this.#call("conversationOf", session);
  }

  enter(session: string, id: string): Promise<void> {
    return this.#call("enter", session, id);
  }

  read(id: string): Promise<StoredConversation | undefined> {
    return this.#call("read", id);
  }

  save(changed: ReadonlyMap<string, Iterable<StoredTurn>>): Promise<void> {
    // Posting copies them as they stand now.
    return this.#call("save", new Map(changed.entries().map(([id, turns]) => [id, [...turns]])));
  }

  truncate(id: string, turn: string): Promise<void> {
    return this.#call("truncate", id, turn);
  }

  rename(id: string, title: string): Promise<boolean> {
    return this.#call("rename", id, title);
  }

  delete(id: string): Promise<void> {
    return this.#call("delete", id);
  }

  forgetSessions(when: SessionExpiry): Promise<void> {
    return this.#call("forgetSessions", when);
  }

  guestsUnchangedSince(when: number, most: number): Promise<string[]> {
    return this.#call("guestsUnchangedSince", when, most);
  }

  list(most: number, query?: string, owner?: string): Promise<StoredSummary[]> {
    return this.#call("list", most, query, owner);
  }

  imageUses(image?: string): Promise<ImageUse[]> {
    return this.#call("imageUses", image);
  }

  nextEpoch(): Promise<number> {
    return this.#call("nextEpoch");
  }

  check(): Promise<void> {
    return this.#call("check");
  }

  async close(): Promise<void> {
    if (this.#ended === undefined) await this.#ask({ close: true });
    this.#worker.terminate();
    this.#end(new StoreError("Cannot ask the conversations: their file is closed"));
  }

  #call<Name extends Exclude<keyof Store, "close">>(
    method: Name,
    ...args: Parameters<Store[Name]>
  ): Promise<Awaited<ReturnType<Store[Name]>>> {
    // The thread answers with what the method of that name gives.
    return this.#ask({ method, args }) as Promise<Awaited<ReturnType<Store[Name]>>>;
  }

  #ask(question: Question): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const id = ++this.#latest;
    const answer = Promise.withResolvers<unknown>();
    this.#asked.set(id, answer);
    this.#worker.postMessage({ id, ...question } satisfies StoreQuestion);
    return answer.promise;
  }

  #take(answer: StoreAnswer): void {
    const asked = this.#asked.get(answer.id);
    this.#asked.delete(answer.id);
    if ("failed" in answer) asked?.reject(new StoreError(answer.failed.message, { cause: answer.failed }));
    else asked?.resolve(answer.value);
  }

  #end(why: StoreError): void {
    this.#ended ??= why;
    for (const { reject } of this.#asked.values()) reject(why);
    this.#asked.clear();
  }
}

type WithoutId<Kind> = Kind extends unknown ? Omit<Kind, "id"> : never;
type Question = WithoutId<StoreQuestion>;
