/** Who the language model plays. */
import type { ContextOptions } from "@/lib/chat/context.ts";
import { feelingInstructions } from "./mark_instructions.ts";
import type { ChatMessage } from "@/lib/providers/provider.ts";

export interface Character {
  /** What `prompt` in the configuration chooses it by. */
  id: string;
  /** What it is called. */
  name: string;
  /** Who it is, told to the language model. */
  text: string;
  /** What it says first, ready to be shown. */
  greeting?: string;
  /** What else it may say first. */
  otherGreetings: readonly string[];
  /** How it talks. */
  examples: readonly ChatMessage[];
  /** Told to the language model again before each prompt. */
  reminder?: string;
  /** The avatar model it wears. */
  model?: string;
}

/**
 * What the language model is told of a character beside the conversation, with the request to mark feelings.
 *
 * @param greeted what the character said first, where a page has shown it
 */
export function contextOf(character: Character, greeted?: string): Omit<ContextOptions, "budget"> {
  return {
    system: `${character.text}\n\n${feelingInstructions()}`,
    examples: character.examples,
    ...(greeted !== undefined && { greeting: greeted }),
    ...(character.reminder !== undefined && { reminder: character.reminder }),
  };
}
