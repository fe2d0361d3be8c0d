import type { Emit, Stage, TurnEvent } from "./events.ts";
import { sayable, type Unended } from "./sayable.ts";
import { type SpeechPiece, SpeechPieces } from "./speech_pieces.ts";
import { SpokenLanguage } from "./spoken_language.ts";

export interface SpeechOptions {
  /** All that can be said, or only what stands in quotation marks. Default: all. */
  speak?: "all" | "dialogue";
  /** Language of what does not show its own (BCP 47). Default: en. */
  fallback?: string;
  /** Where the text that comes begins in the turn's visible text, UTF-16 units. Default: 0. */
  at?: number;
}

const NOTHING_UNENDED: Unended = { direction: false, quotation: undefined };

/**
 * Tells which pieces of an answer can be said, as soon as they are whole, and of the first one before that what it
 * will probably be. Holds nothing back: text goes on first. What only the eye needs is not said, and neither are thoughts
 * and errors.
 */
export class SpeechStage implements Stage {
  readonly doing = "cut an answer into sentences for its voice";
  readonly #speak: "all" | "dialogue";
  readonly #language: SpokenLanguage;
  #pieces = this.#newPieces();
  #unended = NOTHING_UNENDED;
  #index = 0;
  /** Where the next piece begins: blank lines before it belong to it. */
  #from = 0;
  /** Where the text began in the turn's. */
  #at: number;
  #emit: Emit = () => {};

  constructor({ speak = "all", fallback = "en", at = 0 }: SpeechOptions = {}) {
    this.#at = at;
    this.#speak = speak;
    this.#language = new SpokenLanguage(fallback);
  }

  take(event: TurnEvent, emit: Emit): void {
    this.#emit = emit;
    switch (event.type) {
      case "text":
        emit(event);
        return this.#pieces.push(event.data);
      case "retract":
        emit(event);
        this.#pieces = this.#newPieces();
        this.#unended = NOTHING_UNENDED;
        this.#from = this.#at = 0;
        return;
      case "end":
      case "error":
        // Whoever stopped an answer wants to hear no more of it.
        if (event.type === "error" || event.reason !== "cancelled") this.#pieces.end();
        return emit(event);
      default:
        emit(event);
    }
  }

  rest(): string {
    return "";
  }

  #newPieces(): SpeechPieces {
    return new SpeechPieces((piece) => this.#give(piece), (piece) => this.#tellLikely(piece));
  }

  #tellLikely(piece: SpeechPiece): void {
    const { say } = sayable(piece, this.#unended, this.#speak);
    if (say !== "") this.#emit({ type: "likely", say, language: this.#language.likelyOf(say) });
  }

  #give(piece: SpeechPiece): boolean {
    const blank = piece.text.trim() === "";
    const { say, unended } = piece.seenOnly
      ? { say: "", unended: NOTHING_UNENDED }
      : sayable(piece, this.#unended, this.#speak);
    // A paragraph may end what was never closed.
    this.#unended = blank && piece.startsLine ? NOTHING_UNENDED : unended;
    const from = this.#from;
    if (say !== "" || !blank) this.#from = piece.to;
    if (say === "") return false;
    const language = this.#language.of(say);
    this.#emit({
      type: "sentence",
      index: this.#index++,
      from: this.#at + from,
      to: this.#at + piece.to,
      say,
      language,
    });
    return true;
  }
}
