/** The thread that has SQLite's file, and another one in its place where it dies. */
import type { Method, Question, StoreAnswer, StoreQuestion } from "./sqlite_worker.ts";
import { StoreError } from "./store_error.ts";
import { report } from "@/lib/telemetry/guard.ts";

const SCRIPT = new URL("./sqlite_worker.ts", import.meta.url);
/** How long nothing is begun anew after a death, ms: twice as long each time. */
const PAUSE_MS = { first: 100, most: 5_000 };
/** What ended a thread that has lived for so long has nothing to do with the deaths before, ms. */
const SOUND_MS = 60_000;
/** What changes nothing, and may be asked twice. */
const READS: ReadonlySet<Method> = new Set<Method>([
  "conversationOf",
  "read",
  "guestsUnchangedSince",
  "list",
  "imageUses",
  "check",
]);

interface Asked extends Pick<PromiseWithResolvers<unknown>, "resolve" | "reject"> {
  question: Question;
  /** Whether the thread has it. */
  posted: boolean;
  /** Whether a thread has died meanwhile. */
  isAgain: boolean;
}

/**
 * Asks the thread, which answers in the order in which it was asked. Where it dies, what it was reading is asked again,
 * once; what it was writing is refused, for nobody knows whether it was written, and whoever wanted that still has it.
 * What is asked until there is another one waits for it.
 */
export class SqliteThread {
  readonly #file: string;
  readonly #script: URL;
  readonly #asked = new Map<number, Asked>();
  #latest = 0;
  #worker: Worker | undefined;
  #isOpen = false;
  #begun = 0;
  #pause = PAUSE_MS.first;
  #next: ReturnType<typeof setTimeout> | undefined;
  /** Why nothing is answered, and no other thread is begun. */
  #closed: StoreError | undefined = new StoreError("Cannot ask the conversations: their file is not open");

  private constructor(file: string, script: URL) {
    this.#file = file;
    this.#script = script;
  }

  /**
   * Opens or makes the file; its folder must be there.
   *
   * @param script what runs in the thread; default: `sqlite_worker.ts`
   * @throws {StoreError} naming the file, when it cannot be opened or is from a newer version
   */
  static async open(file: string, script: URL = SCRIPT): Promise<SqliteThread> {
    const thread = new SqliteThread(file, script);
    await thread.#begin();
    thread.#closed = undefined;
    return thread;
  }

  /** @throws {StoreError} when it cannot be done, the thread has died, or the file is closed */
  ask(question: Question): Promise<unknown> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    // What waits is done as it stands now, as what is posted.
    return this.#isOpen ? this.#post(question) : this.#keep(structuredClone(question)).promise;
  }

  /** Closes the file, once all is done that it was asked for. A thread that is not there is not waited for. */
  async close(): Promise<void> {
    const closing = this.#isOpen ? this.#post({ close: true }) : undefined;
    const closed = this.#closed = new StoreError("Cannot ask the conversations: their file is closed");
    try {
      await closing;
    } catch (error) {
      // One that has died has no file open either.
      if (this.#worker !== undefined) throw error;
    } finally {
      this.#end(closed);
    }
  }

  /** @throws {StoreError} when the file cannot be opened, or the thread dies before */
  async #begin(): Promise<void> {
    const worker = this.#worker = new Worker(this.#script, { type: "module" });
    this.#begun = performance.now();
    worker.onmessage = ({ data }: MessageEvent<StoreAnswer>) => this.#take(data);
    worker.onerror = (event) => {
      event.preventDefault();
      if (worker !== this.#worker) return;
      this.#end(new StoreError(`Cannot go on with the conversations: their thread has ended: ${event.message}`));
    };
    try {
      await this.#post({ open: this.#file });
    } catch (error) {
      if (worker === this.#worker) this.#end(error as StoreError);
      throw error;
    }
    this.#isOpen = true;
    for (const [id, asked] of this.#asked) this.#give(id, asked);
  }

  #keep(question: Question): { id: number; asked: Asked; promise: Promise<unknown> } {
    const id = ++this.#latest;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const asked: Asked = { question, posted: false, isAgain: false, resolve, reject };
    this.#asked.set(id, asked);
    return { id, asked, promise };
  }

  #post(question: Question): Promise<unknown> {
    const { id, asked, promise } = this.#keep(question);
    this.#give(id, asked);
    return promise;
  }

  #give(id: number, asked: Asked): void {
    asked.posted = true;
    this.#worker?.postMessage({ id, ...asked.question } satisfies StoreQuestion);
  }

  #take(answer: StoreAnswer): void {
    const asked = this.#asked.get(answer.id);
    this.#asked.delete(answer.id);
    if ("failed" in answer) asked?.reject(new StoreError(answer.failed.message, { cause: answer.failed }));
    else asked?.resolve(answer.value);
  }

  /** There is no thread any more: another one is begun after a while, unless the file is closed. */
  #end(why: StoreError): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#isOpen = false;
    clearTimeout(this.#next);
    for (const [id, asked] of this.#asked) {
      const mayWait = !asked.posted || ("method" in asked.question && READS.has(asked.question.method));
      if (mayWait && !asked.isAgain && this.#closed === undefined) {
        asked.posted = false;
        asked.isAgain = true;
      } else {
        this.#asked.delete(id);
        asked.reject(why);
      }
    }
    if (this.#closed !== undefined) return;
    if (performance.now() - this.#begun > SOUND_MS) this.#pause = PAUSE_MS.first;
    report(`reach the conversations, which is tried again in ${this.#pause} ms`, why);
    // Why it could not begin has been reported, and told to whoever waited.
    const isTold = () => {};
    this.#next = setTimeout(() => this.#begin().catch(isTold), this.#pause);
    this.#pause = Math.min(2 * this.#pause, PAUSE_MS.most);
  }
}
