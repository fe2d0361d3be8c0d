/** A PostgreSQL database's content as a whole. */
import { type Archive, type ArchivedConversation, type ArchivedSession, BATCH, type Counts, newer } from "./archive.ts";
import { PostgresPool } from "./postgres_pool.ts";
import { recordOf, writeTurns } from "./postgres_rows.ts";
import { migrate } from "./postgres_schema.ts";
import { fold } from "./search.ts";

/** How long a batch may take, ms: it may be of the longest conversations there are, and all of it is indexed. */
const PATIENCE_MS = 10 * 60 * 1_000;

export class PostgresArchive implements Archive {
  readonly #pool: PostgresPool;

  private constructor(pool: PostgresPool) {
    this.#pool = pool;
  }

  /** @throws {StoreError} as the store's own `open()` does */
  static async open(address: string): Promise<PostgresArchive> {
    const pool = new PostgresPool(address, { deadlineMs: PATIENCE_MS });
    try {
      await migrate(pool);
      return new PostgresArchive(pool);
    } catch (error) {
      await pool.close();
      throw error;
    }
  }

  async counts(): Promise<Counts> {
    const { rows: [row] } = await this.#pool.ask(
      `SELECT (SELECT count(*) FROM conversations) AS conversations, (SELECT count(*) FROM turns) AS turns,
              (SELECT count(*) FROM sessions) AS sessions`,
    );
    return {
      conversations: Number(row?.conversations),
      turns: Number(row?.turns),
      sessions: Number(row?.sessions),
    };
  }

  async *conversations(): AsyncGenerator<ArchivedConversation[]> {
    for (let after = 0;;) {
      const { rows } = await this.#pool.ask(
        `SELECT id, number, owner, title, created, updated, turn, prompt, text, state, more::text
         FROM (SELECT * FROM conversations WHERE number > $1 ORDER BY number LIMIT $2) AS next
           LEFT JOIN turns ON conversation = id
         ORDER BY number, position`,
        [after, BATCH],
      );
      if (rows.length === 0) return;
      after = Number(rows.at(-1)!.number);
      const batch = new Map<string, ArchivedConversation>();
      for (const row of rows) {
        const id = String(row.id);
        const one = batch.get(id) ?? { ...headOf(row), turns: [] };
        if (row.turn !== null) one.turns.push(recordOf(row));
        batch.set(id, one);
      }
      yield [...batch.values()];
    }
  }

  async *sessions(): AsyncGenerator<ArchivedSession[]> {
    for (let after = "";;) {
      const { rows } = await this.#pool.ask(
        "SELECT id, conversation, seen FROM sessions WHERE id > $1 ORDER BY id LIMIT $2",
        [after, BATCH],
      );
      if (rows.length === 0) return;
      after = String(rows.at(-1)!.id);
      yield rows.map(({ id, conversation, seen }) => ({
        id: String(id),
        conversation: String(conversation),
        seen: Number(seen),
      }));
    }
  }

  async epoch(): Promise<number> {
    const { rows: [row] } = await this.#pool.ask("SELECT latest FROM epoch");
    return Number(row?.latest);
  }

  async add(conversations: readonly ArchivedConversation[]): Promise<ArchivedConversation[]> {
    return await this.#pool.atOnce(async (ask) => {
      const { rows } = await ask("SELECT id, updated FROM conversations WHERE id = ANY($1::text[]) FOR UPDATE", [
        conversations.map(({ id }) => id),
      ]);
      const there = new Map(rows.map(({ id, updated }) => [String(id), Number(updated)]));
      const added = newer(conversations, there);
      const ids = added.map(({ id }) => id);
      await ask("DELETE FROM conversations WHERE id = ANY($1::text[])", [ids]);
      await ask(
        `INSERT INTO conversations (id, owner, title, created, updated)
         SELECT id, owner, title, created, updated
         FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
           WITH ORDINALITY AS added(id, owner, title, created, updated, place) ORDER BY place`,
        [
          ids,
          added.map(({ owner }) => owner),
          added.map(({ name }) => name),
          added.map(({ created }) => created),
          added.map(({ updated }) => updated),
        ],
      );
      await writeTurns(ask, added);
      const named = added.flatMap(({ id, name }) => name === null ? [] : [{ id, name }]);
      await ask("INSERT INTO words (conversation, folded) SELECT * FROM unnest($1::text[], $2::text[])", [
        named.map(({ id }) => id),
        named.map(({ name }) => fold(name)),
      ]);
      return added;
    });
  }

  async addSessions(sessions: readonly ArchivedSession[]): Promise<void> {
    await this.#pool.ask(
      `INSERT INTO sessions (id, conversation, seen) SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
       ON CONFLICT (id) DO UPDATE SET conversation = excluded.conversation, seen = excluded.seen
       WHERE sessions.seen < excluded.seen`,
      [
        sessions.map(({ id }) => id),
        sessions.map(({ conversation }) => conversation),
        sessions.map(({ seen }) => seen),
      ],
    );
  }

  async raiseEpoch(epoch: number): Promise<void> {
    await this.#pool.ask("UPDATE epoch SET latest = greatest(latest, $1)", [epoch]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.close();
  }
}

function headOf({ id, owner, title, created, updated }: Record<string, unknown>): Omit<ArchivedConversation, "turns"> {
  return {
    id: String(id),
    owner: String(owner),
    name: title === null ? null : String(title),
    created: Number(created),
    updated: Number(updated),
  };
}
