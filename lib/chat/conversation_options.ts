import type { EarlyAnswerEvent } from "./early_answers.ts";
import type { LanguageModel } from "./turn.ts";
import type { SharedJournal } from "./turn_journal.ts";
import type { TurnTimings } from "./turn_timings.ts";
import type { GenerateRequest } from "@/lib/providers/provider.ts";
import type { Emit } from "@/lib/stages/events.ts";
import type { StoredTurn } from "@/lib/store/store.ts";
import type { OpenSpeech } from "@/lib/voice/turn_speech.ts";

/** What a conversation is made with. */
export interface ConversationOptions {
  id: string;
  /** The principal that the conversation belongs to, by id. */
  owner: string;
  /** Turns of the conversation so far. */
  turns: StoredTurn[];
  /** Number that the first frame follows. Must be higher than any number a client may have seen. */
  seq: number;
  /** Default: it lives in this process alone. */
  shared?: SharedJournal;
  languageModel: LanguageModel;
  /** How many prompts may wait behind the running one. */
  queue: number;
  /** Whether feelings are guessed where the model marks none; asked for each turn. Default: they are not. */
  classifier?(): boolean;
  /** Says answers aloud where somebody listens. Default: nobody speaks. */
  openSpeech?: OpenSpeech;
  /** Makes the request for the last of `turns`. */
  request(turns: readonly StoredTurn[]): GenerateRequest;
  /** Makes what follows the events of one turn, for the log and the metrics. It must not throw. */
  watch(): Emit;
  /** Times the stages of turns. Default: nobody does. */
  timings?: TurnTimings;
  /** Counts what becomes of early answers. It must not throw. Default: nobody does. */
  onEarlyAnswer?(event: EarlyAnswerEvent): void;
  /** Called when an answer has ended, with who asked, by id, and how long it is. It must not throw. Default: nobody counts. */
  onAnswered?(askedBy: string, characters: number): void;
  /** Called with each turn whose record has changed. */
  onChange(turn: StoredTurn): void;
  /** Called with the id of a turn that was taken out, with all after it. */
  onTruncate(turn: string): void;
}
