/** Turns as rows of a PostgreSQL database. */
import type { Ask } from "./postgres_pool.ts";
import { foldTurn, type StoredTurn } from "./store.ts";
import { OWNER } from "@/lib/principal.ts";

/** What of a turn has a column of its own. */
const COLUMNS = ["id", "turn", "prompt", "text", "state"];

/** Turns of a conversation that is there, in their order. */
export interface TurnsOf {
  id: string;
  turns: Iterable<StoredTurn>;
}

/** Writes turns of conversations, in a transaction that has written those. New ones come last. */
export async function writeTurns(ask: Ask, conversations: readonly TurnsOf[]): Promise<void> {
  // Of a turn that is there twice the last counts, in the first one's place.
  const all = conversations.flatMap(({ id, turns }) =>
    [...new Map(Array.from(turns, (turn) => [turn.turn, turn])).values()].map((turn) => ({ id, ...turn }))
  );
  const columns = (turns: typeof all, names: readonly (keyof StoredTurn | "id")[]) =>
    names.map((name) => turns.map((turn) => String(turn[name])));
  await ask(
    `INSERT INTO turns (conversation, turn, position, prompt, text, state, more, images, sender)
     SELECT id, name, place + coalesce((SELECT max(position) FROM turns WHERE conversation = id), 0),
            asked, answered, stands, rest, shown, asker
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::json[], $7::text[], $8::text[])
       WITH ORDINALITY AS changed(id, name, asked, answered, stands, rest, shown, asker, place)
     ON CONFLICT (conversation, turn) DO UPDATE SET
       prompt = excluded.prompt, text = excluded.text, state = excluded.state, more = excluded.more,
       images = excluded.images`,
    [
      ...columns(all, ["id", "turn", "prompt", "text", "state"]),
      all.map(moreOf),
      all.map(({ images = [] }) => images.map(({ id }) => id).join(" ")),
      all.map(({ askedBy = OWNER.id }) => askedBy),
    ],
  );
  const ended = all.filter(({ state }) => state === "done" || state === "failed");
  const growing = all.filter((turn) => !ended.includes(turn));
  await ask(
    "DELETE FROM words USING unnest($1::text[], $2::text[]) AS growing(id, name) WHERE conversation = id AND turn = name",
    columns(growing, ["id", "turn"]),
  );
  await ask(
    `INSERT INTO words (conversation, turn, folded) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
     ON CONFLICT (conversation, turn) DO UPDATE SET folded = excluded.folded WHERE words.folded <> excluded.folded`,
    [...columns(ended, ["id", "turn"]), ended.map(({ prompt, text }) => foldTurn(prompt, text))],
  );
}

/** What `save()` wrote is taken at its word. */
export function recordOf({ turn, prompt, text, state, more }: Record<string, unknown>): StoredTurn {
  return {
    turn: String(turn),
    prompt: String(prompt),
    text: String(text),
    state: state as StoredTurn["state"],
    ...JSON.parse(String(more)) as Pick<StoredTurn, "thinking">,
  };
}

export function ownerOf({ owner }: Record<string, unknown>): { owner?: string } {
  return owner === OWNER.id ? {} : { owner: String(owner) };
}

/** All that has no column of its own: nothing is looked for in it. */
function moreOf(turn: StoredTurn): string {
  return JSON.stringify(Object.fromEntries(Object.entries(turn).filter(([name]) => !COLUMNS.includes(name))));
}
