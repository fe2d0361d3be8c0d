import type { ChatMessage } from "@/lib/providers/provider.ts";
import type { ContextUse } from "@/lib/protocol/calls.ts";

/** What the language model is told beside the turns of a conversation, and how much of all that. */
export interface ContextOptions {
  /** Who the character is. Always told. */
  system?: string;
  /** How the character talks: told after the system text, unless they would take more than a third of the budget. */
  examples?: readonly ChatMessage[];
  /**
   * What the character said before the first turn, where that was shown and the turn does not tell. Goes as the oldest
   * words do.
   */
  greeting?: string;
  /** A system message right before the last prompt. */
  reminder?: string;
  /** Further messages, at their depths. */
  inserts?: readonly Insert[];
  /** What lore is among all this, for the meter of the page. */
  lore?: NonNullable<ContextUse["lore"]>;
  /** How many tokens the messages may take together. */
  budget: number;
  /** Counts the tokens of messages. Default: as for a model that nothing is known of. */
  count?(messages: readonly ChatMessage[]): number;
}

/** A message that is put among those of the conversation. */
export interface Insert extends ChatMessage {
  /** How many messages come after it; before the oldest one where there are fewer. */
  depth: number;
}
