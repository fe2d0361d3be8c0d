/** Conversations in a PostgreSQL database, which many processes may share. */
import { PostgresPool } from "./postgres_pool.ts";
import { migrate } from "./postgres_schema.ts";
import { ownerOf, recordOf, writeTurns } from "./postgres_rows.ts";
import { newest, search, trigramsIn } from "./postgres_search.ts";
import { fold } from "./search.ts";
import {
  CHECK_MS,
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

export interface PostgresOptions {
  /** Milliseconds since the epoch; default: the clock. */
  now?: () => number;
  /** How long an answer of the server may take, ms. */
  deadlineMs?: number;
}

export class PostgresStore implements Store {
  readonly #pool: PostgresPool;
  readonly #trigrams: RegExp;
  readonly #now: () => number;

  private constructor(pool: PostgresPool, trigrams: RegExp, now: () => number) {
    this.#pool = pool;
    this.#trigrams = trigrams;
    this.#now = now;
  }

  /**
   * Opens a database, which must be there, and brings it to this version's layout.
   *
   * @param address such as `postgres://user:password@host:5432/database`
   * @throws {StoreError} when it cannot be reached or used, or is of a newer version
   */
  static async open(address: string, { now = Date.now, ...options }: PostgresOptions = {}): Promise<PostgresStore> {
    const pool = new PostgresPool(address, options);
    try {
      await migrate(pool);
      return new PostgresStore(pool, await trigramsIn(pool.ask), now);
    } catch (error) {
      await pool.close();
      throw error;
    }
  }

  async conversationOf(session: string): Promise<string | undefined> {
    const { rows: [row] } = await this.#pool.ask("SELECT conversation FROM sessions WHERE id = $1", [session]);
    return row === undefined ? undefined : String(row.conversation);
  }

  async enter(session: string, id: string): Promise<void> {
    await this.#pool.ask(
      `INSERT INTO sessions (id, conversation, seen) VALUES ($1, $2, $3)
       ON CONFLICT (id) DO UPDATE SET conversation = excluded.conversation, seen = excluded.seen`,
      [session, id, this.#now()],
    );
  }

  async read(id: string): Promise<StoredConversation | undefined> {
    const { rows } = await this.#pool.ask(
      `SELECT owner, title, created, updated, turn, prompt, text, state, more::text
       FROM conversations LEFT JOIN turns ON conversation = id WHERE id = $1 ORDER BY position`,
      [id],
    );
    const [row] = rows;
    if (row === undefined) return undefined;
    const turns = rows.filter(({ turn }) => turn !== null).map(recordOf);
    const title = row.title === null ? titleOf(turns[0]?.prompt ?? "") : String(row.title);
    return { id, ...ownerOf(row), title, created: Number(row.created), updated: Number(row.updated), turns };
  }

  async save(changed: ReadonlyMap<string, Iterable<StoredTurn>>): Promise<void> {
    // As they stand now, in one order, so that no two processes wait for each other.
    const all = [...changed].map(([id, turns]) => ({ id, turns: Array.from(turns, (turn) => ({ ...turn })) }))
      .sort((a, b) => a.id < b.id ? -1 : 1);
    const owners = all.map(({ turns }) => turns[0]?.askedBy ?? OWNER.id);
    await this.#pool.atOnce(async (ask) => {
      await ask(
        `INSERT INTO conversations (id, owner, created, updated)
         SELECT id, owner, $3, $3 FROM unnest($1::text[], $2::text[]) AS changed(id, owner)
         ON CONFLICT (id) DO UPDATE SET updated = excluded.updated`,
        [all.map(({ id }) => id), owners, this.#now()],
      );
      await writeTurns(ask, all);
    });
  }

  async truncate(id: string, turn: string): Promise<void> {
    await this.#pool.ask(
      `WITH gone AS (
         DELETE FROM turns WHERE conversation = $1
         AND position >= (SELECT position FROM turns WHERE conversation = $1 AND turn = $2) RETURNING 1
       )
       UPDATE conversations SET updated = $3 WHERE id = $1 AND EXISTS (SELECT 1 FROM gone)`,
      [id, turn, this.#now()],
    );
  }

  async rename(id: string, title: string): Promise<boolean> {
    const { count } = await this.#pool.ask(
      `WITH named AS (UPDATE conversations SET title = $2 WHERE id = $1 RETURNING id),
         forgotten AS (DELETE FROM words WHERE conversation = $1 AND turn IS NULL)
       INSERT INTO words (conversation, folded) SELECT id, $3 FROM named`,
      [id, title, fold(title)],
    );
    return count > 0;
  }

  async delete(id: string): Promise<void> {
    await this.#pool.ask(
      "WITH left_it AS (DELETE FROM sessions WHERE conversation = $1) DELETE FROM conversations WHERE id = $1",
      [id],
    );
  }

  async forgetSessions({ unusedSince, emptySince }: SessionExpiry): Promise<void> {
    await this.#pool.ask(
      `DELETE FROM sessions WHERE seen < $1
         AND EXISTS (SELECT 1 FROM conversations WHERE id = sessions.conversation AND updated < $1)
       OR seen < $2 AND NOT EXISTS (SELECT 1 FROM conversations WHERE id = sessions.conversation)`,
      [unusedSince, emptySince],
    );
  }

  async guestsUnchangedSince(when: number, most: number): Promise<string[]> {
    const { rows } = await this.#pool.ask(
      "SELECT id FROM conversations WHERE updated < $1 AND owner <> $2 ORDER BY updated LIMIT $3",
      [when, OWNER.id, most],
    );
    return rows.map(({ id }) => String(id));
  }

  async list(most: number, query = "", owner?: string): Promise<StoredSummary[]> {
    const words = fold(query.trim());
    const scope = { most, owner };
    const found = words === ""
      ? await newest(this.#pool.ask, scope)
      : await search(this.#pool.ask, words, { ...scope, trigrams: this.#trigrams });
    return found.map(({ row, hit }) => ({
      id: String(row.id),
      ...ownerOf(row),
      title: row.title === null ? titleOf(String(row.begun)) : String(row.title),
      updated: Number(row.updated),
      turns: Number(row.turns),
      ...excerptFrom(hit, words),
    }));
  }

  async imageUses(image?: string): Promise<ImageUse[]> {
    const { rows } = await this.#pool.ask(
      `SELECT shown.id, sender, owner
       FROM (SELECT conversation, sender, unnest(string_to_array(images, ' ')) AS id FROM turns WHERE images <> '') AS shown
       JOIN conversations ON conversations.id = conversation
       WHERE $1 = '' OR shown.id = $1`,
      [image ?? ""],
    );
    return rows.map(({ id, sender, owner }) => ({ id: String(id), sender: String(sender), owner: String(owner) }));
  }

  async nextEpoch(): Promise<number> {
    const { rows: [row] } = await this.#pool.ask("UPDATE epoch SET latest = latest + 1 RETURNING latest");
    return Number(row!.latest);
  }

  async check(): Promise<void> {
    await this.#pool.ask("SELECT latest FROM epoch", [], { deadlineMs: CHECK_MS });
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }
}
