/** The list of conversations: search, open, rename, delete, export. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { ConversationSummary } from "@/lib/protocol/calls.ts";
import type { TurnError } from "@/lib/protocol/v2.ts";
import { type CallClient, CallError } from "@/web/connection/call_client.ts";
import type { SocketEnvironment } from "@/web/connection/chat_socket.ts";

/** How long after a keystroke the search begins, ms: nobody waits for what is still being typed. */
const SEARCH_DELAY_MS = 200;

export interface ConversationListOptions {
  calls: Pick<CallClient, "call">;
  schedule: SocketEnvironment["schedule"];
}

export class ConversationList {
  readonly #calls: Pick<CallClient, "call">;
  readonly #schedule: SocketEnvironment["schedule"];
  readonly #query = signal("");
  readonly #items = signal<readonly ConversationSummary[] | null>(null);
  readonly #itemsQuery = signal("");
  readonly #error = signal<TurnError | null>(null);
  #unschedule: () => void = () => {};
  #loading = new AbortController();

  constructor({ calls, schedule }: ConversationListOptions) {
    this.#calls = calls;
    this.#schedule = schedule;
  }

  /** What is looked for. */
  get query(): ReadonlySignal<string> {
    return this.#query;
  }

  /** The last changed first; null until they are there. */
  get items(): ReadonlySignal<readonly ConversationSummary[] | null> {
    return this.#items;
  }

  /** What `items` were found by: the query as it was when they were asked for. */
  get itemsQuery(): ReadonlySignal<string> {
    return this.#itemsQuery;
  }

  /** Why the last thing asked for was not done. */
  get error(): ReadonlySignal<TurnError | null> {
    return this.#error;
  }

  search(query: string): void {
    this.#query.value = query;
    this.#unschedule();
    this.#unschedule = this.#schedule(() => void this.load(), SEARCH_DELAY_MS);
  }

  /** Asks for the list as it is now. The newest question wins. */
  async load(): Promise<void> {
    this.#unschedule();
    this.#loading.abort();
    const { signal } = this.#loading = new AbortController();
    const query = this.#query.value.trim();
    const items = await this.#attempt(() =>
      this.#calls.call("conversations.list", query === "" ? {} : { query }, { signal })
    );
    if (items === undefined || signal.aborted) return;
    this.#items.value = items;
    this.#itemsQuery.value = query;
  }

  /** Goes on in that conversation. False when it cannot be. */
  async open(conversation: string): Promise<boolean> {
    return await this.#attempt(() => this.#calls.call("conversations.open", { conversation })) !== undefined;
  }

  /** False when it was not renamed. */
  async rename(conversation: string, title: string): Promise<boolean> {
    const done = await this.#attempt(() => this.#calls.call("conversations.rename", { conversation, title }));
    if (done !== undefined) await this.load();
    return done !== undefined;
  }

  /** Deletes a conversation for good; the open one makes way for a new one. */
  async delete(conversation: string): Promise<boolean> {
    const done = await this.#attempt(() => this.#calls.call("conversations.delete", { conversation }));
    if (done !== undefined) await this.load();
    return done !== undefined;
  }

  /** A conversation as a file. Undefined when it cannot be had. */
  export(conversation: string, format: "markdown" | "json"): Promise<{ name: string; text: string } | undefined> {
    const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
    return this.#attempt(() => this.#calls.call("conversations.export", { conversation, format, timeZone }));
  }

  /** Stops what is being asked for. */
  dispose(): void {
    this.#unschedule();
    this.#loading.abort();
  }

  /** What the server gives; undefined when it refuses, and the reason is shown, or when it is not wanted any more. */
  async #attempt<T>(ask: () => Promise<T>): Promise<T | undefined> {
    this.#error.value = null;
    try {
      return await ask();
    } catch (error) {
      if (error instanceof CallError) this.#error.value = error.error;
      else if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
      return undefined;
    }
  }
}
