/** What every provider looks like to the rest of the server. */
import type { ErrorCode } from "@/lib/protocol/codes.ts";
import type { ProviderName } from "@/lib/protocol/v2.ts";

export interface ChatMessage {
  role: "system" | "user" | "assistant";
  content: string;
}

export interface GenerateRequest {
  model: string;
  /**
   * Oldest first; the last one is what the user just said, or the beginning of the answer, to be gone on with. A lone
   * user message is the plain case.
   */
  messages: ChatMessage[];
  /** Whose conversation it is, where `messages` does not tell it all: the built-in brain remembers by this. */
  user?: string;
  /**
   * Whom the provider plays in a conversation, with no name where nobody is chosen. Absent for a lone prompt, which
   * goes to the model and comes back as it is.
   */
  character?: { name?: string };
}

export type LlmEvent =
  | { type: "text"; text: string }
  | { type: "thinking"; text: string }
  /** Always last. `reason` is the provider's own word ("stop", "length", …), counts in tokens where known. */
  | { type: "done"; reason: string; promptTokens?: number; outputTokens?: number };

/** An answer, with what the model's server counted for it, in tokens. */
export interface CountedAnswer {
  messages: readonly ChatMessage[];
  /** All that the model wrote, its thoughts included. */
  output: string;
  promptTokens?: number;
  outputTokens?: number;
}

export interface Provider {
  readonly name: ProviderName;
  /**
   * Answers, one event for each piece the provider sent. Aborting `signal` ends the generation at its source
   * and makes the generator throw the signal's reason.
   *
   * @throws {LlmError} for every failure; the text yielded before it stays valid
   */
  generate(request: GenerateRequest, options: { signal: AbortSignal }): AsyncGenerator<LlmEvent, void, undefined>;
}

/** A failure that the user can do something about. `hint` says what. */
export class LlmError extends Error {
  override name = "LlmError";
  readonly code: ErrorCode;
  readonly hint?: string;
  /** HTTP status, where one came. */
  readonly status?: number;

  constructor(code: ErrorCode, message: string, options: ErrorOptions & { hint?: string; status?: number } = {}) {
    super(message, options);
    this.code = code;
    if (options.hint !== undefined) this.hint = options.hint;
    if (options.status !== undefined) this.status = options.status;
  }
}
