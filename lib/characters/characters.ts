/** All the characters that the configuration knows, and the one it has chosen. */
import { resolve } from "node:path";
import { parseCard } from "./card.ts";
import { CardError } from "./card_error.ts";
import { isPicture } from "./card_picture.ts";
import { cardKind } from "./card_sources.ts";
import type { Character } from "./character.ts";
import { BUILTIN_PERSONAS, NOBODY } from "@/lib/config/personas.ts";
import type { Config, Persona } from "@/lib/config/schema.ts";
import type { ChatMessage } from "@/lib/providers/provider.ts";

export interface Characters {
  /** The configured ones, then the built-in ones whose names they have not taken. */
  all: Character[];
  /** Undefined when the language model is to be itself. */
  chosen?: Character;
  /** Cards that could not be read, each with what is wrong. */
  warnings: string[];
}

/**
 * Resolves the characters of a configuration, and reads the cards they name.
 *
 * Chosen is the one that `prompt` names; without it the first of `prompts`, without those the first built-in one.
 *
 * @param roots folders that relative paths of cards may start at, in order
 */
export async function charactersOf(config: Config, roots: readonly string[]): Promise<Characters> {
  const { prompt, prompts } = config;
  const warnings: string[] = [];
  const all: Character[] = [];
  // The configured ones come first, and also take the place of built-in ones of the same name.
  for (const [id, persona] of Object.entries({ ...prompts, ...BUILTIN_PERSONAS, ...prompts })) {
    try {
      all.push(await characterOf(id, persona, roots));
    } catch (error) {
      if (!(error instanceof CardError)) throw error;
      warnings.push(error.message);
    }
  }
  // A configured character may be called as nobody is.
  const chosen = all.find(({ id }) => id === prompt) ?? (prompt === NOBODY ? undefined : all[0]);
  return { all, warnings, ...(chosen !== undefined && { chosen }) };
}

/**
 * One character from what the configuration says of it.
 *
 * @throws {CardError} when its card cannot be read
 */
async function characterOf(id: string, persona: Persona, roots: readonly string[]): Promise<Character> {
  const card = persona.card === undefined ? undefined : await readCard(persona.card, roots);
  const { name, text, greeting, examples, reminder, model } = persona;
  return {
    ...(card ?? { name: id, text: "", otherGreetings: [], examples: [] }),
    // Who a character is says all of it: what its card tells the model to be is not told beside it.
    ...(card !== undefined && text !== undefined && { instructions: "" }),
    id,
    ...(name !== undefined && { name }),
    ...(text !== undefined && { text }),
    ...(greeting !== undefined && { greeting }),
    ...(examples !== undefined && { examples: examples.flatMap(messagesOf) }),
    ...(reminder !== undefined && { reminder }),
    ...(model !== undefined && { model }),
  };
}

/** Reads a card from the first of the folders that has it. */
async function readCard(card: string, roots: readonly string[]): Promise<Character> {
  const paths = roots.map((root) => resolve(root, card));
  for (const path of paths) {
    try {
      const { mtime } = await Deno.stat(path);
      const { character } = await parseCard(path, path);
      const version = (mtime?.getTime() ?? 0).toString(36);
      return isPicture(await cardKind(path)) ? { ...character, picture: { path, version } } : character;
    } catch (cause) {
      if (cause instanceof CardError) throw cause;
      if (!(cause instanceof Deno.errors.NotFound)) throw new CardError(path, (cause as Error).message, { cause });
    }
  }
  throw new CardError(paths[0] ?? card, "there is no such file");
}

function messagesOf({ user, assistant }: { user: string; assistant: string }): ChatMessage[] {
  return [{ role: "user", content: user }, { role: "assistant", content: assistant }];
}
