// deno-lint-ignore-file require-await -- what is thrown here has to be a rejection, as with any other archive
/** A SQLite file's content as a whole. */
import type { DatabaseSync } from "node:sqlite";
import { type Archive, type ArchivedConversation, type ArchivedSession, BATCH, type Counts, newer } from "./archive.ts";
import { turnReader, turnWriter } from "./sqlite_rows.ts";
import { atOnce, openDatabase } from "./sqlite_schema.ts";
import { SearchWriter, textOf } from "./sqlite_search.ts";

export class SqliteArchive implements Archive {
  readonly #db: DatabaseSync;
  readonly #read: ReturnType<typeof turnReader>;
  readonly #write: ReturnType<typeof turnWriter>;
  readonly #search: SearchWriter;

  /** @throws {StoreError} as the store's own constructor does */
  constructor(file: string) {
    this.#db = openDatabase(file);
    this.#read = turnReader(this.#db);
    this.#write = turnWriter(this.#db);
    this.#search = new SearchWriter(this.#db);
  }

  async counts(): Promise<Counts> {
    const count = (table: keyof Counts) => Number(this.#db.prepare(`SELECT count(*) n FROM ${table}`).get()!.n);
    return { conversations: count("conversations"), turns: count("turns"), sessions: count("sessions") };
  }

  async *conversations(): AsyncGenerator<ArchivedConversation[]> {
    const next = this.#db.prepare(
      `SELECT rowid, id, owner, CAST(title AS BLOB) title, created, updated FROM conversations
       WHERE rowid > ? ORDER BY rowid LIMIT ?`,
    );
    for (let rows = next.all(0, BATCH); rows.length > 0; rows = next.all(Number(rows.at(-1)!.rowid), BATCH)) {
      yield rows.map(({ id, owner, title, created, updated }) => ({
        id: String(id),
        owner: String(owner),
        name: title === null ? null : textOf(title),
        created: Number(created),
        updated: Number(updated),
        turns: this.#read(String(id)),
      }));
    }
  }

  async *sessions(): AsyncGenerator<ArchivedSession[]> {
    const next = this.#db.prepare("SELECT id, conversation, seen FROM sessions WHERE id > ? ORDER BY id LIMIT ?");
    for (let rows = next.all("", BATCH); rows.length > 0; rows = next.all(String(rows.at(-1)!.id), BATCH)) {
      yield rows.map(({ id, conversation, seen }) => ({
        id: String(id),
        conversation: String(conversation),
        seen: Number(seen),
      }));
    }
  }

  async epoch(): Promise<number> {
    return Number(this.#db.prepare("SELECT latest FROM epoch").get()!.latest);
  }

  async add(conversations: readonly ArchivedConversation[]): Promise<ArchivedConversation[]> {
    const changed = this.#db.prepare("SELECT updated FROM conversations WHERE id = ?");
    const remove = this.#db.prepare("DELETE FROM conversations WHERE id = ?");
    const insert = this.#db.prepare(
      "INSERT INTO conversations (id, owner, title, created, updated) VALUES (?, ?, ?, ?, ?)",
    );
    let added: ArchivedConversation[] = [];
    atOnce(this.#db, () => {
      const there = conversations.flatMap(({ id }): [string, number][] => {
        const row = changed.get(id);
        return row === undefined ? [] : [[id, Number(row.updated)]];
      });
      added = newer(conversations, new Map(there));
      for (const { id, owner, name, created, updated, turns } of added) {
        remove.run(id);
        insert.run(id, owner, name, created, updated);
        for (const turn of turns) this.#write(id, turn);
        if (name !== null) this.#search.title(id, name);
      }
      while (this.#search.turns());
    });
    return added;
  }

  async addSessions(sessions: readonly ArchivedSession[]): Promise<void> {
    const insert = this.#db.prepare(
      `INSERT INTO sessions (id, conversation, seen) VALUES (?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET conversation = excluded.conversation, seen = excluded.seen
       WHERE seen < excluded.seen`,
    );
    atOnce(this.#db, () => {
      for (const { id, conversation, seen } of sessions) insert.run(id, conversation, seen);
    });
  }

  async raiseEpoch(epoch: number): Promise<void> {
    this.#db.prepare("UPDATE epoch SET latest = max(latest, ?)").run(epoch);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#db.close();
  }
}
