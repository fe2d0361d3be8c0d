/** All the characters that the configuration knows, and the one it has chosen. */
import { resolve } from "node:path";
import { parseCard } from "./card.ts";
import { CardError } from "./card_error.ts";
import type { Character } from "./character.ts";
import { BUILTIN_PERSONAS } from "@/lib/config/personas.ts";
import type { Config, Persona } from "@/lib/config/schema.ts";
import type { ChatMessage } from "@/lib/llm/provider.ts";

export interface Characters {
  /** The configured ones, then the built-in ones whose names they have not taken. */
  all: Character[];
  /** Undefined when the language model is to be itself: see {@linkcode charactersOf}. */
  chosen?: Character;
  /** Cards that could not be read, each with what is wrong. */
  warnings: string[];
}

/**
 * Resolves the characters of a configuration, and reads the cards they name.
 *
 * Chosen is the one that `prompt` names; without it the first of `prompts`, without those the first built-in one. But a
 * configuration with `llm.api: generate` that names no character, such as the predecessor's, gets none: there a prompt
 * goes to Ollama just as it was written.
 *
 * @param root folder that relative paths of cards start at
 */
export async function charactersOf(config: Config, root: string): Promise<Characters> {
  const { prompt, prompts, llm } = config;
  const warnings: string[] = [];
  const all: Character[] = [];
  // The configured ones come first, and also take the place of built-in ones of the same name.
  for (const [id, persona] of Object.entries({ ...prompts, ...BUILTIN_PERSONAS, ...prompts })) {
    try {
      all.push(await characterOf(id, persona, root));
    } catch (error) {
      if (!(error instanceof CardError)) throw error;
      warnings.push(error.message);
    }
  }
  const itself = llm.api === "generate" && prompt === undefined && Object.keys(prompts).length === 0;
  const chosen = itself ? undefined : all.find(({ id }) => id === prompt) ?? all[0];
  return { all, warnings, ...(chosen !== undefined && { chosen }) };
}

/**
 * One character from what the configuration says of it.
 *
 * @throws {CardError} when its card cannot be read
 */
export async function characterOf(id: string, persona: Persona, root: string): Promise<Character> {
  const card = persona.card === undefined ? undefined : await readCard(resolve(root, persona.card));
  const { name, text, greeting, examples, reminder, model } = persona;
  return {
    ...(card ?? { name: id, text: "", otherGreetings: [], examples: [] }),
    id,
    ...(name !== undefined && { name }),
    ...(text !== undefined && { text }),
    ...(greeting !== undefined && { greeting }),
    ...(examples !== undefined && { examples: examples.flatMap(messagesOf) }),
    ...(reminder !== undefined && { reminder }),
    ...(model !== undefined && { model }),
  };
}

async function readCard(path: string): Promise<Character> {
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(path);
  } catch (cause) {
    const missing = cause instanceof Deno.errors.NotFound;
    throw new CardError(path, missing ? "there is no such file" : (cause as Error).message, { cause });
  }
  return parseCard(bytes, path);
}

function messagesOf({ user, assistant }: { user: string; assistant: string }): ChatMessage[] {
  return [{ role: "user", content: user }, { role: "assistant", content: assistant }];
}
