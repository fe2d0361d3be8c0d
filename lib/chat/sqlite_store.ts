/** Conversations on disk, in one SQLite file. */
import { DatabaseSync } from "node:sqlite";
import { fold } from "./search.ts";
import {
  excerptFrom,
  foldTurn,
  type Store,
  type StoredConversation,
  type StoredSummary,
  type StoredTurn,
} from "./store.ts";
import { titleOf } from "./title.ts";
import { OWNER } from "@/lib/principal.ts";
import type { EndReason, ProviderName, TurnError } from "@/lib/protocol/v2.ts";

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
  // The folded columns hold words as they are compared in a search, for SQLite knows the case of ASCII alone.
  `ALTER TABLE conversations ADD COLUMN title TEXT;
   ALTER TABLE conversations ADD COLUMN title_folded TEXT;
   ALTER TABLE turns ADD COLUMN folded TEXT;
   CREATE INDEX turns_in_order ON turns (conversation, position);`,
  // What the character had said before the first turn.
  `ALTER TABLE turns ADD COLUMN greeting TEXT;`,
  // Whose they are, by the id of a principal. Before there were guests, all were the owner's.
  `ALTER TABLE conversations ADD COLUMN owner TEXT NOT NULL DEFAULT 'owner';
   ALTER TABLE turns ADD COLUMN asked_by TEXT NOT NULL DEFAULT 'owner';
   CREATE INDEX conversations_of_owner ON conversations (owner, updated);`,
];

/** How many turns are folded at a time. */
const FOLD_BATCH = 1_000;

// Parameters have no numbers: Deno 2.4 takes a numbered one for a named one.
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

  conversationOf(session: string): string | undefined {
    const row = this.#db.prepare("SELECT conversation FROM sessions WHERE id = ?").get(session);
    return row === undefined ? undefined : String(row.conversation);
  }

  enter(session: string, conversation: string): void {
    this.#db.prepare(
      `INSERT INTO sessions (id, conversation, seen) VALUES (?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET conversation = excluded.conversation, seen = excluded.seen`,
    ).run(session, conversation, this.#now());
  }

  read(id: string): StoredConversation | undefined {
    const row = this.#db.prepare(
      "SELECT owner, CAST(title AS BLOB) title, created, updated FROM conversations WHERE id = ?",
    ).get(id);
    if (row === undefined) return undefined;
    // Read as text, a column would end at its first NUL; read as bytes, every character comes back.
    const turns = this.#db.prepare(
      `SELECT turn, CAST(prompt AS BLOB) prompt, CAST(text AS BLOB) text, CAST(thinking AS BLOB) thinking,
              CAST(greeting AS BLOB) greeting, state, reason, error, provider, model, asked_by
       FROM turns WHERE conversation = ? ORDER BY position`,
    ).all(id).map((turn) => recordOf(turn));
    const title = row.title === null ? titleOf(turns[0]?.prompt ?? "") : textOf(row.title);
    return { id, ...ownerOf(row), title, created: Number(row.created), updated: Number(row.updated), turns };
  }

  save(changed: ReadonlyMap<string, Iterable<StoredTurn>>): void {
    const now = this.#now();
    // One transaction for all: hundreds of conversations may grow at once, and every commit holds up their tokens.
    this.#all(() => {
      const touch = this.#db.prepare(
        `INSERT INTO conversations (id, created, updated, owner) VALUES (?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET updated = excluded.updated`,
      );
      const write = this.#db.prepare(
        `INSERT INTO turns (conversation, turn, position, prompt, text, thinking, state, reason, error, provider, model,
                            greeting, asked_by)
         VALUES (?, ?, (SELECT coalesce(max(position), 0) + 1 FROM turns WHERE conversation = ?),
                 ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (conversation, turn) DO UPDATE SET
           prompt = excluded.prompt, text = excluded.text, thinking = excluded.thinking, state = excluded.state,
           reason = excluded.reason, error = excluded.error, provider = excluded.provider, model = excluded.model,
           greeting = excluded.greeting, folded = NULL`,
      );
      for (const [conversation, some] of changed) {
        const turns = [...some];
        touch.run(conversation, now, now, turns[0]?.askedBy ?? OWNER.id);
        for (const turn of turns) {
          write.run(
            conversation,
            turn.turn,
            conversation,
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
          );
        }
      }
    });
  }

  truncate(conversation: string, turn: string): void {
    this.#all(() => {
      const { changes } = this.#db.prepare(
        `DELETE FROM turns WHERE conversation = ?
         AND position >= (SELECT position FROM turns WHERE conversation = ? AND turn = ?)`,
      ).run(conversation, conversation, turn);
      if (changes === 0) return;
      this.#db.prepare("UPDATE conversations SET updated = ? WHERE id = ?").run(this.#now(), conversation);
    });
  }

  rename(conversation: string, title: string): boolean {
    const { changes } = this.#db.prepare("UPDATE conversations SET title = ?, title_folded = ? WHERE id = ?")
      .run(title, fold(title), conversation);
    return changes > 0;
  }

  delete(conversation: string): void {
    this.#all(() => {
      this.#db.prepare("DELETE FROM conversations WHERE id = ?").run(conversation);
      this.#db.prepare("DELETE FROM sessions WHERE conversation = ?").run(conversation);
    });
  }

  list(most: number, query = "", owner?: string): StoredSummary[] {
    const words = fold(query.trim());
    if (words !== "") this.#foldNew();
    const rows = this.#db.prepare(
      `SELECT id, owner, CAST(title AS BLOB) title, updated,
              (SELECT count(*) FROM turns WHERE conversation = id) turns,
              (SELECT CAST(prompt AS BLOB) FROM turns WHERE conversation = id ORDER BY position LIMIT 1) first
       FROM conversations
       WHERE turns > 0 AND (? IS NULL OR owner = ?) AND (? = '' OR instr(title_folded, ?)
         OR EXISTS (SELECT 1 FROM turns WHERE conversation = id AND instr(folded, ?)))
       ORDER BY updated DESC, conversations.rowid DESC LIMIT ?`,
    ).all(owner ?? null, owner ?? null, words, words, words, most);
    const hit = this.#db.prepare(
      `SELECT CAST(prompt AS BLOB) prompt, CAST(text AS BLOB) text
       FROM turns WHERE conversation = ? AND instr(folded, ?) ORDER BY position LIMIT 1`,
    );
    return rows.map((row) => {
      const id = String(row.id);
      const found = words === "" ? undefined : hit.get(id, words);
      return {
        id,
        ...ownerOf(row),
        title: row.title === null ? titleOf(textOf(row.first)) : textOf(row.title),
        updated: Number(row.updated),
        turns: Number(row.turns),
        ...excerptFrom(found && { prompt: textOf(found.prompt), text: textOf(found.text) }, words),
      };
    });
  }

  close(): void {
    this.#db.close();
  }

  /** Folds what was saved since the last search: an answer that grows is saved often and looked for seldom. */
  #foldNew(): void {
    const read = this.#db.prepare(
      `SELECT rowid, CAST(prompt AS BLOB) prompt, CAST(text AS BLOB) text
       FROM turns WHERE folded IS NULL AND rowid > ? ORDER BY rowid LIMIT ?`,
    );
    const write = this.#db.prepare("UPDATE turns SET folded = ? WHERE rowid = ?");
    let last = 0;
    for (let rows = read.all(last, FOLD_BATCH); rows.length > 0; rows = read.all(last, FOLD_BATCH)) {
      this.#all(() => {
        for (const { rowid, prompt, text } of rows) {
          last = Number(rowid);
          write.run(foldTurn(textOf(prompt), textOf(text)), last);
        }
      });
    }
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
  };
}

function ownerOf(row: Record<string, unknown>): { owner?: string } {
  return row.owner === OWNER.id ? {} : { owner: String(row.owner) };
}

function textOf(bytes: unknown): string {
  return new TextDecoder().decode(bytes as Uint8Array);
}
