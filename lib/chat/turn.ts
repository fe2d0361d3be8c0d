/** One answer, from the request to the last word, told to a sink. */
import { faultOf } from "@/lib/protocol/request_error.ts";
import { type GenerateRequest, LlmError, type LlmEvent } from "@/lib/providers/provider.ts";
import type { EndReason, ProviderName, TurnError } from "@/lib/protocol/v2.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

/** Who answers: decides on a provider, then streams from it. */
export interface LanguageModel {
  /** @throws {LlmError} when nobody can answer */
  open(request: GenerateRequest, options: { signal: AbortSignal }): Promise<Opened>;
}

export interface Opened {
  provider: ProviderName;
  model: string;
  events: AsyncIterable<LlmEvent>;
  /** Called once, when the turn has ended in whatever way. */
  close?(): void;
}

/** What the model's server counted for a turn, in tokens; what it does not tell is absent. */
export interface Usage {
  promptTokens?: number;
  outputTokens?: number;
}

/** Hears of one turn: `start` at most once, then pieces, then exactly one of `end` and `fail`. */
export interface TurnSink {
  start(provider: ProviderName, model: string): void;
  text(data: string): void;
  thinking(data: string): void;
  end(reason: EndReason, usage?: Usage): void;
  fail(error: TurnError): void;
}

/**
 * Runs a turn to its end. Whatever goes wrong reaches the sink: it throws only what the sink throws at its end. Aborting
 * `signal` ends it as cancelled.
 *
 * @param request makes the request
 */
export async function runTurn(
  languageModel: LanguageModel,
  request: () => GenerateRequest,
  sink: TurnSink,
  signal: AbortSignal,
): Promise<void> {
  let reason: EndReason = "stop";
  let usage: Usage | undefined;
  let opened: Opened | undefined;
  try {
    opened = await languageModel.open(request(), { signal });
    signal.throwIfAborted();
    sink.start(opened.provider, opened.model);
    for await (const event of opened.events) {
      if (event.type === "text") sink.text(event.text);
      else if (event.type === "thinking") sink.thinking(event.text);
      else {
        usage = event;
        if (event.reason === "length") reason = "length";
      }
    }
  } catch (error) {
    closeAnswer(opened);
    if (signal.aborted) sink.end("cancelled");
    else sink.fail(turnErrorOf(error));
    return;
  }
  closeAnswer(opened);
  sink.end(signal.aborted ? "cancelled" : reason, usage);
}

/** What fails then costs the turn nothing. */
function closeAnswer(opened: Opened | undefined): void {
  guarded("let go of an answer", () => opened?.close?.());
}

/** An error as the page is told of it. What is not ours to explain stays on the server. */
export function turnErrorOf(error: unknown): TurnError {
  if (error instanceof LlmError) {
    return { code: error.code, message: error.message, ...(error.hint !== undefined && { hint: error.hint }) };
  }
  return faultOf("go on with a turn", error);
}
