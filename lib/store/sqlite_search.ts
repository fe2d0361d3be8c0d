/**
 * Finding conversations by words in the SQLite file: its tables `words` and `grams`, and what reads and writes them.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { gramQuery, gramsOf } from "./grams.ts";
import { fold } from "./search.ts";
import { foldTurn } from "./store.ts";

/** A conversation that was found, before anything else of it is read. */
export interface Found {
  id: string;
  /** The first turn that has the words; undefined when the title alone has them. */
  hit?: { prompt: string; text: string };
}

/**
 * Words that stand in more rows than this are met soon by going through the conversations from the newest; those that
 * stand in fewer are looked up in the index.
 */
const COMMON = 4_000;

/** Turns that are read in one go to be indexed. */
const BATCH = 8;

/**
 * Writes what can be found, within the transaction that changes what it is of. Turns that were taken out or have
 * changed need no call: what was to be found of them goes with them.
 */
export class SearchWriter {
  readonly #pending: StatementSync;
  readonly #behind: StatementSync;
  readonly #done: StatementSync;
  readonly #forgetTitle: StatementSync;
  readonly #keep: StatementSync;
  readonly #index: StatementSync;
  readonly #merge: StatementSync;

  constructor(db: DatabaseSync) {
    const ended = "FROM turns WHERE indexed = 0 AND state NOT IN ('queued', 'streaming') LIMIT ?";
    this.#pending = db.prepare(
      `SELECT rowid, conversation, turn, CAST(prompt AS BLOB) prompt, CAST(text AS BLOB) text ${ended}`,
    );
    this.#behind = db.prepare(`SELECT 1 ${ended}`);
    this.#done = db.prepare("UPDATE turns SET indexed = 1 WHERE rowid = ?");
    this.#forgetTitle = db.prepare("DELETE FROM words WHERE conversation = ? AND turn IS NULL");
    this.#keep = db.prepare("INSERT INTO words (conversation, turn, folded) VALUES (?, ?, ?)");
    this.#index = db.prepare("INSERT INTO grams (rowid, runs) VALUES (?, ?)");
    this.#merge = db.prepare("INSERT INTO grams (grams, rank) VALUES ('merge', ?)");
  }

  /** Whether there are turns that have ended and are not indexed. */
  get behind(): boolean {
    return this.#behind.get(1) !== undefined;
  }

  /**
   * Indexes some of the turns that have ended: at least one, and no further one after `ms`.
   *
   * @returns whether there may be more
   */
  turns(ms = Infinity): boolean {
    const end = performance.now() + ms;
    const rows = this.#pending.all(BATCH);
    for (const row of rows) {
      this.#write(String(row.conversation), String(row.turn), foldTurn(textOf(row.prompt), textOf(row.text)));
      this.#done.run(Number(row.rowid));
      if (performance.now() > end) return true;
    }
    return rows.length === BATCH;
  }

  /** Merges what was written at different times, so that a search reads less; writes about `pages` pages. */
  merge(pages: number): void {
    this.#merge.run(pages);
  }

  /** The name that a conversation was given. */
  title(id: string, title: string): void {
    this.#forgetTitle.run(id);
    this.#write(id, null, fold(title));
  }

  #write(id: string, turn: string | null, folded: string): void {
    const { lastInsertRowid } = this.#keep.run(id, turn, folded);
    this.#index.run(lastInsertRowid, gramsOf(folded));
  }
}

export interface Scope {
  /** At most this many conversations, the last changed. */
  most: number;
  /** Those of the principal of this id alone; undefined: all. */
  owner?: string | undefined;
  /** Default: {@linkcode COMMON}. */
  common?: number;
}

/**
 * The conversations that have `folded` in their title or a turn, the last changed first.
 *
 * @param folded as {@linkcode fold} makes it
 */
export function search(db: DatabaseSync, folded: string, { most, owner, common = COMMON }: Scope): Found[] {
  const unindexed = unindexedWith(db, folded, owner);
  const among = JSON.stringify([...unindexed.keys()]);
  const query = gramQuery(folded);
  const whose = owner === undefined ? [] : [owner];
  const last = `${owner === undefined ? "" : "AND owner = ?"} AND EXISTS (SELECT 1 FROM turns WHERE conversation = id)
    ORDER BY updated DESC, conversations.rowid DESC LIMIT ?`;
  // The index knows nothing of owners: who has little is not to be kept waiting by what others have in it.
  const through = hasFew(db, owner, common) || isCommon(db, query, common);
  const rows = through
    ? db.prepare(
      `SELECT id FROM conversations WHERE (id IN (SELECT value FROM json_each(?))
         OR EXISTS (SELECT 1 FROM words WHERE conversation = id AND instr(folded, ?))) ${last}`,
    ).all(among, folded, ...whose, most)
    : db.prepare(
      `SELECT id FROM conversations WHERE id IN (SELECT value FROM json_each(?)
         UNION SELECT conversation FROM grams JOIN words ON number = grams.rowid
         WHERE grams MATCH ? AND instr(folded, ?)) ${last}`,
    ).all(among, query, folded, ...whose, most);
  const first = db.prepare(
    `SELECT position, CAST(prompt AS BLOB) prompt, CAST(text AS BLOB) text
     FROM turns JOIN words USING (conversation, turn)
     WHERE turns.conversation = ? AND instr(folded, ?) ORDER BY position LIMIT 1`,
  );
  return rows.map((row) => {
    const id = String(row.id);
    const ended = first.get(id, folded);
    const alive = unindexed.get(id);
    if (ended === undefined) return { id, ...(alive && { hit: alive }) };
    if (alive !== undefined && alive.position < Number(ended.position)) return { id, hit: alive };
    return { id, hit: { prompt: textOf(ended.prompt), text: textOf(ended.text) } };
  });
}

function hasFew(db: DatabaseSync, owner: string | undefined, few: number): boolean {
  if (owner === undefined) return false;
  const { own } = db.prepare("SELECT count(*) own FROM (SELECT 1 FROM conversations WHERE owner = ? LIMIT ?)")
    .get(owner, few + 1) as { own: number };
  return own <= few;
}

function isCommon(db: DatabaseSync, query: string, common: number): boolean {
  const { places } = db.prepare("SELECT count(*) places FROM (SELECT 1 FROM grams WHERE grams MATCH ? LIMIT ?)")
    .get(query, common + 1) as { places: number };
  return places > common;
}

/** Those found in turns that still grow, or have ended this moment: they are few. With the first turn that has it. */
function unindexedWith(db: DatabaseSync, folded: string, owner: string | undefined) {
  const found = new Map<string, { position: number; prompt: string; text: string }>();
  const columns = "conversation, position, CAST(prompt AS BLOB) prompt, CAST(text AS BLOB) text";
  // A cross join keeps its order: whose they are first, then what of theirs has no place in the index.
  const rows = owner === undefined
    ? db.prepare(`SELECT ${columns} FROM turns WHERE indexed = 0 ORDER BY conversation, position`).all()
    : db.prepare(
      `SELECT ${columns} FROM conversations CROSS JOIN turns
       WHERE owner = ? AND conversation = id AND indexed = 0 ORDER BY conversation, position`,
    ).all(owner);
  for (const row of rows) {
    const id = String(row.conversation);
    const turn = { position: Number(row.position), prompt: textOf(row.prompt), text: textOf(row.text) };
    if (!found.has(id) && foldTurn(turn.prompt, turn.text).includes(folded)) found.set(id, turn);
  }
  return found;
}

/** A column of text, read as bytes: read as text it would end at its first NUL. */
export function textOf(bytes: unknown): string {
  return new TextDecoder().decode(bytes as Uint8Array);
}
