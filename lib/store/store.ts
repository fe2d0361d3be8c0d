// deno-lint-ignore-file require-await -- what is thrown here has to be a rejection, as with any other store
/** Where conversations are kept. One interface, so that another store can take the place of the one on disk. */
import { excerptOf, fold } from "./search.ts";
import { titleOf } from "./title.ts";
import { OWNER } from "@/lib/principal.ts";
import type { ConversationSummary } from "@/lib/protocol/calls.ts";
import type { TurnRecord } from "@/lib/protocol/v2.ts";

/** A turn as it is stored. What clients get of it is the {@linkcode TurnRecord} alone: see {@linkcode pageRecordOf}. */
export interface StoredTurn extends TurnRecord {
  /** The principal that asked, by id. Absent: the owner. */
  askedBy?: string;
}

/** A turn as clients get it: without who asked. */
export function pageRecordOf({ askedBy: _, ...record }: StoredTurn): TurnRecord {
  return record;
}

/** A conversation as it was stored. */
export interface StoredConversation {
  id: string;
  /** The principal it belongs to, by id: who asked its first turn. Absent: the owner. */
  owner?: string;
  /** As it was named, or else made of the first prompt. */
  title: string;
  /** Milliseconds since the epoch. */
  created: number;
  updated: number;
  turns: StoredTurn[];
}

/** A stored conversation in a list. */
export interface StoredSummary extends ConversationSummary {
  /** The principal it belongs to, by id. Absent: the owner. */
  owner?: string;
}

/** That a turn shows an image. */
export interface ImageUse {
  id: string;
  /** The principal that asked the turn, by id. */
  sender: string;
  /** The one that the conversation belongs to. */
  owner: string;
}

/** Which sessions are forgotten, by when they were last in use; ms since the epoch. */
export interface SessionExpiry {
  unusedSince: number;
  /** Of those whose conversation is not stored: deleted, or nothing was ever said in it. */
  emptySince: number;
}

/**
 * Where conversations are kept. A failure rejects, and leaves everything as it was. Whoever calls waits for one change
 * before the next one, where their order matters.
 */
export interface Store {
  /** The conversation that a session was last in; undefined for a session that was never stored. */
  conversationOf(session: string): Promise<string | undefined>;
  /** Makes `conversation` the one that `session` is in, and is using now. It is stored with its first turn. */
  enter(session: string, id: string): Promise<void>;
  /** Undefined when it is not stored. */
  read(id: string): Promise<StoredConversation | undefined>;
  /**
   * Writes turns of conversations as they stand at the moment of the call, all or none. Their order is the order in
   * which they were first written. A conversation belongs to whoever asked the first turn of it that is written.
   */
  save(changed: ReadonlyMap<string, Iterable<StoredTurn>>): Promise<void>;
  /** Takes a turn and all after it out. One that is not there changes nothing. */
  truncate(id: string, turn: string): Promise<void>;
  /** Takes `title` as the name. False when the conversation is not stored. */
  rename(id: string, title: string): Promise<boolean>;
  /** Takes a conversation out, with its turns and its place in every session. */
  delete(id: string): Promise<void>;
  /** Takes out sessions that nobody comes back to. One whose conversation was changed since then is in use. */
  forgetSessions(when: SessionExpiry): Promise<void>;
  /** Ids of guests' conversations that were not changed since then (ms since the epoch), at most `most`. */
  guestsUnchangedSince(when: number, most: number): Promise<string[]>;
  /**
   * Conversations that have turns, the last changed first, at most `most`. Does not wait for changes that are being
   * made.
   *
   * @param query only those that have these words in their title, a prompt or an answer, in any case
   * @param owner only those that belong to the principal of this id
   */
  list(most: number, query?: string, owner?: string): Promise<StoredSummary[]>;
  /** Which turns show images; with `image`, which show the one of that id. */
  imageUses(image?: string): Promise<ImageUse[]>;
  /** One more than the time before, also over restarts: {@linkcode FIRST_EPOCH} at first. */
  nextEpoch(): Promise<number>;
  /** Rejects when it cannot be asked now, or has not answered within {@linkcode CHECK_MS}. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Numbers of frames were made of the clock before there were epochs: with this one they are higher than those of every
 * clock before the year 2041.
 */
export const FIRST_EPOCH = 2 ** 19;

/** How long whoever asks whether a store is there waits for it, ms. */
export const CHECK_MS = 2_000;

interface MemoryEntry {
  owner?: string;
  title?: string;
  created: number;
  updated: number;
  turns: Map<string, StoredTurn>;
}

/** Keeps conversations as long as the process lives. */
export class MemoryStore implements Store {
  readonly #now: () => number;
  readonly #sessions = new Map<string, { id: string; seen: number }>();
  readonly #conversations = new Map<string, MemoryEntry>();
  #nextEpoch = FIRST_EPOCH;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  async conversationOf(session: string): Promise<string | undefined> {
    return this.#sessions.get(session)?.id;
  }

  async enter(session: string, id: string): Promise<void> {
    this.#sessions.set(session, { id, seen: this.#now() });
  }

  async read(id: string): Promise<StoredConversation | undefined> {
    const kept = this.#conversations.get(id);
    if (kept === undefined) return undefined;
    const turns = structuredClone([...kept.turns.values()]);
    const { owner, created, updated } = kept;
    return { id, ...(owner !== undefined && { owner }), title: titleIn(kept), created, updated, turns };
  }

  async save(changed: ReadonlyMap<string, Iterable<StoredTurn>>): Promise<void> {
    const now = this.#now();
    for (const [id, turns] of changed) {
      const known = this.#conversations.get(id);
      const kept: MemoryEntry = known ?? { created: now, updated: now, turns: new Map() };
      for (const turn of turns) {
        if (known === undefined && kept.turns.size === 0 && turn.askedBy !== undefined) kept.owner = turn.askedBy;
        kept.turns.set(turn.turn, structuredClone(turn));
      }
      kept.updated = now;
      this.#conversations.set(id, kept);
    }
  }

  async truncate(id: string, turn: string): Promise<void> {
    const kept = this.#conversations.get(id);
    if (!kept?.turns.has(turn)) return;
    const ids = [...kept.turns.keys()];
    for (const id of ids.slice(ids.indexOf(turn))) kept.turns.delete(id);
    kept.updated = this.#now();
  }

  async rename(id: string, title: string): Promise<boolean> {
    const kept = this.#conversations.get(id);
    if (kept !== undefined) kept.title = title;
    return kept !== undefined;
  }

  async delete(id: string): Promise<void> {
    this.#conversations.delete(id);
    for (const [session, entered] of this.#sessions) {
      if (entered.id === id) this.#sessions.delete(session);
    }
  }

  async forgetSessions({ unusedSince, emptySince }: SessionExpiry): Promise<void> {
    for (const [session, { id, seen }] of this.#sessions) {
      const kept = this.#conversations.get(id);
      const used = kept === undefined ? seen >= emptySince : Math.max(seen, kept.updated) >= unusedSince;
      if (!used) this.#sessions.delete(session);
    }
  }

  async guestsUnchangedSince(when: number, most: number): Promise<string[]> {
    const old = this.#conversations.entries().filter(([, { owner, updated }]) =>
      owner !== undefined && owner !== OWNER.id && updated < when
    );
    return old.take(most).map(([id]) => id).toArray();
  }

  async list(most: number, query = "", owner?: string): Promise<StoredSummary[]> {
    const words = fold(query.trim());
    const found: StoredSummary[] = [];
    const newest = [...this.#conversations].reverse().sort(([, a], [, b]) => b.updated - a.updated);
    for (const [id, kept] of newest) {
      if (found.length === most) break;
      if (owner !== undefined && (kept.owner ?? OWNER.id) !== owner) continue;
      const hit = kept.turns.values().find(({ prompt, text }) => foldTurn(prompt, text).includes(words));
      const named = kept.title !== undefined && fold(kept.title).includes(words);
      if (kept.turns.size === 0 || (hit === undefined && !named)) continue;
      const summary = { id, title: titleIn(kept), updated: kept.updated, turns: kept.turns.size };
      const whose = kept.owner === undefined ? {} : { owner: kept.owner };
      found.push({ ...summary, ...whose, ...(words !== "" && excerptFrom(hit, words)) });
    }
    return found;
  }

  async imageUses(image?: string): Promise<ImageUse[]> {
    return [...this.#conversations.values()].flatMap(({ owner = OWNER.id, turns }) =>
      [...turns.values()].flatMap(({ images = [], askedBy = OWNER.id }) =>
        images.filter(({ id }) => image === undefined || id === image).map(({ id }) => ({ id, sender: askedBy, owner }))
      )
    );
  }

  async nextEpoch(): Promise<number> {
    return this.#nextEpoch++;
  }

  async check(): Promise<void> {}

  async close(): Promise<void> {
    this.#sessions.clear();
    this.#conversations.clear();
  }
}

function titleIn({ title, turns }: MemoryEntry): string {
  return title ?? titleOf(turns.values().next().value?.prompt ?? "");
}

/** A turn's words as they are compared; what is looked for never spans both. */
export function foldTurn(prompt: string, text: string): string {
  return `${fold(prompt)}\n${fold(text)}`;
}

/** Where the words stand in a turn, for a summary. */
export function excerptFrom(turn: { prompt: string; text: string } | undefined, words: string): { excerpt?: string } {
  if (turn === undefined) return {};
  const excerpt = excerptOf(turn.prompt, words) ?? excerptOf(turn.text, words);
  return excerpt === undefined ? {} : { excerpt };
}
