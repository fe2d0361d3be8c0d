import { CodeTracker } from "./code_tracker.ts";
import type { Emit, Stage, TurnEvent } from "./events.ts";
import { LONGEST_TOKEN, THOUGHT_TOKENS, type ThoughtToken, TOKEN_START } from "./thought_forms.ts";

const OUTSIDE = THOUGHT_TOKENS;
const INSIDE = THOUGHT_TOKENS.filter(({ kind }) => kind === "close");
/** After these a new sentence begins, and thoughts may. */
const SENTENCE_END = /[.!?…。！？♪~～*\p{Extended_Pictographic}]$/u;
/** A closing tag that comes right after one of these was not written about, but written. */
const ATTACHED = /[\p{L}\p{N}.!?…。！？]$/u;

/**
 * Splits a model's thoughts off its answer, whatever form they have, and in whatever pieces it comes.
 *
 * - Thoughts begin where a line or a sentence does; in the middle of one, and in code, a tag is text.
 * - A block that is never closed goes on to the end.
 * - The end of a block that was never opened means that the model's template had opened it: all before it was thinking.
 * - Held back is only what may still become a tag.
 */
export class ThoughtsStage implements Stage {
  readonly doing = "split thoughts off an answer";
  readonly #code = new CodeTracker();
  #held = "";
  /** What is being given out. */
  #giving = "";
  #inside = false;
  /** True until the first word of a block, so that no block begins with empty lines. */
  #fresh = false;
  /** Whether there were thoughts, of any origin. */
  #thought = false;
  #blocks = 0;
  /** The text of the line so far, as far back as it matters. */
  #line = "";
  #emit: Emit = () => {};

  /** @param before text of the answer that came before, where it is gone on with; thoughts may begin after it */
  constructor(before = "") {
    if (before !== "") this.#code.feed(before);
  }

  take(event: TurnEvent, emit: Emit): void {
    this.#emit = emit;
    if (event.type === "text") {
      if (this.#held === "" && !TOKEN_START.test(event.data)) return this.#give(event.data);
      this.#held += event.data;
      return this.#read(false);
    }
    if (event.type === "thinking") this.#thought = true;
    else if (event.type === "end" || event.type === "error") this.#read(true);
    emit(event);
  }

  rest(): string {
    const rest = this.#giving + this.#held;
    this.#giving = this.#held = "";
    return rest;
  }

  /** Reads what is held. At any moment, all that was neither given out nor a token is held. */
  #read(final: boolean): void {
    let from = 0;
    for (;;) {
      const found = this.#held.slice(from).search(TOKEN_START);
      if (found < 0) break;
      const start = from + found;
      const ahead = this.#held.slice(start, start + LONGEST_TOKEN).toLowerCase();
      const tokens = this.#inside ? INSIDE : OUTSIDE;
      const token = tokens.find(({ text }) => ahead.startsWith(text));
      if (token === undefined && (final || !tokens.some(({ text }) => text.startsWith(ahead)))) {
        from = start + 1;
        continue;
      }
      this.#giveHeld(start);
      from = 0;
      if (token === undefined) return;
      if (this.#counts(token)) {
        this.#held = this.#held.slice(token.text.length);
        this.#pass(token);
      } else {
        from = 1;
      }
    }
    this.#giveHeld(this.#held.length);
  }

  /** Whether a token means thoughts here. */
  #counts({ kind, special }: ThoughtToken): boolean {
    if (this.#inside) return true;
    if (this.#code.inside) return false;
    if (special) return true;
    const line = this.#line;
    if (line.trim() === "") return true;
    return kind === "open" ? SENTENCE_END.test(line.trimEnd()) : ATTACHED.test(line);
  }

  #pass({ kind, special }: ThoughtToken): void {
    if (kind === "close" && !this.#inside && !this.#thought && !special) this.#emit({ type: "retract" });
    if (!this.#inside) this.#emit({ type: "gap" });
    if (kind !== "drop") this.#inside = kind === "open";
    this.#fresh = this.#inside;
    this.#thought ||= kind !== "drop";
  }

  #giveHeld(length: number): void {
    const text = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    this.#give(text);
  }

  #give(text: string): void {
    if (text === "") return;
    if (!this.#inside) {
      this.#giving = text;
      this.#code.feed(text);
      const end = text.lastIndexOf("\n");
      this.#line = (end < 0 ? this.#line + text : text.slice(end + 1)).slice(-LINE_END);
      this.#giving = "";
      return this.#emit({ type: "text", data: text });
    }
    const words = this.#fresh ? text.trimStart() : text;
    if (words === "") return;
    const apart = this.#fresh && this.#blocks++ > 0 ? "\n\n" : "";
    this.#fresh = false;
    this.#emit({ type: "thinking", data: apart + words });
  }
}

/** How much of a line is looked at for its last word. A line with so many blanks at its end is taken for an empty one. */
const LINE_END = 16;
