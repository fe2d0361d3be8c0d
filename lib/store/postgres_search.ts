/** Finding conversations in a PostgreSQL database: all, or by words in its table `words`. */
// @ts-types="./pg.d.ts"
import type { Value } from "pg";
import type { Ask } from "./postgres_pool.ts";
import { encodeText } from "./postgres_text.ts";
import { foldTurn } from "./store.ts";

/** A conversation in a list, as its row has it. */
export interface FoundRow {
  row: Record<string, unknown>;
  /** The first turn that has the words; undefined when the title alone has them, or none were looked for. */
  hit?: { prompt: string; text: string };
}

export interface Scope {
  /** At most this many conversations, the last changed. */
  most: number;
  /** Those of the principal of this id alone; undefined: all. */
  owner?: string | undefined;
}

export interface SearchOptions extends Scope {
  /** What trigrams are made of: see {@linkcode trigramsIn}. */
  trigrams: RegExp;
  /** Default: {@linkcode COMMON}. */
  common?: number;
}

/**
 * Words that stand in more rows than this are met soon by going through the conversations from the newest; those that
 * stand in fewer are looked up in an index.
 */
const COMMON = 8_000;
/** More than there are characters: a run of two is the number of the first one so many times, and of the second. */
export const PAIR = 2 ** 21;
/** Runs of one query that the index is asked for; more would hardly narrow what it finds. */
const MOST_ASKED = 16;

/** Words of which pg_trgm has made trigrams: it knows the letters of its database's locale, in some ASCII's alone. */
export async function trigramsIn(ask: Ask): Promise<RegExp> {
  const { rows: [row] } = await ask("SELECT show_trgm('жяж') <> '{}' AS every");
  return row?.every === true ? /[\p{L}\p{N}]{3}/u : /[a-z0-9]{3}/;
}

/** The conversations that have turns, the last changed first. */
export async function newest(ask: Ask, { most, owner }: Scope): Promise<FoundRow[]> {
  const values = new Values();
  const { rows } = await ask(summaries(theLast(most, owner, "true", values)), values.all);
  return rows.map((row) => ({ row }));
}

/**
 * The conversations that have `folded` in their title or a turn, the last changed first.
 *
 * @param folded as `fold()` makes it
 */
export async function search(
  ask: Ask,
  folded: string,
  { most, owner, trigrams, common = COMMON }: SearchOptions,
): Promise<FoundRow[]> {
  const growing = await growingWith(ask, folded, owner);
  const values = new Values();
  const has = `folded LIKE ${values.add(patternOf(folded))}`;
  const among = `${values.add([...growing.keys()])}::text[]`;
  // The index knows nothing of owners: who has little is not to be kept waiting by what others have in it.
  const through = await hasFew(ask, owner, common) || await isCommon(ask, folded, { trigrams, common });
  // A scalar, for PostgreSQL would make a set of all words for an EXISTS.
  const condition = through
    ? `(id = ANY(${among}) OR (SELECT true FROM words WHERE conversation = id AND ${has} LIMIT 1))`
    : `id IN (SELECT unnest(${among}) UNION SELECT conversation FROM ${matching(has, folded, trigrams, values)})`;
  const first = `SELECT position, prompt, text FROM turns JOIN words USING (conversation, turn)
    WHERE conversation = chosen.id AND ${has} ORDER BY position LIMIT 1`;
  const { rows } = await ask(summaries(theLast(most, owner, condition, values), first), values.all, { planned: true });
  return rows.map((row) => {
    const alive = growing.get(String(row.id));
    const ended = row.position === null ? undefined : { prompt: String(row.prompt), text: String(row.text) };
    const hit = ended === undefined || (alive !== undefined && alive.position < Number(row.position)) ? alive : ended;
    return { row, ...(hit && { hit }) };
  });
}

/** The parameters of a statement that is put together. */
class Values {
  readonly all: Value[] = [];

  add(value: Value): string {
    return `$${this.all.push(value)}`;
  }
}

function theLast(most: number, owner: string | undefined, condition: string, values: Values): string {
  return `SELECT id, owner, title, updated, number FROM conversations
    WHERE ${owner === undefined ? "" : `owner = ${values.add(owner)} AND`} ${condition}
      AND (SELECT true FROM turns WHERE conversation = id LIMIT 1)
    ORDER BY updated DESC, number DESC LIMIT ${values.add(most)}`;
}

/** What a list tells of the conversations that `chosen` selects, with what `first` selects for each of them. */
function summaries(chosen: string, first = "SELECT NULL AS position, NULL AS prompt, NULL AS text"): string {
  return `SELECT chosen.*, hit.*,
      (SELECT count(*) FROM turns WHERE conversation = chosen.id) AS turns,
      (SELECT prompt FROM turns WHERE conversation = chosen.id ORDER BY position LIMIT 1) AS begun
    FROM (${chosen}) AS chosen LEFT JOIN LATERAL (${first}) AS hit ON true
    ORDER BY updated DESC, number DESC`;
}

/** The rows of `words` that an index finds, to select from. */
function matching(has: string, folded: string, trigrams: RegExp, values: Values): string {
  if (trigrams.test(folded)) return `words WHERE ${has}`;
  // Apart, so that runs are looked up and never made: what is found is few, and looked at once more.
  return `(SELECT * FROM words WHERE runs(folded) @> ${
    values.add(runsOf(folded))
  }::bigint[] OFFSET 0) AS maybe WHERE ${has}`;
}

/** The longest runs of a text that the index knows, as numbers. */
function runsOf(folded: string): number[] {
  const characters = Array.from(encodeText(folded), (character) => character.codePointAt(0)!);
  if (characters.length === 1) return characters;
  const pairs = characters.slice(1).map((next, at) => characters[at]! * PAIR + next);
  return [...new Set(pairs)].slice(0, MOST_ASKED);
}

async function hasFew(ask: Ask, owner: string | undefined, few: number): Promise<boolean> {
  if (owner === undefined) return false;
  const { rows: [row] } = await ask(
    "SELECT count(*) AS own FROM (SELECT 1 FROM conversations WHERE owner = $1 LIMIT $2) AS few",
    [owner, few + 1],
  );
  return Number(row?.own) <= few;
}

async function isCommon(
  ask: Ask,
  folded: string,
  { trigrams, common }: { trigrams: RegExp; common: number },
): Promise<boolean> {
  const values = new Values();
  const has = `folded LIKE ${values.add(patternOf(folded))}`;
  const { rows: [row] } = await ask(
    `SELECT count(*) AS places FROM (SELECT 1 FROM ${matching(has, folded, trigrams, values)}
     LIMIT ${values.add(common + 1)}) AS few`,
    values.all,
    { planned: true },
  );
  return Number(row?.places) > common;
}

function patternOf(folded: string): string {
  return `%${folded.replace(/[\\%_]/g, "\\$&")}%`;
}

/** Those found in turns that still grow: they are few. With the first turn that has it. */
async function growingWith(ask: Ask, folded: string, owner: string | undefined) {
  const { rows } = await ask(
    `SELECT conversation, position, prompt, text FROM turns ${
      owner === undefined ? "" : "JOIN conversations ON id = conversation AND owner = $1"
    } WHERE state IN ('queued', 'streaming') ORDER BY conversation, position`,
    owner === undefined ? [] : [owner],
  );
  const found = new Map<string, { position: number; prompt: string; text: string }>();
  for (const row of rows) {
    const id = String(row.conversation);
    const turn = { position: Number(row.position), prompt: String(row.prompt), text: String(row.text) };
    if (!found.has(id) && foldTurn(turn.prompt, turn.text).includes(folded)) found.set(id, turn);
  }
  return found;
}
