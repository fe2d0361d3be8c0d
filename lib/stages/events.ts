/** A turn as a stream of events, and the stages that such a stream passes through. */
import type { Emotion } from "@/lib/protocol/emotions.ts";
import type { SpokenSentence } from "@/lib/protocol/speech.ts";
import type { EndReason, ProviderName, TurnError } from "@/lib/protocol/v2.ts";

/** What the model's server counted for a turn, in tokens; what it does not tell is absent. */
export interface Usage {
  promptTokens?: number;
  outputTokens?: number;
}

/** `start` comes at most once, then pieces, then exactly one of `end` and `error`. */
export type TurnEvent =
  /** `standsIn`: what the server is called that answers in place of the chosen one; `unseen`: it sees no images. */
  | { type: "start"; provider: ProviderName; model: string; standsIn?: string; unseen?: true }
  | { type: "text"; data: string }
  | { type: "thinking"; data: string }
  /** `intensity` from 0 to 1; `at` = offset in the text so far, UTF-16 units, never decreasing. */
  | { type: "emotion"; name: Emotion | "neutral"; intensity: number; at: number }
  /** A piece of the text that has been given out before can be said. */
  | ({ type: "sentence" } & SpokenSentence)
  /** What is said first will probably be this, once more text has shown that it ends here: its sound can be begun. */
  | { type: "likely"; say: string; language: string }
  /** Something was taken out of the text here: blank space around it is tidied by whoever comes next. */
  | { type: "gap" }
  /** All text so far was thinking: a model's template had opened the thoughts unseen. */
  | { type: "retract" }
  | { type: "end"; reason: EndReason; usage?: Usage }
  | { type: "error"; error: TurnError };

export type Emit = (event: TurnEvent) => void;

/** Maps the events of one turn to events. Synchronous, since it meets every token. */
export interface Stage {
  /** What it does, as in "Cannot {doing}". */
  readonly doing: string;
  /** Takes an event and gives out what becomes of it. Whatever it does not know it gives out as it is. */
  take(event: TurnEvent, emit: Emit): void;
  /** Text that has come in and was not given out, as it is: for whoever goes on without this stage. */
  rest(): string;
}
