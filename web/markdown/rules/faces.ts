/** Faces drawn with signs, such as `(*^_^*)` and `¯\_(ツ)_/¯`, stand as they were written. */
import type { Delimiter, MarkdownIt, StateInline } from "markdown-it";

/** Longest face, from bracket to bracket, in characters. */
const LONGEST = 16;
/** Letters that a face may have in its brackets: `(´ω`)` has one, `(o_O)` two. */
const LETTERS = 2;

/** Signs of Markdown's that occur in faces. */
const SIGNS = "*_`~<\\";
const BRACKETS = new RegExp(`[(（](?:[^()（）\\s\\p{N}]|(?<=_) (?=_)){2,${LONGEST - 2}}[)）]`, "uy");
/** A sign that is drawn with, and that no formula or list in brackets would have. */
const DRAWN = /[\^´¯°˘•≧≦▽∀∇⌒ω︶﹏>＞<＜;；￣｡・゜╥╯ಠ◕‿ᴗ]|[*_]\/|[*~]-[*~]|_ _|\p{Sk}(?!$)/u;
/** What stands between marks of emphasis when they are none: nothing that could be emphasised. */
const NOTHING = /^[^\p{L}\p{N}\p{So}\p{Emoji_Presentation}]*$/u;
/** A body with arms: `\_(ツ)_/¯`. */
const ARMS = /\\?_[(（]([^()（）\s\p{N}]{1,8})[)）]_(?:[/／]¯?)?/uy;

const EYE = /[<>^;=@.,~°•¬-]/u;

export function faces(md: MarkdownIt): void {
  md.inline.ruler.before("escape", "face", face);
  md.inline.ruler2.before("emphasis", "face", release);
}

/** Takes the rest of a face in brackets as text, once its first sign has been reached. */
function face(state: StateInline, silent: boolean): boolean {
  const { src, pos } = state;
  if (!SIGNS.includes(src.charAt(pos))) return false;
  ARMS.lastIndex = pos;
  const arms = ARMS.exec(src);
  if (arms !== null && count(arms[1]!) <= LETTERS) return take(state, arms[0].length, silent);
  for (let from = pos - 1; from >= 0 && from > pos - LONGEST; from--) {
    if (!"(（".includes(src.charAt(from))) continue;
    BRACKETS.lastIndex = from;
    const found = BRACKETS.exec(src)?.[0];
    if (found === undefined || from + found.length <= pos || !isFace(found.slice(1, -1))) return false;
    return take(state, from + found.length - pos, silent);
  }
  return false;
}

function isFace(inner: string): boolean {
  if (inner.startsWith("`") && inner.endsWith("`")) return false;
  return count(inner) <= LETTERS && DRAWN.test(inner);
}

function count(text: string): number {
  return text.match(/\p{L}/gu)?.length ?? 0;
}

function take(state: StateInline, length: number, silent: boolean): boolean {
  const end = Math.min(state.posMax, state.pos + length);
  if (!silent) state.pending += state.src.slice(state.pos, end);
  state.pos = end;
  return true;
}

/** Gives marks back that would emphasise nothing. */
function release(state: StateInline): void {
  for (const delimiters of [state.delimiters, ...state.tokens_meta.map((meta) => meta?.delimiters)]) {
    for (const mark of delimiters ?? []) {
      if (mark.end < 0 || (mark.marker !== 0x2a && mark.marker !== 0x5f)) continue;
      const inner = between(state, mark, delimiters![mark.end]);
      if (isMouth(state, mark) || NOTHING.test(inner)) mark.end = -1;
    }
  }
}

/** A single mark between two eyes: `>_<`, `^*^`. */
function isMouth({ tokens }: StateInline, { token, length }: Delimiter): boolean {
  return length === 1 && EYE.test(tokens[token - 1]?.content.at(-1) ?? "") &&
    EYE.test(tokens[token + 1]?.content.at(0) ?? "");
}

function between(state: StateInline, from: Delimiter, to: Delimiter | undefined): string {
  // Code and links have no content of their own, but are something.
  const tokens = state.tokens.slice(from.token + 1, to?.token);
  return tokens.map(({ type, content }) => type.startsWith("text") ? content : content || "x").join("")
    .replace(/^[*_]+|[*_]+$/g, "");
}
