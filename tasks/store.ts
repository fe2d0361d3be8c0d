/**
 * `deno task store copy FROM TO`: puts all conversations of one store into another. Each is a file of SQLite, such as
 * `data/conversations.db`, or the address of a PostgreSQL database, whose password can be in PGPASSWORD instead.
 * `--into` lets TO have conversations already.
 */
import { parseArgs } from "node:util";
import { copyArchive, type Counts } from "@/lib/store/archive.ts";
import { openArchive } from "@/lib/store/open_store.ts";
import { StoreError } from "@/lib/store/store_error.ts";
import { databaseName, isPostgres } from "@/lib/config/store_address.ts";
import { print, warn } from "@/lib/telemetry/log.ts";

const USAGE = `deno task store copy FROM TO [--into]
  FROM, TO   a file such as data/conversations.db, or postgres://user@host:5432/database (password: PGPASSWORD)
  --into     TO may have conversations already; of one that both have, the one that was changed last stays`;

/** Conversations between two lines that tell how far it is. */
const TELL_EVERY = 5_000;

try {
  Deno.exit(await main());
} catch (error) {
  if (error instanceof StoreError) warn(error.message);
  // What parseArgs() cannot read.
  else if (error instanceof TypeError && "code" in error) warn(`${error.message}\n${USAGE}`);
  else throw error;
  Deno.exit(1);
}

async function main(): Promise<number> {
  const { values: { into }, positionals: [command, from, to, ...more] } = parseArgs({
    args: Deno.args,
    options: { into: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  if (command !== "copy" || from === undefined || to === undefined || more.length > 0) {
    warn(USAGE);
    return 2;
  }
  if (from === to) throw new StoreError("FROM and TO are the same");
  await using source = await openArchive(from, { isThere: true });
  await using target = await openArchive(to, { isThere: false });
  let next = TELL_EVERY;
  const copied = await copyArchive(source, target, {
    into,
    onProgress(copied) {
      if (copied.conversations < next) return;
      next = copied.conversations + TELL_EVERY;
      warn(`${copied.conversations} conversations …`);
    },
  });
  print(`Copied ${told(copied)} from ${shown(from)} to ${shown(to)}, which has ${told(await target.counts())} now`);
  return 0;
}

function told({ conversations, turns, sessions }: Counts): string {
  return `${conversations} conversations with ${turns} turns, and ${sessions} sessions,`;
}

function shown(place: string): string {
  return isPostgres(place) ? databaseName(place) : place;
}
