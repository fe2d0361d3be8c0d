/** Turns as rows of the conversations' SQLite file. */
import type { DatabaseSync } from "node:sqlite";
import { textOf } from "./sqlite_search.ts";
import type { StoredTurn } from "./store.ts";
import { OWNER } from "@/lib/principal.ts";
import type { TurnImage } from "@/lib/protocol/images.ts";
import type { EndReason, ProviderName, TurnError } from "@/lib/protocol/v2.ts";

/** Writes turns of conversations that are there, by a statement that is prepared once. New ones come last. */
export function turnWriter(db: DatabaseSync): (id: string, turn: StoredTurn) => void {
  const write = db.prepare(
    `INSERT INTO turns (conversation, turn, position, prompt, text, thinking, state, reason, error, provider, model,
                        greeting, asked_by, heard, stands_in, images)
     VALUES (?, ?, (SELECT coalesce(max(position), 0) + 1 FROM turns WHERE conversation = ?),
             ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (conversation, turn) DO UPDATE SET
       prompt = excluded.prompt, text = excluded.text, thinking = excluded.thinking, state = excluded.state,
       reason = excluded.reason, error = excluded.error, provider = excluded.provider, model = excluded.model,
       greeting = excluded.greeting, heard = excluded.heard, stands_in = excluded.stands_in,
       images = excluded.images`,
  );
  return (id, turn) => {
    write.run(
      id,
      turn.turn,
      id,
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
      turn.heard ?? null,
      turn.standsIn ?? null,
      turn.images === undefined ? null : JSON.stringify(turn.images),
    );
  };
}

/** Reads the turns of a conversation, in their order. */
export function turnReader(db: DatabaseSync): (id: string) => StoredTurn[] {
  // Read as text, a column would end at its first NUL; read as bytes, every character comes back.
  const read = db.prepare(
    `SELECT turn, CAST(prompt AS BLOB) prompt, CAST(text AS BLOB) text, CAST(thinking AS BLOB) thinking,
            CAST(greeting AS BLOB) greeting, state, reason, error, provider, model, asked_by, heard, stands_in, images
     FROM turns WHERE conversation = ? ORDER BY position`,
  );
  return (id) => read.all(id).map((turn) => recordOf(turn));
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
    ...(row.heard !== null && { heard: Number(row.heard) }),
    ...(row.stands_in !== null && { standsIn: String(row.stands_in) }),
    ...(row.images !== null && { images: JSON.parse(String(row.images)) as TurnImage[] }),
  };
}

export function ownerOf(row: Record<string, unknown>): { owner?: string } {
  return row.owner === OWNER.id ? {} : { owner: String(row.owner) };
}
