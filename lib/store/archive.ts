/** Everything that is in a store, to be put into another one: how conversations move between SQLite and PostgreSQL. */
import type { StoredTurn } from "./store.ts";
import { StoreError } from "./store_error.ts";

/** A conversation as it is stored, with nothing made up for whoever reads it. */
export interface ArchivedConversation {
  id: string;
  owner: string;
  /** The name that it was given; null where there is none. */
  name: string | null;
  /** Milliseconds since the epoch. */
  created: number;
  updated: number;
  turns: StoredTurn[];
}

export interface ArchivedSession {
  id: string;
  conversation: string;
  seen: number;
}

export interface Counts {
  conversations: number;
  turns: number;
  sessions: number;
}

/** What a store has, and what can be put into it. Conversations and sessions go in batches, each whole or not at all. */
export interface Archive extends AsyncDisposable {
  counts(): Promise<Counts>;
  /** In the order in which they began. */
  conversations(): AsyncIterable<ArchivedConversation[]>;
  sessions(): AsyncIterable<ArchivedSession[]>;
  epoch(): Promise<number>;
  /**
   * Puts in what is not there, or there as it was earlier.
   *
   * @returns those that it has put in
   */
  add(conversations: readonly ArchivedConversation[]): Promise<ArchivedConversation[]>;
  /** Puts in what is not there, or was last seen there earlier. */
  addSessions(sessions: readonly ArchivedSession[]): Promise<void>;
  /** Has epochs go on after this one: numbers of frames that pages have seen are not used again. */
  raiseEpoch(epoch: number): Promise<void>;
}

/** Conversations, or sessions, in one batch. */
export const BATCH = 100;

export interface CopyOptions {
  /** Whether the target may have conversations already. */
  into: boolean;
  /** Called after each batch with what has been put in until then. */
  onProgress?(copied: Counts): void;
}

/**
 * Copies all of a store. What was copied before is left as it is, so it may be done again at any time: after it was
 * broken off, or to bring what has been said meanwhile. Of a conversation that both have, the one that was changed last
 * stays.
 *
 * @returns what was put in
 * @throws {StoreError} when the target is not empty, unless it may have something
 */
export async function copyArchive(from: Archive, to: Archive, { into, onProgress }: CopyOptions): Promise<Counts> {
  const { conversations } = await to.counts();
  if (conversations > 0 && !into) {
    throw new StoreError(`The target has ${conversations} conversations already: --into puts these beside them`);
  }
  const copied: Counts = { conversations: 0, turns: 0, sessions: 0 };
  for await (const batch of from.conversations()) {
    const added = await to.add(batch);
    copied.conversations += added.length;
    copied.turns += added.reduce((sum, { turns }) => sum + turns.length, 0);
    onProgress?.(copied);
  }
  for await (const batch of from.sessions()) {
    await to.addSessions(batch);
    copied.sessions += batch.length;
  }
  await to.raiseEpoch(await from.epoch());
  return copied;
}

/** Those of `conversations` that are newer than what is there. @param there when each that is there was changed */
export function newer(
  conversations: readonly ArchivedConversation[],
  there: ReadonlyMap<string, number>,
): ArchivedConversation[] {
  return conversations.filter(({ id, updated }) => updated > (there.get(id) ?? -Infinity));
}
