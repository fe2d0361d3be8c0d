// deno-lint-ignore-file require-await -- what is thrown here has to be a rejection, as with any other store
/** Conversations on disk, in one SQLite file. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { fold } from "./search.ts";
import { SearchIndexer } from "./sqlite_indexer.ts";
import { atOnce, openDatabase } from "./sqlite_schema.ts";
import { ownerOf, turnReader, turnWriter } from "./sqlite_rows.ts";
import { type Found, search, SearchWriter, textOf } from "./sqlite_search.ts";
import {
  excerptFrom,
  type ImageUse,
  type SessionExpiry,
  type Store,
  type StoredConversation,
  type StoredSummary,
  type StoredTurn,
} from "./store.ts";
import { titleOf } from "./title.ts";
import { OWNER } from "@/lib/principal.ts";

// Parameters have no numbers: Deno 2.4 takes a numbered one for a named one.
export class SqliteStore implements Store {
  readonly #db: DatabaseSync;
  /** Prepared once: they run hundreds of times a second. */
  readonly #touch: StatementSync;
  readonly #write: (id: string, turn: StoredTurn) => void;
  readonly #turns: (id: string) => StoredTurn[];
  readonly #search: SearchWriter;
  readonly #indexer: SearchIndexer;
  readonly #now: () => number;

  /**
   * Opens or makes the file; its folder must be there.
   *
   * @throws {StoreError} naming the file, when it cannot be opened or is from a newer version
   */
  constructor(file: string, now: () => number = Date.now) {
    this.#now = now;
    this.#db = openDatabase(file);
    this.#touch = this.#db.prepare(
      `INSERT INTO conversations (id, created, updated, owner) VALUES (?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET updated = excluded.updated`,
    );
    this.#write = turnWriter(this.#db);
    this.#turns = turnReader(this.#db);
    this.#search = new SearchWriter(this.#db);
    this.#indexer = new SearchIndexer(this.#db, this.#search);
  }

  async conversationOf(session: string): Promise<string | undefined> {
    const row = this.#db.prepare("SELECT conversation FROM sessions WHERE id = ?").get(session);
    return row === undefined ? undefined : String(row.conversation);
  }

  async enter(session: string, id: string): Promise<void> {
    this.#db.prepare(
      `INSERT INTO sessions (id, conversation, seen) VALUES (?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET conversation = excluded.conversation, seen = excluded.seen`,
    ).run(session, id, this.#now());
  }

  async read(id: string): Promise<StoredConversation | undefined> {
    const row = this.#db.prepare(
      "SELECT owner, CAST(title AS BLOB) title, created, updated FROM conversations WHERE id = ?",
    ).get(id);
    if (row === undefined) return undefined;
    const turns = this.#turns(id);
    const title = row.title === null ? titleOf(turns[0]?.prompt ?? "") : textOf(row.title);
    return { id, ...ownerOf(row), title, created: Number(row.created), updated: Number(row.updated), turns };
  }

  async save(changed: ReadonlyMap<string, Iterable<StoredTurn>>): Promise<void> {
    const now = this.#now();
    let ended = false;
    // One transaction for all: hundreds of conversations may grow at once, and every commit has its price.
    atOnce(this.#db, () => {
      for (const [id, some] of changed) {
        const turns = [...some];
        this.#touch.run(id, now, now, turns[0]?.askedBy ?? OWNER.id);
        for (const turn of turns) {
          ended ||= turn.state === "done" || turn.state === "failed";
          this.#write(id, turn);
        }
      }
    });
    this.#indexer.saved(ended);
  }

  /**
   * Brings all that has ended into the search index now. Nobody has to: it comes into it by itself, little by little,
   * and is found before.
   */
  async index(): Promise<void> {
    this.#indexer.all();
  }

  async truncate(id: string, turn: string): Promise<void> {
    atOnce(this.#db, () => {
      const { changes } = this.#db.prepare(
        `DELETE FROM turns WHERE conversation = ?
         AND position >= (SELECT position FROM turns WHERE conversation = ? AND turn = ?)`,
      ).run(id, id, turn);
      if (changes === 0) return;
      this.#db.prepare("UPDATE conversations SET updated = ? WHERE id = ?").run(this.#now(), id);
    });
  }

  async rename(id: string, title: string): Promise<boolean> {
    let found = false;
    atOnce(this.#db, () => {
      const { changes } = this.#db.prepare("UPDATE conversations SET title = ? WHERE id = ?").run(title, id);
      found = changes > 0;
      if (found) this.#search.title(id, title);
    });
    return found;
  }

  async delete(id: string): Promise<void> {
    atOnce(this.#db, () => {
      this.#db.prepare("DELETE FROM conversations WHERE id = ?").run(id);
      this.#db.prepare("DELETE FROM sessions WHERE conversation = ?").run(id);
    });
  }

  async forgetSessions({ unusedSince, emptySince }: SessionExpiry): Promise<void> {
    this.#db.prepare(
      `DELETE FROM sessions WHERE coalesce(
         max(seen, (SELECT updated FROM conversations WHERE id = conversation)) < ?,
         seen < ?
       )`,
    ).run(unusedSince, emptySince);
  }

  async guestsUnchangedSince(when: number, most: number): Promise<string[]> {
    // By the index of times: those who have waited longest are at its beginning.
    const old = this.#db.prepare("SELECT id FROM conversations WHERE updated < ? AND +owner <> ? LIMIT ?");
    return old.all(when, OWNER.id, most).map(({ id }) => String(id));
  }

  async list(most: number, query = "", owner?: string): Promise<StoredSummary[]> {
    const words = fold(query.trim());
    const found = words === "" ? this.#newest(most, owner) : search(this.#db, words, { most, owner });
    const read = this.#db.prepare(
      `SELECT owner, CAST(title AS BLOB) title, updated,
              (SELECT count(*) FROM turns WHERE conversation = id) turns,
              (SELECT CAST(prompt AS BLOB) FROM turns WHERE conversation = id ORDER BY position LIMIT 1) first
       FROM conversations WHERE id = ?`,
    );
    return found.map(({ id, hit }) => {
      const row = read.get(id)!;
      return {
        id,
        ...ownerOf(row),
        title: row.title === null ? titleOf(textOf(row.first)) : textOf(row.title),
        updated: Number(row.updated),
        turns: Number(row.turns),
        ...excerptFrom(hit, words),
      };
    });
  }

  async imageUses(image?: string): Promise<ImageUse[]> {
    return this.#db.prepare(
      `SELECT image.value ->> 'id' id, asked_by, owner
       FROM turns JOIN conversations ON conversations.id = conversation, json_each(images) image
       WHERE images IS NOT NULL AND (? IS NULL OR image.value ->> 'id' = ?)`,
    ).all(image ?? null, image ?? null)
      .map(({ id, asked_by, owner }) => ({ id: String(id), sender: String(asked_by), owner: String(owner) }));
  }

  async nextEpoch(): Promise<number> {
    return Number(this.#db.prepare("UPDATE epoch SET latest = latest + 1 RETURNING latest").get()!.latest);
  }

  async check(): Promise<void> {
    this.#db.prepare("SELECT latest FROM epoch").get();
  }

  async close(): Promise<void> {
    this.#indexer[Symbol.dispose]();
    this.#db.close();
  }

  #newest(most: number, owner?: string): Found[] {
    // Written out where there is one, so that SQLite takes the index of owners, and goes past nobody else's.
    return this.#db.prepare(
      `SELECT id FROM conversations
       WHERE ${owner === undefined ? "" : "owner = ? AND"} EXISTS (SELECT 1 FROM turns WHERE conversation = id)
       ORDER BY updated DESC, rowid DESC LIMIT ?`,
    ).all(...owner === undefined ? [] : [owner], most).map(({ id }) => ({ id: String(id) }));
  }
}
