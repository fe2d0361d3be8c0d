/** The thread of `sqlite_thread.ts`. */
import { SqliteStore } from "./sqlite_store.ts";
import type { Store } from "./store.ts";

export type Method = Exclude<keyof Store, "close">;

/** To open a file comes first, to close it last. */
export type Question = { open: string } | { method: Method; args: unknown[] } | { close: true };
export type StoreQuestion = { id: number } & Question;
export type StoreAnswer = { id: number } & ({ value: unknown } | { failed: Error });

/** What is global here: the types are those of a page. */
const scope = self as unknown as {
  onmessage: (event: MessageEvent<StoreQuestion>) => void;
  postMessage(answer: StoreAnswer): void;
};
let store: SqliteStore | undefined;

// One after the other, in the order in which they were asked, for everything that SQLite does is done at once.
scope.onmessage = async ({ data: question }) => {
  const { id } = question;
  try {
    scope.postMessage({ id, value: await answerTo(question) });
  } catch (error) {
    scope.postMessage({ id, failed: error instanceof Error ? error : new Error(String(error)) });
  }
};

async function answerTo(question: StoreQuestion): Promise<unknown> {
  if ("open" in question) return void (store = new SqliteStore(question.open));
  if (store === undefined) throw new Error("Cannot ask the conversations: their file is not open");
  if ("close" in question) return await store.close();
  const method = store[question.method] as (...args: unknown[]) => Promise<unknown>;
  return await method.apply(store, question.args);
}
