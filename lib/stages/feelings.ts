import { guessFeeling } from "./classifier.ts";
import type { Emit, Stage, TurnEvent } from "./events.ts";
import { type Sentence, Sentences } from "./sentences.ts";

const FENCE = /^\s*(?:```|~~~)/;

/**
 * Guesses the feelings of an answer from its finished sentences, as long as the model marks none itself. Holds nothing
 * back.
 */
export class FeelingsStage implements Stage {
  readonly doing = "guess the feeling of an answer";
  /** Undefined once the model has marked a feeling. */
  #sentences: Sentences | undefined = new Sentences();
  #inFence = false;
  readonly #from: number;

  /** @param from where in the answer its text goes on, UTF-16 units */
  constructor(from = 0) {
    this.#from = from;
  }

  take(event: TurnEvent, emit: Emit): void {
    // Text waits for no feeling: it has gone on before anything here can fail.
    if (event.type === "end" || event.type === "error") {
      this.#guess(this.#sentences?.end(), emit);
      return emit(event);
    }
    emit(event);
    if (event.type === "emotion") this.#sentences = undefined;
    else if (event.type === "text") this.#guess(this.#sentences?.push(event.data), emit);
    else if (event.type === "retract" && this.#sentences !== undefined) this.#sentences = new Sentences();
  }

  rest(): string {
    return "";
  }

  #guess(sentences: readonly Sentence[] | undefined, emit: Emit): void {
    for (const { text, at } of sentences ?? []) {
      const fence = FENCE.test(text);
      if (fence) this.#inFence = !this.#inFence;
      const guess = fence || this.#inFence ? undefined : guessFeeling(text);
      if (guess !== undefined) emit({ type: "emotion", ...guess, at: this.#from + at });
    }
  }
}
