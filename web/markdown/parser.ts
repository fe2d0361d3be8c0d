/** Markdown as people and models write it: CommonMark, without what would swallow words that were meant as words. */
import MarkdownIt from "markdown-it";
import type { MarkdownIt as Parser, StateBlock } from "markdown-it";
import cjkFriendly from "markdown-it-cjk-friendly";
import { bareLinks } from "./rules/bare_links.ts";
import { definitions } from "./rules/definitions.ts";
import { dress } from "./rules/dress.ts";
import { faces } from "./rules/faces.ts";
import { formulas } from "./rules/formula.ts";
import { html } from "./rules/prose.ts";
import { tables } from "./rules/tables.ts";

/** @param prose true for what is written to be read as a story, such as a card's greeting */
export function makeParser(prose: boolean): Parser {
  // People and models mean a line break where they write one.
  const md = new MarkdownIt({ html: false, breaks: true });
  md.use(cjkFriendly).use(bareLinks).use(definitions).use(faces).use(formulas).use(tables).use(html, prose).use(dress);
  // Code comes in fences. What is only indented is a poem, a signature, or a card's careless template.
  md.disable("code");
  only(md, "blockquote", /^>+(?:[ \t]|$)/);
  // A tilde or three is how a voice is drawn out.
  only(md, "fence", /^(?:`|~{3,}[ \t]*[\w+#.-]*[ \t]*$)/);
  md.renderer.rules.label_open = (tokens, index) => {
    return `<label><input type="checkbox" disabled${tokens[index]!.meta?.checked === true ? " checked" : ""}>`;
  };
  return md;
}

/** Lets a rule see only those lines that look right. */
function only(md: Parser, name: string, looks: RegExp): void {
  const { ruler } = md.block;
  const all = ruler.getRules("");
  ruler.disable(name);
  // The ruler tells no names, and those of functions are gone in the page's bundle.
  const rest = ruler.getRules("");
  ruler.enable(name);
  const rule = all.find((known) => !rest.includes(known));
  if (rule === undefined) throw new Error(`markdown-it has no rule ${name}`);
  const alt = ["paragraph", "reference", "blockquote", "list"];
  ruler.at(name, (state: StateBlock, start: number, end: number, silent: boolean) => {
    const line = state.src.slice(state.bMarks[start]! + state.tShift[start]!, state.eMarks[start]);
    return looks.test(line) && rule(state, start, end, silent);
  }, { alt });
}
