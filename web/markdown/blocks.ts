/**
 * Markdown that grows. A text is cut into its top-level blocks; all but the last are finished and stay as they are,
 * so that each new piece costs as much as the last block is long, not as the whole text.
 */
import { Marked, type RendererObject, type Token, type Tokens } from "marked";

/** What has become of the text at one moment. */
export interface Growth {
  /** HTML of the blocks finished since the last call. */
  finished: string[];
  /** HTML of what may still change. */
  open: string;
}

/**
 * Alone at the end of growing text, these turn the line above into a heading or flicker as a list or a rule,
 * until the next letter says what they are.
 */
const UNDECIDED = /(?:^|\n)[ \t]{0,3}(?:[-=_*+]+|\d{1,9}[.)]?|#{1,6}|`{1,2}|>)[ \t]*$/;

export class MarkdownBlocks {
  /** Length of the text whose blocks are finished. */
  #done = 0;

  /**
   * Takes the whole text, grown since the last call.
   *
   * @param complete true when it will not grow any more: then nothing is open
   */
  grow(text: string, complete: boolean): Growth {
    const tail = text.slice(this.#done);
    const undecided = complete ? -1 : tail.search(UNDECIDED);
    const tokens = parser.lexer(undecided < 0 ? tail : tail.slice(0, undecided));
    // The last block may go on, also after blank lines.
    const last = complete ? tokens.length : tokens.findLastIndex((token) => token.type !== "space");
    const finished = tokens.slice(0, Math.max(0, last));
    for (const token of finished) this.#done += token.raw.length;
    return {
      finished: finished.map((token) => html(token)).filter((part) => part !== ""),
      open: tokens.slice(Math.max(0, last)).map((token) => html(token)).join(""),
    };
  }
}

/** HTML of one block. It has not been sanitised. */
function html(token: Token): string {
  return parser.parser([token]);
}

/** Headings of an answer stand below those of the page. */
const HEADING_SHIFT = 3;

const renderer: RendererObject = {
  heading({ tokens, depth }: Tokens.Heading): string {
    const level = Math.min(6, depth + HEADING_SHIFT);
    return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>\n`;
  },
  // HTML is shown as it was written: an answer about <div> keeps its <div>. Only breaks, common in tables, are taken.
  html({ text, block }: Tokens.HTML | Tokens.Tag): string {
    if (/^<br\s*\/?>$/i.test(text.trim())) return "<br>";
    return block ? `<p>${escape(text.trimEnd()).replaceAll("\n", "<br>")}</p>\n` : escape(text);
  },
  // An image from elsewhere would tell its owner that the answer was read. It is offered as a link.
  image({ href, text }: Tokens.Image): string {
    return `<a href="${escape(href)}">${escape(text || href)}</a>`;
  },
  checkbox({ checked }: Tokens.Checkbox): string {
    return checked ? "☑ " : "☐ ";
  },
};

/** People and models mean a line break where they write one. */
const parser = new Marked({ gfm: true, breaks: true, renderer });

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign]!);
}
