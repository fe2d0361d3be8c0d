// deno-lint-ignore-file require-await -- what is thrown here has to be a rejection, as with any other store
/** Conversations on disk, in one SQLite file. */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { fold } from "./search.ts";
import { SearchIndexer } from "./sqlite_indexer.ts";
import { atOnce, migrate } from "./sqlite_schema.ts";
import { type Found, search, SearchWriter, textOf } from "./sqlite_search.ts";
import {
  excerptFrom,
  type SessionExpiry,
  type Store,
  type StoredConversation,
  type StoredSummary,
  type StoredTurn,
} from "./store.ts";
import { titleOf } from "./title.ts";
import { OWNER } from "@/lib/principal.ts";
import type { EndReason, ProviderName, TurnError } from "@/lib/protocol/v2.ts";

// Parameters have no numbers: Deno 2.4 takes a numbered one for a named one.
export class SqliteStore implements Store {
  readonly #db: DatabaseSync;
  /** Prepared once: they run hundreds of times a second. */
  readonly #touch: StatementSync;
  readonly #write: StatementSync;
  readonly #search: SearchWriter;
  readonly #indexer: SearchIndexer;
  readonly #now: () => number;

  /**
   * Opens or makes the file; its folder must be there.
   *
   * @throws {Error} naming the file, when it cannot be opened or is from a newer version
   */
  constructor(file: string, now: () => number = Date.now) {
    this.#now = now;
    try {
      this.#db = new DatabaseSync(file);
      // In WAL mode a commit survives the death of the process; only a power cut can take the newest ones.
      this.#db.exec(
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;",
      );
      migrate(this.#db);
      this.#touch = this.#db.prepare(
        `INSERT INTO conversations (id, created, updated, owner) VALUES (?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET updated = excluded.updated`,
      );
      this.#write = this.#db.prepare(
        `INSERT INTO turns (conversation, turn, position, prompt, text, thinking, state, reason, error, provider, model,
                            greeting, asked_by, heard, stands_in)
         VALUES (?, ?, (SELECT coalesce(max(position), 0) + 1 FROM turns WHERE conversation = ?),
                 ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (conversation, turn) DO UPDATE SET
           prompt = excluded.prompt, text = excluded.text, thinking = excluded.thinking, state = excluded.state,
           reason = excluded.reason, error = excluded.error, provider = excluded.provider, model = excluded.model,
           greeting = excluded.greeting, heard = excluded.heard, stands_in = excluded.stands_in`,
      );
      this.#search = new SearchWriter(this.#db);
      this.#indexer = new SearchIndexer(this.#db, this.#search);
    } catch (cause) {
      throw new Error(`Cannot open the conversations in ${file}: ${(cause as Error).message}`, { cause });
    }
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
    // Read as text, a column would end at its first NUL; read as bytes, every character comes back.
    const turns = this.#db.prepare(
      `SELECT turn, CAST(prompt AS BLOB) prompt, CAST(text AS BLOB) text, CAST(thinking AS BLOB) thinking,
              CAST(greeting AS BLOB) greeting, state, reason, error, provider, model, asked_by, heard, stands_in
       FROM turns WHERE conversation = ? ORDER BY position`,
    ).all(id).map((turn) => recordOf(turn));
    const title = row.title === null ? titleOf(turns[0]?.prompt ?? "") : textOf(row.title);
    return { id, ...ownerOf(row), title, created: Number(row.created), updated: Number(row.updated), turns };
  }

  async save(changed: ReadonlyMap<string, Iterable<StoredTurn>>): Promise<void> {
    const now = this.#now();
    let ended = false;
    // One transaction for all: hundreds of conversations may grow at once, and every commit holds up their tokens.
    atOnce(this.#db, () => {
      for (const [id, some] of changed) {
        const turns = [...some];
        this.#touch.run(id, now, now, turns[0]?.askedBy ?? OWNER.id);
        for (const turn of turns) {
          ended ||= turn.state === "done" || turn.state === "failed";
          this.#write.run(
            id,
            turn.turn,
            id,
            turn.prompt,
            turn.text,
            turn.thinking,
            turn.state,
            turn.reason ?? null,
            turn.error === undefined ? null : JSON.stringify(turn.error),
            turn.provider ?? null,
            turn.model ?? null,
            turn.greeting ?? null,
            turn.askedBy ?? OWNER.id,
            turn.heard ?? null,
            turn.standsIn ?? null,
          );
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

/** What the file holds was written by `save()`, so its columns are taken at their word. */
function recordOf(row: Record<string, unknown>): StoredTurn {
  return {
    turn: String(row.turn),
    prompt: textOf(row.prompt),
    ...(row.greeting !== null && { greeting: textOf(row.greeting) }),
    text: textOf(row.text),
    thinking: textOf(row.thinking),
    state: row.state as StoredTurn["state"],
    ...(row.asked_by !== OWNER.id && { askedBy: String(row.asked_by) }),
    ...(row.reason !== null && { reason: row.reason as EndReason }),
    ...(row.error !== null && { error: JSON.parse(String(row.error)) as TurnError }),
    ...(row.provider !== null && { provider: row.provider as ProviderName }),
    ...(row.model !== null && { model: String(row.model) }),
    ...(row.heard !== null && { heard: Number(row.heard) }),
    ...(row.stands_in !== null && { standsIn: String(row.stands_in) }),
  };
}

function ownerOf(row: Record<string, unknown>): { owner?: string } {
  return row.owner === OWNER.id ? {} : { owner: String(row.owner) };
}
