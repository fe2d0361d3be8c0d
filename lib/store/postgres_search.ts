/** Finding conversations in a PostgreSQL database: all, or by words in its table `words`. */
// @ts-types="./pg.d.ts"
import type { Value } from "pg";
import type { Ask } from "./postgres_pool.ts";
import { encodeText } from "./postgres_text.ts";
import { foldTurn } from "./store.ts";

type Row = Record<string, unknown>;

/** A conversation in a list, as its row has it. */
export interface FoundRow {
  row: Row;
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
  /** Default: {@linkcode LIMITS}. */
  limits?: SearchLimits;
}

/** What decides whether conversations are gone through, from the newest on, or looked up in an index. */
export interface SearchLimits {
  /** Whoever has no more conversations than this has them gone through. */
  few: number;
  /** Words that as many of the {@linkcode NEWEST} conversations have are met soon by going through. */
  soon: number;
  /** So are those that stand in more rows than this, which the index would take longer to collect. */
  common: number;
}

const LIMITS: SearchLimits = { few: 4_000, soon: 50, common: 16_000 };
const NEWEST = 500;
/** A row of `words` is of a turn, or of the title of a conversation that has turns. */
const IN_TURNS = `(words.turn IS NOT NULL OR ${hasTurns("words.conversation")})`;
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
  const { rows } = await ask(summaries(theLast(most, owner, hasTurns("id"), values)), values.all);
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
  { most, owner, trigrams, limits: { few, soon, common } = LIMITS }: SearchOptions,
): Promise<FoundRow[]> {
  const growing = await growingWith(ask, folded, owner);
  const sought: Sought = { pattern: patternOf(folded), growing: [...growing.keys()], most, owner };
  // The index knows nothing of owners: who has little is not to be kept waiting by what others have in it.
  const through = await hasFew(ask, owner, few) || await isMetSoon(ask, sought, soon);
  const looked = through ? undefined : await lookUp(ask, sought, { folded, trigrams, common });
  return (looked ?? await goThrough(ask, sought)).map((row) => {
    const alive = growing.get(String(row.id));
    const ended = row.position === null ? undefined : { prompt: String(row.prompt), text: String(row.text) };
    const hit = ended === undefined || (alive !== undefined && alive.position < Number(row.position)) ? alive : ended;
    return { row, ...(hit && { hit }) };
  });
}

interface Sought extends Scope {
  /** What a text is like that has it. */
  pattern: string;
  /** Conversations that have it in a turn that grows. */
  growing: readonly string[];
}

/** Goes through the conversations from the newest on, until enough are met. */
async function goThrough(ask: Ask, { pattern, growing, most, owner }: Sought): Promise<Row[]> {
  const values = new Values();
  const like = `folded LIKE ${values.add(pattern)}`;
  const condition = `(id = ANY(${values.add(growing)}::text[]) OR ${anyOf(like)})`;
  const chosen = theLast(most, owner, condition, values);
  return (await ask(summaries(chosen, firstOf(like)), values.all, { planned: true })).rows;
}

/** @returns undefined where an index finds more than `common` rows */
async function lookUp(
  ask: Ask,
  { pattern, growing, most, owner }: Sought,
  { folded, trigrams, common }: { folded: string; trigrams: RegExp; common: number },
): Promise<Row[] | undefined> {
  const values = new Values();
  const like = `folded LIKE ${values.add(pattern)}`;
  const few = values.add(common);
  const condition = `(SELECT count(*) FROM found) <= ${few}
    AND id IN (SELECT unnest(${values.add(growing)}::text[]) UNION SELECT conversation FROM found)`;
  const chosen = theLast(most, owner, condition, values);
  const { rows } = await ask(
    `WITH found AS MATERIALIZED (SELECT conversation FROM ${matching(like, folded, trigrams, values)} LIMIT ${few} + 1)
     SELECT listed.*, (SELECT count(*) FROM found) AS places
     FROM (SELECT) AS always LEFT JOIN (${summaries(chosen, firstOf(like))}) AS listed ON true
     ORDER BY updated DESC, number DESC`,
    values.all,
    { planned: true },
  );
  return Number(rows[0]!.places) > common ? undefined : rows.filter(({ id }) => id !== null);
}

/** Whether many of the newest conversations have it. */
async function isMetSoon(ask: Ask, { pattern, owner }: Sought, soon: number): Promise<boolean> {
  const values = new Values();
  const whose = owner === undefined ? "" : `WHERE owner = ${values.add(owner)}`;
  const { rows: [row] } = await ask(
    `SELECT count(*) AS met
     FROM (SELECT id FROM conversations ${whose} ORDER BY updated DESC, number DESC LIMIT ${NEWEST}) AS newest
     WHERE ${anyOf(`folded LIKE ${values.add(pattern)}`)}`,
    values.all,
  );
  return Number(row?.met) >= soon;
}

// What is asked of each row is a scalar: for an EXISTS PostgreSQL would make a set of all there are.

function hasTurns(conversation: string): string {
  return `(SELECT true FROM turns WHERE turns.conversation = ${conversation} LIMIT 1)`;
}

/** Whether a conversation with turns has any words that are so. */
function anyOf(like: string): string {
  return `(SELECT true FROM words WHERE conversation = id AND ${like} AND ${IN_TURNS} LIMIT 1)`;
}

/** The first turn of the conversation `chosen` of which the words are so. */
function firstOf(like: string): string {
  return `SELECT position, prompt, text FROM turns JOIN words USING (conversation, turn)
    WHERE conversation = chosen.id AND ${like} ORDER BY position LIMIT 1`;
}

/** The parameters of a statement that is put together. */
class Values {
  readonly all: Value[] = [];

  add(value: Value): string {
    return `$${this.all.push(value)}`;
  }
}

/** @param condition that a conversation without turns never meets */
function theLast(most: number, owner: string | undefined, condition: string, values: Values): string {
  return `SELECT id, owner, title, updated, number FROM conversations
    WHERE ${owner === undefined ? "" : `owner = ${values.add(owner)} AND`} ${condition}
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
function matching(like: string, folded: string, trigrams: RegExp, values: Values): string {
  const has = `${like} AND ${IN_TURNS}`;
  if (trigrams.test(folded)) return `words WHERE ${has}`;
  // Apart, so that runs are looked up and never made: what is found is few, and looked at once more.
  return `(SELECT * FROM words WHERE runs(folded) @> ${
    values.add(runsOf(folded))
  }::bigint[] OFFSET 0) AS words WHERE ${has}`;
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
