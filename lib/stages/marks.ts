import { CodeTracker } from "./code_tracker.ts";
import { type Emotion, EMOTION_WORDS, emotionOf } from "@/lib/protocol/emotions.ts";

/** Hears of an answer's visible text and its feelings, in order. */
export interface MarkSink {
  text(data: string): void;
  /** @param at offset in the visible text, UTF-16 units: as much of it has been told already */
  emotion(name: Emotion | "neutral", intensity: number, at: number): void;
}

/** Words that stand in brackets for other reasons, too, and so are no marks although they name a feeling. */
const AMBIGUOUS = new Set(["none", "default", "normal", "question", "think", "sorry"]);
const WORDS = new Set(EMOTION_WORDS.filter((word) => !AMBIGUOUS.has(word)));
const BEGINNINGS = new Set([...WORDS].flatMap((word) => [...word].map((_, i) => word.slice(0, i + 1))));

/** `[happy]`, `[ Happy ]`, `[happy:0.7]`, `[happy: 70%]`. */
const MARK = /^\[ {0,2}(\p{L}+) {0,2}(?:[:：] {0,2}(\d{0,3}\.?\d{1,4})(%?) {0,2})?\]/u;
/** What may still become a mark. Its quantifiers bound how much is held back. */
const UNFINISHED = /^\[ {0,2}(?:(\p{L}+)( {0,2}(?:[:：] {0,2}\d{0,3}\.?\d{0,4}%? {0,2})?))?$/u;

const BLANKS = /^[ \t\r\u3000]+/;
const LEADING = /^[ \t\r\n\u3000]+/;

/**
 * Takes marks of feelings out of an answer that comes in any pieces.
 *
 * - Every word of `EMOTIONS` and its synonyms makes a mark, in any letter case, but for a few that stand in brackets
 *   for other reasons. Other brackets are text, and so are links such as `[happy](https://…)`.
 * - Within code, fenced or between backticks, everything is text: whoever writes about marks can show them.
 * - Held back is what may still become a mark, from its bracket on, and blank space before the first word.
 * - Blanks around a mark do not become two, the text does not begin with any, and a line of marks alone goes away.
 *   Nothing else is ever lost.
 */
export class MarkParser {
  readonly #sink: MarkSink;
  readonly #code = new CodeTracker();
  #held = "";
  /** Blank space before the first word. */
  #lead = "";
  #begun = false;
  /** True after something was taken out, until the next character that stays. */
  #gap = false;
  #last = "";
  #length = 0;
  #out = "";

  constructor(sink: MarkSink) {
    this.#sink = sink;
  }

  /** Whether the text that comes next is within code. */
  get inCode(): boolean {
    return this.#code.inside;
  }

  push(piece: string): void {
    if (this.#held === "" && !this.#gap && this.#begun && !piece.includes("[")) {
      if (piece !== "") this.#keep(piece);
    } else {
      this.#held += piece;
      this.#read(false);
    }
    this.#flush();
  }

  /** Something was taken out here by somebody else: blank space around it is tidied as around a mark. */
  gap(): void {
    this.#release();
    this.#open();
    this.#flush();
  }

  /** Gives out what is held back: nothing more comes. */
  end(): void {
    this.#release();
    if (this.#lead !== "") this.#out += this.#lead;
    this.#lead = "";
    this.#flush();
  }

  /** What has come in and was not given out, as it is: for whoever goes on without this parser after it has thrown. */
  rest(): string {
    const rest = this.#out + this.#lead + this.#held;
    this.#out = this.#lead = this.#held = "";
    return rest;
  }

  #release(): void {
    if (this.#held !== "") this.#read(true);
  }

  /** Reads what is held. At any moment, all that was neither kept nor taken out is held. */
  #read(final: boolean): void {
    while (this.#held !== "") {
      if (this.#gap) this.#held = this.#skipBlanks(this.#held);
      const open = this.#held.indexOf("[");
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
        this.#sink.emotion(mark.name, mark.intensity, this.#length);
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
    this.#sink.text(out);
  }
}

interface Mark {
  name: Emotion | "neutral";
  /** From 0 to 1. */
  intensity: number;
  /** Of the mark itself, UTF-16 units. */
  length: number;
}

/** Reads the mark that `text` begins with, if it does; `final` when nothing more comes. */
function readMark(text: string, final: boolean): Mark | "text" | "unfinished" {
  const [all, word = "", amount = "1", percent = ""] = MARK.exec(text) ?? [];
  if (all === undefined) {
    const [unfinished, letters = "", after = ""] = final ? [] : UNFINISHED.exec(text) ?? [];
    if (unfinished === undefined) return "text";
    const known = after === "" ? BEGINNINGS : WORDS;
    return letters === "" || known.has(letters.toLowerCase()) ? "unfinished" : "text";
  }
  const name = emotionOf(word);
  if (name === null || !WORDS.has(word.toLowerCase())) return "text";
  if (all.length === text.length && !final) return "unfinished";
  if (text[all.length] === "(") return "text";
  return { name, intensity: Math.min(1, Number(amount) / (percent === "" ? 1 : 100)), length: all.length };
}
