/** What a text has opened and not closed: where nobody should stop to breathe. */
import { quotationFrom } from "./quotation_marks.ts";

const BRACKETS: Record<string, string> = {
  "(": ")",
  "[": "]",
  "{": "}",
  "（": "）",
  "［": "］",
  "【": "】",
  "《": "》",
  "〈": "〉",
};
const SIGN = /[`*"＂“”„«»「」『』｢｣〝〟〞()[\]{}（）［］【】《》〈〉]/g;

/**
 * The signs that would close what is open in `text` before `end`, the outermost first. What stands behind `end` tells
 * what an asterisk there does.
 */
export function unclosedAt(text: string, end: number): string[] {
  const open: string[] = [];
  SIGN.lastIndex = 0;
  for (let found = SIGN.exec(text); found !== null && found.index < end; found = SIGN.exec(text)) {
    const at = found.index;
    const sign = found[0];
    if (sign === "`" || sign === "*") {
      const run = runOf(text, at, sign);
      SIGN.lastIndex = at + run.length;
      if (closes(open, run)) open.pop();
      else if (open.at(-1)?.startsWith("`") !== true && (sign === "`" || opens(text, at, run))) open.push(run);
    } else if (open.at(-1)?.startsWith("`") === true) {
      continue;
    } else if (closes(open, sign)) {
      while (open.pop()?.includes(sign) === false); // What was opened within goes with it.
    } else {
      const closing = BRACKETS[sign] ?? quotationFrom(text, at);
      if (closing !== undefined) open.push(closing);
    }
  }
  return open;
}

function closes(open: readonly string[], sign: string): boolean {
  if (sign.startsWith("*") || sign.startsWith("`")) return open.at(-1) === sign;
  return open.some((closing) => closing.includes(sign));
}

/** Whether asterisks can open something: no sign for times, and no sign of a list. */
function opens(text: string, at: number, run: string): boolean {
  return /\S/.test(text.charAt(at + run.length)) && !/[\p{L}\p{N}]/u.test(text.charAt(at - 1));
}

function runOf(text: string, at: number, sign: string): string {
  let end = at;
  while (text.charAt(end) === sign) end++;
  return text.slice(at, end);
}
