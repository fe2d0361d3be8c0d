/** What the language model is told of the conversation: as much of it as fits, the newest first. */
import type { ChatMessage } from "@/lib/llm/provider.ts";
import type { TurnRecord } from "@/lib/protocol/v2.ts";

export interface ContextOptions {
  /** Who the character is. Always told. */
  system?: string;
  /** How many tokens the messages may take together. */
  budget: number;
}

/**
 * The messages for the last of `turns`, oldest first. Older turns that do not fit are left out whole;
 * the system text and the last prompt are always there. Turns without an answer are left out, too.
 */
export function messagesFor(turns: readonly TurnRecord[], options: ContextOptions): ChatMessage[] {
  const last = turns.at(-1);
  if (last === undefined) return [];
  const opening: ChatMessage[] = options.system === undefined ? [] : [{ role: "system", content: options.system }];
  const closing: ChatMessage = { role: "user", content: last.prompt };
  const exchanges: ChatMessage[][] = [];
  let left = options.budget - estimateTokens([...opening, closing]);
  for (const turn of turns.slice(0, -1).reverse()) {
    if (turn.text === "") continue;
    const exchange: ChatMessage[] = [{ role: "user", content: turn.prompt }, { role: "assistant", content: turn.text }];
    left -= estimateTokens(exchange);
    if (left < 0) break;
    exchanges.unshift(exchange);
  }
  return [...opening, ...exchanges.flat(), closing];
}

/**
 * About how many tokens messages take. Tokenizers differ; for the common ones four ASCII characters, or one other
 * character, make about a token, and a message costs a few more for its role.
 */
export function estimateTokens(messages: readonly ChatMessage[]): number {
  let tokens = 0;
  for (const { content } of messages) {
    const others = content.match(/[^\p{ASCII}]/gu)?.length ?? 0;
    tokens += 4 + others + Math.ceil((content.length - others) / 4);
  }
  return tokens;
}
