/** One answer, from the request to the last word, as a stream of events. */
import { internalError } from "@/lib/telemetry/internal_error.ts";
import { type GenerateRequest, LlmError, type LlmEvent } from "@/lib/providers/provider.ts";
import type { EndReason, ProviderName, TurnError } from "@/lib/protocol/v2.ts";
import type { Emit, Usage } from "@/lib/stages/events.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

/** Who answers: decides on a provider, then streams from it. */
export interface LanguageModel {
  /** @throws {LlmError} when nobody can answer */
  open(request: GenerateRequest, options: { signal: AbortSignal }): Promise<Opened>;
}

export interface Opened {
  provider: ProviderName;
  /** What people call it, for its failures. */
  displayName?: string;
  /** The same, where it answers in place of the chosen one. */
  standsIn?: string;
  /** True where it cannot see the images of the prompt. */
  unseen?: true;
  model: string;
  events: AsyncIterable<LlmEvent>;
  /** Called once, when the turn has ended in whatever way. */
  close?(): void;
}

/**
 * Runs a turn to its end, and never throws: whatever goes wrong is its last event. Aborting `signal` ends it as
 * cancelled.
 *
 * @param request makes the request
 * @param emit gets the events; it must not throw
 */
export async function runTurn(
  languageModel: LanguageModel,
  request: () => GenerateRequest,
  emit: Emit,
  signal: AbortSignal,
): Promise<void> {
  let reason: EndReason = "stop";
  let usage: Usage | undefined;
  let opened: Opened | undefined;
  try {
    opened = await languageModel.open(request(), { signal });
    signal.throwIfAborted();
    const { provider, model, standsIn, unseen } = opened;
    emit({ type: "start", provider, model, ...(standsIn !== undefined && { standsIn }), ...(unseen && { unseen }) });
    for await (const event of opened.events) {
      if (event.type !== "done") {
        emit({ type: event.type, data: event.text });
        continue;
      }
      usage = event;
      if (event.reason === "length") reason = "length";
    }
  } catch (error) {
    closeAnswer(opened);
    emit(
      signal.aborted
        ? { type: "end", reason: "cancelled" }
        : { type: "error", error: turnErrorOf(error, opened?.displayName) },
    );
    return;
  }
  closeAnswer(opened);
  emit({ type: "end", reason: signal.aborted ? "cancelled" : reason, ...(usage && { usage }) });
}

/** What fails then costs the turn nothing. */
function closeAnswer(opened: Opened | undefined): void {
  guarded("let go of an answer", () => opened?.close?.());
}

/**
 * An error as the page is told of it. What is not ours to explain stays on the server.
 *
 * @param server what the provider is called whose failure it may be
 */
function turnErrorOf(error: unknown, server: string | undefined): TurnError {
  if (error instanceof LlmError) return { ...error.toTurnError(), ...(server !== undefined && { server }) };
  return internalError("go on with a turn", error);
}
