/** Where conversations are kept. One interface, so that another store can take the place of the one on disk. */
import type { TurnRecord } from "@/lib/protocol/v2.ts";

/** A conversation as it was stored. */
export interface StoredConversation {
  id: string;
  turns: TurnRecord[];
}

export interface Store {
  /** The conversation that a session was last in; undefined for a session that was never stored. */
  load(session: string): StoredConversation | undefined;
  /** Makes `conversation` the one that `session` is in. It is stored with its first turn. */
  enter(session: string, conversation: string): void;
  /** Writes turns as they stand now, all or none. Their order is the order in which they were first written. */
  save(conversation: string, turns: TurnRecord[]): void;
  close(): void;
}

/** Keeps conversations as long as the process lives. */
export class MemoryStore implements Store {
  #sessions = new Map<string, string>();
  #conversations = new Map<string, Map<string, TurnRecord>>();

  load(session: string): StoredConversation | undefined {
    const id = this.#sessions.get(session);
    if (id === undefined) return undefined;
    const turns = [...this.#conversations.get(id)?.values() ?? []];
    return { id, turns: structuredClone(turns) };
  }

  enter(session: string, conversation: string): void {
    this.#sessions.set(session, conversation);
  }

  save(conversation: string, turns: TurnRecord[]): void {
    const stored = this.#conversations.get(conversation) ?? new Map<string, TurnRecord>();
    for (const turn of turns) stored.set(turn.turn, structuredClone(turn));
    this.#conversations.set(conversation, stored);
  }

  close(): void {
    this.#sessions.clear();
    this.#conversations.clear();
  }
}
