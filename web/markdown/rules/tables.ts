/** Rows of a table that have more cells than its head: GFM leaves out what is too much. It stays in the last cell. */
import type { MarkdownIt, StateCore, Token } from "markdown-it";

export function tables(md: MarkdownIt): void {
  md.core.ruler.after("block", "whole_rows", wholeRows);
}

function wholeRows({ src, tokens }: StateCore): void {
  let lines: string[] | undefined;
  for (const [index, { type, map }] of tokens.entries()) {
    if (type !== "tr_open" || map === null) continue;
    lines ??= src.split("\n");
    const told = cellsFrom(tokens, index);
    const last = told.at(-1);
    if (last === undefined) continue;
    const written = split(lines[map[0]!] ?? "");
    // Signs of a quotation or a list, or nothing, may stand before the first one.
    const from = [0, 1].find((at) => told.every(({ content }, i) => (written[at + i] ?? "").trim() === content));
    const rest = from === undefined ? [] : written.slice(from + told.length);
    while (rest.at(-1)?.trim() === "") rest.pop();
    // Some of it was a sign within code, and stands there again.
    if (rest.length > 0) last.content = [written[from! + told.length - 1], ...rest].join("|").trim();
  }
}

/** What stands in the cells of a row. */
function cellsFrom(tokens: readonly Token[], row: number): Token[] {
  const cells: Token[] = [];
  for (let at = row; at < tokens.length && tokens[at]!.type !== "tr_close"; at++) {
    if (tokens[at]!.type === "inline") cells.push(tokens[at]!);
  }
  return cells;
}

/** What stands between the bars of a line, where no backslash says that one is none. */
function split(line: string): string[] {
  const cells: string[] = [];
  let cell = "";
  for (let at = 0; at < line.length; at++) {
    if (line[at] === "|") {
      cells.push(cell);
      cell = "";
      continue;
    }
    if (line[at] === "\\" && line[at + 1] === "|") at++;
    cell += line.charAt(at);
  }
  return [...cells, cell];
}
