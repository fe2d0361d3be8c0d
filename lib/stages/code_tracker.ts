/** Characters that may stand before a fence on its line: indentation, and the signs of quotations and lists. */
const BEFORE_FENCE = /^[ \t\r>*+-]$/;

/**
 * Knows, while Markdown streams by in any pieces, whether it is within code. Code that is never closed ends with its
 * line when it stands within one, and with the text when it is a block.
 */
export class CodeTracker {
  /** Length of the backticks that opened code within a line; 0 outside. */
  #inline = 0;
  #fence: { sign: string; length: number } | undefined;
  /** True while nothing but indentation has come on this line, so that a fence may stand here. */
  #fenceable = true;
  /** Backticks or tildes that have just come, and may go on. */
  #run = { sign: "", length: 0 };

  feed(text: string): void {
    if (this.#run.length === 0 && !this.#fenceable && !/[`~\n]/.test(text)) return;
    for (const character of text) this.#step(character);
  }

  /** Whether what comes next is within code, as long as it does not begin with a backtick or a tilde. */
  get inside(): boolean {
    this.#endRun();
    return this.#inline > 0 || this.#fence !== undefined;
  }

  #step(character: string): void {
    if (character === this.#run.sign) {
      this.#run.length++;
      return;
    }
    this.#endRun();
    if (character === "`" || character === "~") {
      this.#run = { sign: character, length: 1 };
    } else if (character === "\n") {
      this.#inline = 0;
      this.#fenceable = true;
    } else if (!BEFORE_FENCE.test(character)) {
      this.#fenceable = false;
    }
  }

  #endRun(): void {
    const { sign, length } = this.#run;
    if (length === 0) return;
    const fenceable = this.#fenceable;
    this.#fenceable = false;
    this.#run = { sign: "", length: 0 };
    if (this.#fence !== undefined) {
      if (fenceable && sign === this.#fence.sign && length >= this.#fence.length) this.#fence = undefined;
    } else if (fenceable && length >= 3) {
      this.#fence = { sign, length };
    } else if (sign === "`") {
      if (this.#inline === 0) this.#inline = length;
      else if (this.#inline === length) this.#inline = 0;
    }
  }
}
