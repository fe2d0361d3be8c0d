/** What the tokens of a text get beside CommonMark's: directions, boxes of tasks, numbers, headings below the page's own. */
import type { MarkdownIt, StateCore, Token } from "markdown-it";

/** Headings of an answer stand below those of the page. */
const HEADING_SHIFT = 3;

const RIGHT_TO_LEFT =
  /[\p{scx=Hebrew}\p{scx=Arabic}\p{scx=Syriac}\p{scx=Thaana}\p{scx=Nko}\p{scx=Samaritan}\p{scx=Mandaic}\p{scx=Adlam}]/u;

export function dress(md: MarkdownIt): void {
  md.core.ruler.push("directions", directions);
  md.core.ruler.push("tasks", tasks);
  md.core.ruler.push("shapes", shapes);
  md.core.ruler.push("numbers", numbers);
  md.renderer.rules.code_inline = (tokens, index) => {
    return `<code dir="ltr">${md.utils.escapeHtml(tokens[index]!.content)}</code>`;
  };
  md.renderer.rules.fence = (tokens, index) => {
    const { info, content } = tokens[index]!;
    const told = md.utils.escapeHtml(md.utils.unescapeAll(info).trim());
    return `<pre dir="ltr"><code${told === "" ? "" : ` title="${told}"`}>${
      md.utils.escapeHtml(content)
    }</code></pre>\n`;
  };
  // An image from elsewhere would tell its owner that the answer was read. It is offered as a link.
  md.renderer.rules.image = (tokens, index) => {
    const href = md.utils.escapeHtml(String(tokens[index]!.attrGet("src") ?? ""));
    return `<a href="${href}">${md.utils.escapeHtml(tokens[index]!.content) || href}</a>`;
  };
}

/**
 * Gives every block the direction of its first letter that has one. A list or a quotation has that of the first
 * paragraph in it, which `dir="auto"` would not give: it looks past parts that have a direction of their own.
 */
function directions({ tokens }: StateCore): void {
  const undirected: Token[] = [];
  for (const token of tokens) {
    if (token.nesting === 1 && !token.hidden) undirected.push(token);
    else if (token.nesting === -1) {
      const at = undirected.findLastIndex(({ tag }) => tag === token.tag);
      if (at >= 0 && !token.hidden) undirected.splice(at);
    } else if (token.type === "inline") {
      const letter = /\p{L}/u.exec(spoken(token))?.[0];
      if (letter === undefined) continue;
      for (const open of undirected.splice(0)) open.attrSet("dir", RIGHT_TO_LEFT.test(letter) ? "rtl" : "ltr");
    }
  }
}

/** The words of a paragraph without its code. */
function spoken({ children }: Token): string {
  return (children ?? []).map(({ type, content }) => type.startsWith("text") ? content : " ").join("");
}

/** `[ ]` and `[x]` at the beginning of a list's item. */
function tasks({ tokens, Token }: StateCore): void {
  for (const [index, token] of tokens.entries()) {
    const children = tokens[index + 2]?.children;
    const first = children?.[0];
    if (token.type !== "list_item_open" || !children || first?.type !== "text") continue;
    const sign = /^\[([ xX])\](?=\s)/.exec(first.content)?.[1];
    if (sign === undefined) continue;
    first.content = first.content.slice(3);
    const box = new Token("label_open", "label", 1);
    box.meta = { checked: sign !== " " };
    children.unshift(box);
    children.push(new Token("label_close", "label", -1));
    token.attrJoin("class", "task");
  }
}

/** A number that goes ahead of its list is meant as it is written; one that lags behind only says that it is an item. */
function numbers({ tokens }: StateCore): void {
  const next: number[] = [];
  for (const token of tokens) {
    if (token.type === "ordered_list_open") next.push(Number(token.attrGet("start") ?? 1));
    else if (token.type === "ordered_list_close") next.pop();
    else if (token.type === "list_item_open" && token.info !== "") {
      const [written, counted] = [Number(token.info), next.pop()!];
      if (written > counted) token.attrSet("value", token.info);
      next.push(Math.max(written, counted) + 1);
    }
  }
}

function shapes({ tokens }: StateCore): void {
  for (const token of tokens) {
    if (token.type.startsWith("heading")) token.tag = `h${Math.min(6, Number(token.tag.slice(1)) + HEADING_SHIFT)}`;
    // A style of an element's own is refused by the page's policy.
    const align = /^text-align:(\w+)$/.exec(String(token.attrGet("style") ?? ""))?.[1];
    if (align === undefined) continue;
    token.attrs = token.attrs?.filter(([name]) => name !== "style") ?? null;
    token.attrSet("align", align);
  }
}
