/** What is said aloud of a conversation: at most one answer at a time, and only where somebody listens. */
import type { Gate } from "./gate.ts";
import type { VoiceError } from "@/lib/voice/engine.ts";
import type { OpenSpeech, TurnSpeech } from "@/lib/voice/turn_speech.ts";
import type { SentenceSpeech } from "@/lib/protocol/speech.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

export interface ConversationSpeechOptions {
  /** Id of the conversation. */
  conversation: string;
  /** The principal that it belongs to, by id. */
  owner: string;
  /** Default: nobody speaks. */
  open: OpenSpeech | undefined;
  /** Gets the sounds of a turn, in the order of their sentences. */
  deliver(turn: string, speech: SentenceSpeech): void;
  onFailure(error: VoiceError): void;
}

export class ConversationSpeech {
  readonly #options: ConversationSpeechOptions;
  /** One for each page that plays speech: languages in which its browser has voices of its own. */
  readonly #listeners = new Set<{ speaks: readonly string[] }>();
  #spoken: { turn: string; speech: TurnSpeech } | undefined;

  constructor(options: ConversationSpeechOptions) {
    this.#options = options;
  }

  /** True while an answer is being said, which may have ended. */
  get active(): boolean {
    return this.#spoken !== undefined;
  }

  /** Whether any page listens now. */
  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  /** Resolves when what is being said now has been said, or was silenced. */
  get finished(): Promise<void> {
    return this.#spoken?.speech.finished ?? Promise.resolve();
  }

  /** Languages that every page that listens can speak by itself. */
  get speaks(): readonly string[] {
    const [first, ...others] = this.#listeners;
    return (first?.speaks ?? []).filter((language) => others.every(({ speaks }) => speaks.includes(language)));
  }

  /**
   * Has answers said, from the next one on, as long as somebody listens.
   *
   * @param speaks languages in which the listener has voices of its own (BCP 47)
   * @returns ends the listening
   */
  listen(speaks: readonly string[]): () => void {
    const listener = { speaks };
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Opens the speech of an answer where somebody listens. Its sounds are made at once, and delivered as the gate lets
   * them.
   *
   * @param at length of the turn's text before
   */
  open(
    { turn, prompt, at, gate }: { turn: string; prompt: string; at: number; gate: Gate },
  ): TurnSpeech | undefined {
    if (this.#listeners.size === 0) return undefined;
    const { conversation, owner, open, deliver, onFailure } = this.#options;
    let speech: TurnSpeech | undefined;
    guarded("open the speech of a turn", () => {
      speech = open?.({
        conversation,
        owner,
        at,
        prompt,
        speaks: () => this.speaks,
        deliver: (sound) => gate.pass(() => deliver(turn, sound)),
        onFailure: (error) => gate.pass(() => onFailure(error)),
      });
    });
    return speech;
  }

  /** From now on a turn is what is said, where somebody says it; what is said of another one ends. */
  begin(turn: string, speech: TurnSpeech | undefined): void {
    this.silence();
    if (speech !== undefined) this.#spoken = { turn, speech };
  }

  /** The speech of a turn while it is said. */
  of(turn: string): TurnSpeech | undefined {
    return this.#spoken?.turn === turn ? this.#spoken.speech : undefined;
  }

  /** No further sentence of a turn comes; it is said to its end. */
  end(turn: string): void {
    const spoken = this.#spoken;
    if (spoken?.turn !== turn) return;
    spoken.speech.end();
    void spoken.speech.finished.then(() => {
      if (this.#spoken === spoken) this.#spoken = undefined;
    });
  }

  /** Ends what is said; of one turn alone where that is named. */
  silence(turn = this.#spoken?.turn): void {
    if (this.#spoken === undefined || this.#spoken.turn !== turn) return;
    this.#spoken.speech.stop();
    this.#spoken = undefined;
  }
}

/**
 * Where a text is cut that was heard up to an offset: not in the middle of a character.
 *
 * @param heard UTF-16 units
 */
export function heardOffset(text: string, heard: number): number {
  const to = Math.max(0, Math.min(heard, text.length));
  return to > 0 && to < text.length && /[\ud800-\udbff]/.test(text.charAt(to - 1)) ? to - 1 : to;
}
