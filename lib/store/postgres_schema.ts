/** The layout of the conversations in a PostgreSQL database, and the way to it from every earlier one. */
import type { Ask, PostgresPool } from "./postgres_pool.ts";
import { PAIR } from "./postgres_search.ts";
import { FIRST_EPOCH } from "./store.ts";
import { StoreError } from "./store_error.ts";

/** Held by the process that changes the layout; any number does that no other program takes. */
const LOCK = 7_482_915_380;
/** How long one step may take, ms: it may make an index of everything that was ever said. */
const PATIENCE_MS = 60 * 60 * 1_000;

/**
 * What takes a database from one version of its layout to the next. All text is compared byte by byte, so that neither
 * its locale nor a new version of one changes what is found.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE conversations (
    id text COLLATE "C" PRIMARY KEY,
    -- Of two that were changed at the same time, the one that began later comes first.
    number bigint GENERATED ALWAYS AS IDENTITY,
    owner text COLLATE "C" NOT NULL,
    title text COLLATE "C",
    created bigint NOT NULL,
    updated bigint NOT NULL
  );
  CREATE INDEX conversations_by_time ON conversations (updated, number);
  CREATE INDEX conversations_of_owner ON conversations (owner, updated, number);
  CREATE TABLE turns (
    conversation text COLLATE "C" NOT NULL REFERENCES conversations ON DELETE CASCADE,
    turn text COLLATE "C" NOT NULL,
    position integer NOT NULL,
    prompt text COLLATE "C" NOT NULL,
    text text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    -- All else of the turn: nothing is looked for in it.
    more json NOT NULL,
    PRIMARY KEY (conversation, turn)
  );
  CREATE INDEX turns_in_order ON turns (conversation, position);
  CREATE INDEX turns_growing ON turns (conversation) WHERE state IN ('queued', 'streaming');
  CREATE TABLE sessions (
    id text COLLATE "C" PRIMARY KEY,
    conversation text COLLATE "C" NOT NULL,
    seen bigint NOT NULL
  );
  CREATE INDEX sessions_by_conversation ON sessions (conversation);
  -- One row: the epoch of the newest process, see lib/chat/epoch.ts.
  CREATE TABLE epoch (latest bigint NOT NULL);
  INSERT INTO epoch VALUES (${FIRST_EPOCH - 1});

  -- What can be found: of every turn that has ended and, without a turn, of every title that was given.
  CREATE TABLE words (
    conversation text COLLATE "C" NOT NULL REFERENCES conversations ON DELETE CASCADE,
    turn text COLLATE "C",
    folded text COLLATE "C" NOT NULL,
    UNIQUE (conversation, turn),
    FOREIGN KEY (conversation, turn) REFERENCES turns ON DELETE CASCADE
  );
  -- The runs of one and two characters in a text, as numbers. It is dear beside a look whether a text has a word in it.
  CREATE FUNCTION runs(folded text) RETURNS bigint[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5000 AS $$
    SELECT array_agg(ascii(one)::bigint) || array_agg(ascii(one)::bigint * ${PAIR} + coalesce(ascii(next), 0))
    FROM (SELECT string_to_array(folded, NULL) AS all_of_it) AS characters,
         unnest(all_of_it, all_of_it[2:]) AS pairs(one, next)
  $$;
  -- Runs of three come from pg_trgm, of letters and digits alone.
  CREATE INDEX words_by_trigrams ON words USING gin (folded gin_trgm_ops) WITH (gin_pending_list_limit = 1024);
  CREATE INDEX words_by_runs ON words USING gin (runs(folded)) WITH (gin_pending_list_limit = 1024);
  `,
  // The ids of the images that a turn shows, with blanks between them, and who asked: the rest of both is in `more`.
  `
  ALTER TABLE turns ADD COLUMN images text COLLATE "C" NOT NULL DEFAULT '',
                    ADD COLUMN sender text COLLATE "C" NOT NULL DEFAULT '';
  CREATE INDEX turns_with_images ON turns (conversation) WHERE images <> '';
  `,
];

/**
 * Brings a database to the newest layout: all of the way, or none. Of processes that start at once, one does it.
 *
 * @throws {StoreError} when it was written by a newer version, or may not be changed
 */
export async function migrate(pool: PostgresPool): Promise<void> {
  await pool.atOnce(async (ask) => {
    // Both end with the transaction.
    await ask("SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '0', true)");
    await ask("SELECT pg_advisory_xact_lock($1)", [LOCK], { deadlineMs: PATIENCE_MS });
    await ask("CREATE TABLE IF NOT EXISTS layout (version integer NOT NULL)");
    const { rows: [row] } = await ask("SELECT version FROM layout");
    const version = Number(row?.version ?? 0);
    if (version > MIGRATIONS.length) {
      throw new StoreError(
        `The database was written by a newer version (layout ${version}, this one knows ${MIGRATIONS.length})`,
      );
    }
    if (version === MIGRATIONS.length) return;
    await refuseOtherEncodings(ask);
    await addTrigrams(ask);
    for (const migration of MIGRATIONS.slice(version)) {
      await ask(migration, [], { deadlineMs: PATIENCE_MS, planned: true });
    }
    await ask(version === 0 ? "INSERT INTO layout VALUES ($1)" : "UPDATE layout SET version = $1", [MIGRATIONS.length]);
  });
}

async function addTrigrams(ask: Ask): Promise<void> {
  const { count } = await ask("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'");
  if (count > 0) return;
  try {
    await ask("CREATE EXTENSION pg_trgm");
  } catch (cause) {
    throw new StoreError(
      `The database needs the extension pg_trgm, which comes with PostgreSQL (${(cause as Error).message}): ` +
        "have an administrator run CREATE EXTENSION pg_trgm in it",
    );
  }
}

async function refuseOtherEncodings(ask: Ask): Promise<void> {
  const { rows: [row] } = await ask("SELECT current_setting('server_encoding') AS encoding");
  if (row?.encoding === "UTF8") return;
  throw new StoreError(`The database has the encoding ${row?.encoding}, which lacks characters: make one with UTF8`);
}
