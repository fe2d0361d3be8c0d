/**
 * Definitions of links, `[1]: https://…`, on one line. Nothing else is one: a character's name in brackets before
 * what it says is not, nor is a footnote. One that no text before it refers to stays to be read.
 */
import type { Env, MarkdownIt } from "markdown-it";

const DEFINITION =
  /^ {0,3}\[(?<label>(?:[^\[\]\\\n]|\\.)+)\]:[ \t]*(?<target><?(?:https?:\/\/|mailto:)[^\s<>]+>?)(?<title>[ \t]+(?:"[^"\n]*"|'[^'\n]*'|\([^()\n]*\)))?[ \t]*$/iu;

/** What is known before a text is parsed that is a part of a longer one. */
export interface Environment extends Env {
  /** The definitions so far, by label. */
  references: Record<string, { href: string; title: string }>;
  /** The text before. */
  before: string;
}

export function definitions(md: MarkdownIt): void {
  md.block.ruler.at("reference", (state, start, _end, silent) => {
    const found = DEFINITION.exec(state.src.slice(state.bMarks[start]! + state.tShift[start]!, state.eMarks[start]));
    const { label, target, title = "" } = found?.groups ?? {};
    if (label === undefined || target === undefined || label.startsWith("^")) return false;
    if (silent) return true;
    const { references = {}, before = "" } = state.env;
    state.env.references = references;
    const href = target.replace(/^<|>$/g, "");
    const key = md.utils.normalizeReference(label);
    references[key] ??= { href: md.normalizeLink(href), title: title.trim().slice(1, -1) };
    const earlier = String(before) + state.src.slice(0, state.bMarks[start]);
    const token = state.push("definition", "", 0);
    token.block = true;
    token.map = [start, start + 1];
    token.hidden = refersTo(earlier, label);
    token.meta = { label, href, title };
    state.line = start + 1;
    return true;
  });
  md.renderer.rules.definition = (tokens, index) => {
    const { hidden, meta } = tokens[index]!;
    if (hidden) return "";
    const [label, href, title] = [meta?.label, meta?.href, meta?.title].map((part) =>
      md.utils.escapeHtml(String(part))
    );
    return `<p dir="ltr">[${label}]: <a href="${href}">${href}</a>${title}</p>\n`;
  };
}

/** Whether a text may refer to a label. */
export function refersTo(text: string, label: string): boolean {
  return text.toLowerCase().includes(`[${label.toLowerCase()}]`);
}
