/** The record of a turn: what is told of it, and stored. */
import { OWNER } from "@/lib/principal.ts";
import type { TurnRecord } from "@/lib/protocol/v2.ts";
import type { StoredTurn } from "@/lib/store/store.ts";

/** A turn that nothing is answered in yet. */
export function newTurn(turn: string, prompt: string, greeting: string | undefined, askedBy: string): StoredTurn {
  const greeted = greeting === undefined ? {} : { greeting };
  const asked = askedBy === OWNER.id ? {} : { askedBy };
  return { turn, prompt, ...greeted, text: "", thinking: "", state: "queued", ...asked };
}

/** How much of an answer there is, thoughts included, UTF-16 units. */
export function lengthOf({ text, thinking }: TurnRecord): number {
  return text.length + thinking.length;
}
