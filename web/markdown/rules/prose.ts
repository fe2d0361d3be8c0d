/** HTML in a text: breaks are taken everywhere, the rest is shown, or in prose left out as its author meant it. */
import type { MarkdownIt, StateInline } from "markdown-it";

const BREAK = /^<br\s*\/?>/i;
/** Elements of HTML. What is none, such as `<whispers>`, is a word. */
const ELEMENT =
  /^<(?:!--[^]*?-->|(?:script|style|template|noscript)\b[^>]*>[^]*?<\/(?:script|style|template|noscript)\s*>|\/?(?<name>a|abbr|article|aside|audio|b|big|blockquote|body|br|button|center|cite|code|dd|del|details|dfn|div|dl|dt|em|figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|kbd|label|li|link|main|mark|meta|nav|object|ol|p|picture|pre|q|s|samp|script|section|small|source|span|strike|strong|style|sub|summary|sup|svg|table|tbody|td|textarea|tfoot|th|thead|title|tr|tt|u|ul|var|video)\b(?:"[^"]*"|'[^']*'|[^"'>])*>)/i;
/** What is kept of it: how a word looks. */
const KEPT = /^<\/?(b|strong|i|em|u|s|strike|del|ins|sub|sup|small|mark|q|code|kbd)\b/i;
/** Where a line ends for who reads. */
const LINES = /^<\/?(?:p|div|h[1-6]|li|tr|blockquote|section|article|header|footer|center|hr)\b/i;

/** @param prose true for role play, whose authors write HTML to be seen as a page */
export function html(md: MarkdownIt, prose: boolean): void {
  md.inline.ruler.before("html_inline", "html", (state, silent) => {
    const rest = state.src.slice(state.pos, state.posMax);
    if (!rest.startsWith("<")) return false;
    const broken = BREAK.exec(rest);
    if (broken !== null) return put(state, silent, broken[0].length, "hardbreak");
    const element = prose ? ELEMENT.exec(rest) : null;
    if (element === null) return false;
    const kept = KEPT.exec(rest);
    if (kept !== null) {
      const tag = `<${rest.startsWith("</") ? "/" : ""}${kept[1]!.toLowerCase()}>`;
      return put(state, silent, element[0].length, "html_inline", tag);
    }
    const first = state.tokens.length === 0 && state.pending.trim() === "";
    return put(state, silent, element[0].length, LINES.test(rest) && !first ? "hardbreak" : "html_inline", "");
  });
}

function put(state: StateInline, silent: boolean, length: number, type: string, content = ""): true {
  const again = type === "hardbreak" && state.tokens.at(-1)?.type === type && state.pending.trim() === "";
  if (!silent && !again) state.push(type, type === "hardbreak" ? "br" : "", 0).content = content;
  state.pos += length;
  return true;
}
