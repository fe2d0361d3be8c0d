/** The layout of the conversations' SQLite file, and the way to it from every earlier one. */
import { DatabaseSync } from "node:sqlite";
import { SearchWriter, textOf } from "./sqlite_search.ts";
import { FIRST_EPOCH } from "./store.ts";
import { StoreError } from "./store_error.ts";
import { print } from "@/lib/telemetry/log.ts";

/** What takes a file from one version of its layout to the next; its number is SQLite's user_version. */
const MIGRATIONS: readonly (string | ((db: DatabaseSync) => void))[] = [
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
  addSearchIndex,
  // One row: the epoch of the newest process, see lib/chat/epoch.ts.
  `CREATE TABLE epoch (latest INTEGER NOT NULL) STRICT;
   INSERT INTO epoch (latest) VALUES (${FIRST_EPOCH - 1});`,
  // How much of an answer was heard before it was cut short, UTF-16 units.
  `ALTER TABLE turns ADD COLUMN heard INTEGER;`,
  // What the server is called that answered in place of the chosen one.
  `ALTER TABLE turns ADD COLUMN stands_in TEXT;`,
  // The images of a prompt, as JSON.
  `ALTER TABLE turns ADD COLUMN images TEXT;
   CREATE INDEX turns_with_images ON turns (conversation) WHERE images IS NOT NULL;`,
];

/** Turns that take more than a moment to be indexed: whoever waits for it is told. */
const MANY = 5_000;

/**
 * Opens or makes a file; its folder must be there.
 *
 * @throws {StoreError} naming the file, when it cannot be opened or is from a newer version
 */
export function openDatabase(file: string): DatabaseSync {
  try {
    const db = new DatabaseSync(file);
    // In WAL mode a commit survives the death of the process; only a power cut can take the newest ones.
    db.exec(
      "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;",
    );
    migrate(db);
    return db;
  } catch (cause) {
    throw new StoreError(`Cannot open the conversations in ${file}: ${(cause as Error).message}`);
  }
}

/**
 * Brings a file to the newest layout: all of the way, or none.
 *
 * @throws {Error} when it was written by a newer version
 */
function migrate(db: DatabaseSync): void {
  const version = Number(db.prepare("PRAGMA user_version").get()?.user_version);
  if (version > MIGRATIONS.length) {
    throw new Error(`it was written by a newer version (layout ${version}, this one knows ${MIGRATIONS.length})`);
  }
  if (version === MIGRATIONS.length) return;
  atOnce(db, () => {
    for (const migration of MIGRATIONS.slice(version)) {
      if (typeof migration === "string") db.exec(migration);
      else migration(db);
    }
    db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
  });
}

/** Does all of it, or nothing. */
export function atOnce(db: DatabaseSync, work: () => void): void {
  db.exec("BEGIN IMMEDIATE");
  try {
    work();
    db.exec("COMMIT");
  } catch (error) {
    db.exec("ROLLBACK");
    throw error;
  }
}

/**
 * `words` holds what can be found: of every turn that is `indexed` and, without a turn, of every title that was given.
 * `grams` says in which of its rows a run of characters stands. Turns that still grow are in neither.
 */
function addSearchIndex(db: DatabaseSync): void {
  db.exec(`
    ALTER TABLE conversations DROP COLUMN title_folded;
    ALTER TABLE turns DROP COLUMN folded;
    CREATE INDEX conversations_by_time ON conversations (updated);
    -- Every save changes when, and none of them whose.
    DROP INDEX conversations_of_owner;
    CREATE INDEX conversations_of_owner ON conversations (owner);
    ALTER TABLE turns ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX turns_unindexed ON turns (conversation, position) WHERE indexed = 0;
    CREATE INDEX sessions_by_conversation ON sessions (conversation);
    CREATE TABLE words (
      number INTEGER PRIMARY KEY,
      conversation TEXT NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
      turn TEXT,
      folded TEXT NOT NULL,
      FOREIGN KEY (conversation, turn) REFERENCES turns(conversation, turn) ON DELETE CASCADE
    ) STRICT;
    CREATE UNIQUE INDEX words_of_turn ON words (conversation, turn);
    CREATE VIRTUAL TABLE grams USING fts5(runs, content='', contentless_delete=1, detail=none, tokenize='ascii');
    CREATE TRIGGER turn_changed AFTER UPDATE OF prompt, text ON turns
    WHEN old.indexed = 1 AND (new.prompt <> old.prompt OR new.text <> old.text) BEGIN
      UPDATE turns SET indexed = 0 WHERE rowid = new.rowid;
      DELETE FROM words WHERE conversation = new.conversation AND turn = new.turn;
    END;
    CREATE TRIGGER words_gone AFTER DELETE ON words BEGIN DELETE FROM grams WHERE rowid = old.number; END;
  `);
  const turns = Number(db.prepare("SELECT count(*) turns FROM turns").get()?.turns);
  if (turns > MANY) print(`An index of all ${turns} messages is being made, this once: that takes a while.`);
  const search = new SearchWriter(db);
  while (search.turns());
  const named = db.prepare("SELECT id, CAST(title AS BLOB) title FROM conversations WHERE title IS NOT NULL").all();
  for (const { id, title } of named) search.title(String(id), textOf(title));
  // From now on the index is merged by the indexer, for a moment at a time: FTS5 itself would do a lot of it at once.
  db.exec(`
    INSERT INTO grams (grams, rank) VALUES ('automerge', 0);
    INSERT INTO grams (grams, rank) VALUES ('crisismerge', 1000);
  `);
}
