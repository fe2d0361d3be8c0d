/** Conversations in an SQLite file, in a thread of their own: tokens wait for no disk, no search and no index. */
import { SqliteThread } from "./sqlite_thread.ts";
import type { Method } from "./sqlite_worker.ts";
import {
  CHECK_MS,
  type ImageUse,
  type SessionExpiry,
  type Store,
  type StoredConversation,
  type StoredSummary,
  type StoredTurn,
} from "./store.ts";
import { StoreError } from "./store_error.ts";
import { inTime } from "@/lib/waiting.ts";

/** Asks the thread, which answers in the order in which it was asked. */
export class StoreThread implements Store {
  readonly #thread: SqliteThread;

  private constructor(thread: SqliteThread) {
    this.#thread = thread;
  }

  /**
   * Opens or makes the file; its folder must be there.
   *
   * @param script what runs in the thread; default: `sqlite_worker.ts`
   * @throws {StoreError} naming the file, when it cannot be opened or is from a newer version
   */
  static async open(file: string, script?: URL): Promise<StoreThread> {
    return new StoreThread(await SqliteThread.open(file, script));
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

  async check(): Promise<void> {
    if (await inTime(this.#call("check"), AbortSignal.timeout(CHECK_MS))) return;
    throw new StoreError("The conversations' file has not been read in time: its disk may be slow, or gone");
  }

  close(): Promise<void> {
    return this.#thread.close();
  }

  #call<Name extends Method>(
    method: Name,
    ...args: Parameters<Store[Name]>
  ): Promise<Awaited<ReturnType<Store[Name]>>> {
    // The thread answers with what the method of that name gives.
    return this.#thread.ask({ method, args }) as Promise<Awaited<ReturnType<Store[Name]>>>;
  }
}
