import { CodeTracker } from "./code_tracker.ts";
import type { Emit, Stage, TurnEvent } from "./events.ts";
import { MARK_START, readMark } from "./mark_syntax.ts";

const BLANKS = /^[ \t\r\u3000]+/;
const LEADING = /^[ \t\r\n\u3000]+/;

/**
 * Takes marks of feelings out of an answer that comes in any pieces.
 *
 * - What a mark is, `mark_syntax.ts` says. Other brackets are text, and so are links such as `[happy](https://…)`.
 * - Within code, fenced or between backticks, everything is text: whoever writes about marks can show them.
 * - Held back is what may still become a mark, from its bracket on, and blank space before the first word.
 * - Blanks around a mark do not become two, the text does not begin with any, and a line of marks alone goes away.
 *   Nothing else is ever lost.
 */
export class MarksStage implements Stage {
  readonly doing = "take marks out of an answer";
  readonly #before: string;
  #code = new CodeTracker();
  #held = "";
  /** Blank space before the first word. */
  #lead = "";
  #begun = false;
  /** True after something was taken out, until the next character that stays. */
  #gap = false;
  #last = "";
  #length = 0;
  #out = "";
  #emit: Emit = () => {};

  /** @param before text of the answer that came before, where it is gone on with */
  constructor(before = "") {
    this.#before = before;
    this.#restart();
  }

  take(event: TurnEvent, emit: Emit): void {
    this.#emit = emit;
    switch (event.type) {
      case "text":
        return this.#push(event.data);
      case "gap":
        this.#release();
        this.#open();
        return this.#flush();
      case "retract":
        this.#end();
        emit(event);
        return this.#restart();
      case "end":
      case "error":
        this.#end();
        return emit(event);
      default:
        emit(event);
    }
  }

  rest(): string {
    const rest = this.#out + this.#lead + this.#held;
    this.#out = this.#lead = this.#held = "";
    return rest;
  }

  #push(piece: string): void {
    this.#held += piece;
    if (this.#held === piece && !this.#gap && this.#begun && !MARK_START.test(piece)) this.#keepHeld(piece.length);
    else this.#read(false);
    this.#flush();
  }

  /** Gives out what is held back: nothing more comes. */
  #end(): void {
    this.#release();
    this.#out += this.#lead;
    this.#lead = "";
    this.#flush();
  }

  /** What comes next is the beginning of the text, or goes on with what was there before. */
  #restart(): void {
    this.#code = new CodeTracker();
    this.#begun = this.#gap = false;
    this.#last = this.#lead = "";
    this.#length = 0;
    if (this.#before !== "") this.#keep(this.#before);
    this.#out = "";
  }

  #release(): void {
    if (this.#held !== "") this.#read(true);
  }

  /** Reads what is held. At any moment, all that was neither kept nor taken out is held. */
  #read(final: boolean): void {
    while (this.#held !== "") {
      if (this.#gap) this.#held = this.#skipBlanks(this.#held);
      const open = this.#held.search(MARK_START);
      if (open < 0) return this.#keepHeld(this.#held.length);
      this.#keepHeld(open);
      const mark = this.#code.inside ? "text" : readMark(this.#held, final);
      if (mark === "unfinished") return;
      if (mark === "text") {
        this.#keepHeld(1);
      } else {
        this.#held = this.#held.slice(mark.length);
        this.#open();
        this.#flush();
        for (const feeling of mark.feelings) this.#emit({ type: "emotion", ...feeling, at: this.#length });
      }
    }
  }

  #keepHeld(length: number): void {
    const text = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    this.#keep(text);
  }

  #open(): void {
    this.#gap = true;
    this.#lead = "";
  }

  #skipBlanks(text: string): string {
    if (!this.#begun) return text.replace(LEADING, "");
    if (!/\s/.test(this.#last)) return text;
    const rest = text.replace(BLANKS, "");
    // The mark had a line of its own, whose end goes with it.
    if (this.#last !== "\n" || !rest.startsWith("\n")) return rest;
    this.#gap = false;
    return rest.slice(1);
  }

  #keep(text: string): void {
    if (text === "") return;
    let kept = text;
    if (!this.#begun) {
      this.#lead += text;
      if (LEADING.exec(this.#lead)?.[0].length === this.#lead.length) return;
      kept = this.#lead;
      this.#lead = "";
      this.#begun = true;
    }
    this.#gap = false;
    this.#out += kept;
    this.#length += kept.length;
    this.#last = kept.at(-1)!;
    this.#code.feed(kept);
  }

  #flush(): void {
    if (this.#out === "") return;
    const out = this.#out;
    this.#out = "";
    this.#emit({ type: "text", data: out });
  }
}
