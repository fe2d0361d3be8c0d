/** Who the language model plays. */
import { type ActiveLore, activeLore } from "./lore.ts";
import type { Role } from "./lore_entry.ts";
import type { LoreBook } from "./lorebook.ts";
import { fillMacros, type MacroContext } from "./macros.ts";
import { feelingInstructions } from "./mark_instructions.ts";
import type { ContextOptions, Insert } from "./context_options.ts";
import type { ChatMessage } from "@/lib/providers/provider.ts";

export interface Character {
  /** What `prompt` in the configuration chooses it by. */
  id: string;
  /** What it is called. */
  name: string;
  /** What the language model is to do, told before who the character is. */
  instructions?: string;
  /** Who it is, told to the language model. */
  text: string;
  /** What it says first. */
  greeting?: string;
  /** What else it may say first. */
  otherGreetings: readonly string[];
  /** How it talks. */
  examples: readonly ChatMessage[];
  /** Told to the language model again before each prompt. */
  reminder?: string;
  /** Told so many messages before the newest one's end. */
  note?: { content: string; depth: number; role: Role };
  /** Told where the conversation comes to it. */
  lore?: LoreBook;
  /** The avatar model that is shown with it. */
  model?: string;
  /** The file that its card's picture is in, and what differs when that has changed. */
  picture?: { path: string; version: string };
  /** What the macros of its texts stand for; absent where they have none, and are told as they are. */
  macros?: { char: string; user: string };
}

/** What a character's texts are filled with at the moment. */
export type Moment = Pick<MacroContext, "now" | "random" | "seed">;

/** Lore may take this share of the context. */
const LORE_SHARE = 1 / 4;

/** A character with the macros of all that it says and is told to be replaced. */
export function filled(character: Character, moment: Moment): Character {
  const { macros, instructions, greeting, reminder, note } = character;
  if (macros === undefined) return character;
  const fill = (text: string) => fillMacros(text, { ...macros, ...moment }).trim();
  return {
    ...character,
    ...(instructions !== undefined && { instructions: fill(instructions) }),
    text: fill(character.text),
    ...(greeting !== undefined && { greeting: fill(greeting) }),
    otherGreetings: character.otherGreetings.map(fill),
    examples: character.examples.map(({ role, content }) => ({ role, content: fill(content) })),
    ...(reminder !== undefined && { reminder: fill(reminder) }),
    ...(note !== undefined && { note: { ...note, content: fill(note.content) } }),
  };
}

/** The conversation that a character is told for, and how much there is room for. */
export interface CharacterContext extends Pick<ContextOptions, "budget"> {
  /** What has been said, oldest first, where the character began with `greeting` or with what the first turn tells. */
  messages(greeting?: string): readonly ChatMessage[];
  /** What each conversation has for itself: in one, `{{pick:…}}` stays. */
  conversation: string;
  count(messages: readonly ChatMessage[]): number;
  now?: Date;
  random?(): number;
}

/** What the language model is told of a character beside the conversation, with the request to mark feelings. */
export function contextOf(unfilled: Character, telling: CharacterContext): ContextOptions {
  const { conversation, budget, count, now = new Date(), random = Math.random } = telling;
  const moment = { now, random, seed: conversation };
  const character = filled(unfilled, moment);
  const { instructions = "", text, greeting, examples, reminder = "", note } = character;
  const lore = loreOf(unfilled, telling.messages(greeting), telling, moment);
  const told = (place: "before" | "after") =>
    lore?.entries.filter(({ entry }) => entry.place === place).map(({ content }) => content) ?? [];
  const parts = [instructions, ...told("before"), text, ...told("after"), feelingInstructions()];
  const inserts: Insert[] =
    lore?.entries.flatMap(({ entry: { place }, content }) =>
      typeof place === "string" ? [] : [{ content, ...place }]
    ) ?? [];
  if (note !== undefined && note.content !== "") inserts.push(note);
  return {
    system: parts.filter((part) => part !== "").join("\n\n"),
    examples: examples.filter(({ content }) => content !== ""),
    ...(greeting !== undefined && greeting !== "" && { greeting }),
    ...(reminder !== "" && { reminder }),
    inserts,
    ...(lore !== undefined && {
      lore: { tokens: lore.tokens, told: lore.entries.map(({ entry }) => entry.name), leftOut: lore.leftOut },
    }),
    budget,
    count,
  };
}

function loreOf(
  { lore, macros }: Character,
  messages: readonly ChatMessage[],
  { budget, count }: CharacterContext,
  moment: Moment,
): ActiveLore | undefined {
  if (lore === undefined || macros === undefined) return undefined;
  const nothing = count([{ role: "system", content: "" }]);
  return activeLore(lore, {
    messages,
    budget: Math.floor(budget * LORE_SHARE),
    count: (text) => count([{ role: "system", content: text }]) - nothing,
    fill: (text, hiddenKeys) => fillMacros(text, { ...macros, ...moment, hiddenKeys }),
  });
}
