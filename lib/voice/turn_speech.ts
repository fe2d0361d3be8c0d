import type { VoiceError } from "./engine.ts";
import type { SayableText, SentenceSpeech, SpokenSentence } from "@/lib/protocol/speech.ts";
import type { Stage } from "@/lib/stages/events.ts";

/** How the character speaks, as the configuration has it. */
export interface VoiceChoice {
  /** Id of an engine of this machine; `browser`, `auto`, or `off`. */
  engine: string;
  /** Id of one of its voices. Default: its first one. */
  voice?: string | undefined;
  /** 1 is usual. */
  rate: number;
  pitch: number;
  /** What of a text is said. */
  speak: "all" | "dialogue";
}

/** What is to be said aloud of a turn, and who is told of it. */
export interface TurnSpeechRequest {
  /** Id of the conversation. */
  conversation: string;
  /** The principal that it belongs to, by id. */
  owner: string;
  /** Where the text that will come begins in the turn's visible text, UTF-16 units. Default: 0. */
  at?: number;
  /** Languages in which whoever listens has voices of their own (BCP 47). Asked for each sentence. */
  speaks(): readonly string[];
  /** How it is said. Default: as the chosen character speaks when a sentence comes. */
  voice?: VoiceChoice;
  /** What it answers: where it does not show its own language, it is in that of this. */
  prompt?: string;
  /** Gets the sounds, in the order of their sentences. */
  deliver(speech: SentenceSpeech): void;
  /** Called once, with why a sentence cannot be heard. */
  onFailure(error: VoiceError): void;
}

/** An answer that is said aloud while it comes. */
export interface TurnSpeech {
  /** Tells by `sentence` events what can be said. */
  readonly stage: Stage;
  say(sentence: SpokenSentence): void;
  /** What is said first will probably be this: its sound is begun. Told more than once, only the first time counts. */
  expect(likely: SayableText): void;
  /** A sentence has been heard to its end. */
  played(index: number): void;
  /** No further sentence comes. */
  end(): void;
  /** What was said until now is not to be heard, what follows is. */
  restart(): void;
  /** Ends everything at once, and for good. */
  stop(): void;
  /** Ends everything at once, and frees the sounds: nobody was told of them. */
  discard(): void;
  /** Resolves when all of it has been made and delivered, or it was stopped. */
  readonly finished: Promise<void>;
}

/** Opens the speech of a turn; undefined where nobody is to speak. */
export type OpenSpeech = (request: TurnSpeechRequest) => TurnSpeech | undefined;
