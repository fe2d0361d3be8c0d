/**
 * Mathematics: `\(…\)`, `\[…\]`, `$$…$$`, and `$…$` where it cannot be money. A formula is rendered as its source,
 * with a class by which the page finds it (`../formulas.ts`).
 */
import type { MarkdownIt, StateBlock, StateInline } from "markdown-it";

const INLINE = [
  /\\\((?<tex>(?:(?!\\\()[^])+?)\\\)/y,
  /\\\[(?<tex>(?:(?!\\\[)[^])+?)\\\]/y,
  /\$\$(?<tex>[^$]+)\$\$/y,
  /\$(?<tex>[^\s$](?:[^$\n]*[^\s$\\])?)\$(?![\p{L}\p{N}])/uy,
];
/** What a formula has and a stage direction, a name or a price in brackets has not. */
const FORMULA = /[\\^_=<>|{}+*/]|\d\s*[-−]|[-−]\s*[\p{L}\d]$|^\s*(?:-?\d+|\p{L}'?)\s*$|\p{L}\s*\(/u;
const MONEY = /^\d[\d.,]*(?:\s|[-–~/]|\p{L}{2}|$)/u;

export function formulas(md: MarkdownIt): void {
  md.inline.ruler.before("escape", "formula", inline);
  md.block.ruler.before("fence", "formula", block, { alt: ["paragraph", "blockquote", "list"] });
  md.renderer.rules.formula = (tokens, index) => source("span", tokens[index]!.content);
  md.renderer.rules.formula_block = (tokens, index) => `${source("div", tokens[index]!.content)}\n`;
  md.renderer.rules.formula_open_ended = (tokens, index) => {
    return `<p>${md.utils.escapeHtml(tokens[index]!.content).replaceAll("\n", "<br>\n")}</p>\n`;
  };

  function source(tag: string, content: string): string {
    return `<${tag} class="formula" dir="ltr">${md.utils.escapeHtml(content)}</${tag}>`;
  }
}

function inline(state: StateInline, silent: boolean): boolean {
  const { src, pos } = state;
  const first = src.charAt(pos);
  if (first !== "\\" && first !== "$") return false;
  for (const form of INLINE) {
    form.lastIndex = pos;
    const found = form.exec(src);
    const tex = found?.groups?.tex;
    if (found === null || tex === undefined || pos + found[0].length > state.posMax || !FORMULA.test(tex)) continue;
    if (first === "$" && src.charAt(pos + 1) !== "$" && MONEY.test(tex)) continue;
    if (!silent) state.push("formula", "", 0).content = found[0];
    state.pos += found[0].length;
    return true;
  }
  // What opens no formula is no escape either: a bracket needs none, and `\(^o^)/` waves its arms.
  if (!/^\\[()[\]]/.test(src.slice(pos, pos + 2))) return false;
  if (!silent) state.pending += src.slice(pos, pos + 2);
  state.pos += 2;
  return true;
}

/**
 * A formula on lines of its own. Like a fence, it is decided by its first line, so that what was finished while it
 * came is not undone by its end; a blank line ends it as well, and then it is shown as it was written.
 */
function block(state: StateBlock, start: number, end: number, silent: boolean): boolean {
  const first = lineOf(state, start);
  const open = /^(?:\$\$|\\\[)/.exec(first)?.[0];
  if (open === undefined) return false;
  const close = open === "$$" ? "$$" : "\\]";
  const closedAt = first.indexOf(close, 2);
  if (closedAt >= 0 && (first.slice(closedAt + 2).trim() !== "" || !FORMULA.test(first.slice(2, closedAt)))) {
    return false;
  }
  if (silent) return true;
  const lines = [first];
  let line = start + 1;
  for (; closedAt < 0 && line < end && !state.isEmpty(line) && state.sCount[line]! >= state.blkIndent; line++) {
    lines.push(lineOf(state, line));
    if (lines.at(-1)!.includes(close)) {
      line++;
      break;
    }
  }
  const content = lines.join("\n");
  const token = state.push(
    content.endsWith(close) && content.length > 4 ? "formula_block" : "formula_open_ended",
    "",
    0,
  );
  token.block = true;
  token.content = content;
  token.map = [start, line];
  state.line = line;
  return true;
}

function lineOf({ src, bMarks, tShift, eMarks }: StateBlock, line: number): string {
  return src.slice(bMarks[line]! + tShift[line]!, eMarks[line]).trimEnd();
}
