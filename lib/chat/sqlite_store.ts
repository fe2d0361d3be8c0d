/** Conversations on disk, in one SQLite file. */
import { DatabaseSync } from "node:sqlite";
import type { Store, StoredConversation } from "./store.ts";
import type { EndReason, ProviderName, TurnError, TurnRecord } from "@/lib/protocol/v2.ts";

/** What takes a file from one version of its layout to the next; its number is SQLite's user_version. */
const MIGRATIONS = [
  `CREATE TABLE conversations (
     id TEXT PRIMARY KEY,
     created INTEGER NOT NULL,
     updated INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE turns (
     conversation TEXT NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
     turn TEXT NOT NULL,
     position INTEGER NOT NULL,
     prompt TEXT NOT NULL,
     text TEXT NOT NULL,
     thinking TEXT NOT NULL,
     state TEXT NOT NULL,
     reason TEXT,
     error TEXT,
     provider TEXT,
     model TEXT,
     PRIMARY KEY (conversation, turn)
   ) STRICT;
   CREATE TABLE sessions (
     id TEXT PRIMARY KEY,
     conversation TEXT NOT NULL,
     seen INTEGER NOT NULL
   ) STRICT;`,
];

export class SqliteStore implements Store {
  readonly #db: DatabaseSync;
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
      this.#db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;");
      this.#migrate();
    } catch (cause) {
      throw new Error(`Cannot open the conversations in ${file}: ${(cause as Error).message}`, { cause });
    }
  }

  load(session: string): StoredConversation | undefined {
    const row = this.#db.prepare("SELECT conversation FROM sessions WHERE id = ?").get(session);
    if (row === undefined) return undefined;
    const id = String(row.conversation);
    // Read as text, a column would end at its first NUL; read as bytes, every character comes back.
    const turns = this.#db.prepare(
      `SELECT turn, CAST(prompt AS BLOB) prompt, CAST(text AS BLOB) text, CAST(thinking AS BLOB) thinking,
              state, reason, error, provider, model
       FROM turns WHERE conversation = ? ORDER BY position`,
    ).all(id);
    return { id, turns: turns.map((turn) => recordOf(turn)) };
  }

  enter(session: string, conversation: string): void {
    this.#db.prepare(
      `INSERT INTO sessions (id, conversation, seen) VALUES (?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET conversation = excluded.conversation, seen = excluded.seen`,
    ).run(session, conversation, this.#now());
  }

  save(conversation: string, turns: TurnRecord[]): void {
    const now = this.#now();
    this.#all(() => {
      this.#db.prepare(
        `INSERT INTO conversations (id, created, updated) VALUES (?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET updated = excluded.updated`,
      ).run(conversation, now, now);
      const write = this.#db.prepare(
        `INSERT INTO turns (conversation, turn, position, prompt, text, thinking, state, reason, error, provider, model)
         VALUES (?1, ?2, (SELECT coalesce(max(position), 0) + 1 FROM turns WHERE conversation = ?1),
                 ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (conversation, turn) DO UPDATE SET
           prompt = excluded.prompt, text = excluded.text, thinking = excluded.thinking, state = excluded.state,
           reason = excluded.reason, error = excluded.error, provider = excluded.provider, model = excluded.model`,
      );
      for (const turn of turns) {
        write.run(
          conversation,
          turn.turn,
          turn.prompt,
          turn.text,
          turn.thinking,
          turn.state,
          turn.reason ?? null,
          turn.error === undefined ? null : JSON.stringify(turn.error),
          turn.provider ?? null,
          turn.model ?? null,
        );
      }
    });
  }

  close(): void {
    this.#db.close();
  }

  #migrate(): void {
    const version = Number(this.#db.prepare("PRAGMA user_version").get()?.user_version);
    if (version > MIGRATIONS.length) {
      throw new Error(`it was written by a newer version (layout ${version}, this one knows ${MIGRATIONS.length})`);
    }
    this.#all(() => {
      for (const migration of MIGRATIONS.slice(version)) this.#db.exec(migration);
      this.#db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    });
  }

  /** Does all of it, or nothing. */
  #all(work: () => void): void {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      work();
      this.#db.exec("COMMIT");
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }
}

/** What the file holds was written by `save()`, so its columns are taken at their word. */
function recordOf(row: Record<string, unknown>): TurnRecord {
  return {
    turn: String(row.turn),
    prompt: textOf(row.prompt),
    text: textOf(row.text),
    thinking: textOf(row.thinking),
    state: row.state as TurnRecord["state"],
    ...(row.reason !== null && { reason: row.reason as EndReason }),
    ...(row.error !== null && { error: JSON.parse(String(row.error)) as TurnError }),
    ...(row.provider !== null && { provider: row.provider as ProviderName }),
    ...(row.model !== null && { model: String(row.model) }),
  };
}

function textOf(bytes: unknown): string {
  return new TextDecoder().decode(bytes as Uint8Array);
}
