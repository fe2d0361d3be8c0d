/** What a line of Markdown is, where that decides whether it is said: code, formulas and tables are only seen. */

const FENCE = /^[ \t]*(?:(?:>|[-*+]|\d{1,9}[.)])[ \t]*)*(`{3,}|~{3,})(?!.*`)/;
const FORMULA = /^[ \t]*(?:>[ \t]*)*(\$\$|\\\[)/;
const FORMULA_ENDS = { "$$": /\$\$\s*$/, "\\[": /\\\]\s*$/ };
const TABLE_ROW = /^[ \t]*(?:>[ \t]*)*\|/;
/** The line below the heads of a table: only now is it known to be one. */
const TABLE_RULE = /^[ \t]*(?:>[ \t]*)*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)+\|?[ \t]*$/;

/** Follows the lines of a text from the first to the last. */
export class LineKinds {
  #fence: string | undefined;
  #formula: RegExp | undefined;
  #inTable = false;

  /** Whether the line that begins so, with a word at least, may be said. */
  maySay(begun: string): boolean {
    if (this.#fence !== undefined || this.#formula !== undefined) return false;
    if (this.#inTable && begun.includes("|")) return false;
    return !FENCE.test(begun) && !FORMULA.test(begun) && !TABLE_ROW.test(begun);
  }

  /** Whether anything of a block that only the eye needs is open, so that the next line belongs to it. */
  get inBlock(): boolean {
    return this.#fence !== undefined || this.#formula !== undefined;
  }

  /** Takes a whole line, without its end; tells whether it may be said. */
  end(line: string): boolean {
    const says = this.maySay(line) && !TABLE_RULE.test(line);
    if (this.#fence !== undefined) {
      const closing = /^[ \t>]*(`{3,}|~{3,})[ \t\r]*$/.exec(line)?.[1];
      if (closing?.startsWith(this.#fence)) this.#fence = undefined;
    } else if (this.#formula !== undefined) {
      if (this.#formula.test(line)) this.#formula = undefined;
    } else {
      this.#fence = FENCE.exec(line)?.[1];
      const formula = FORMULA.exec(line);
      if (formula !== null) {
        const ends = FORMULA_ENDS[formula[1] as keyof typeof FORMULA_ENDS];
        if (!ends.test(line.slice(formula[0].length))) this.#formula = ends;
      }
    }
    this.#inTable = TABLE_RULE.test(line) || (this.#inTable && line.includes("|"));
    return says;
  }
}
