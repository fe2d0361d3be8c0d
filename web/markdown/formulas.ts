/** Formulas as MathML, which browsers draw without fonts or styles of ours. The library comes with the first formula. */
import purify, { type Config } from "dompurify";

type Typesetter = Pick<typeof import("temml"), "renderToString">;

/** A style of an element's own is refused by the page's policy; formulas can be read without. */
const ALLOWED: Config & { RETURN_DOM_FRAGMENT: true } = {
  USE_PROFILES: { mathMl: true },
  FORBID_ATTR: ["style", "href"],
  RETURN_DOM_FRAGMENT: true,
};

let typesetter: Typesetter | undefined;
let loading: Promise<void> | undefined;
/** Formulas that wait for the library, as their source. */
let waiting: HTMLElement[] = [];

/** Draws the formulas in a part of the page: now, or as soon as the library is there. Until then they are their source. */
export function drawFormulas(root: DocumentFragment): void {
  const found = root.querySelectorAll<HTMLElement>(".formula");
  if (found.length === 0) return;
  if (typesetter !== undefined) return found.forEach(draw);
  waiting.push(...found);
  loading ??= load();
}

async function load(): Promise<void> {
  try {
    typesetter = (await import("temml")).default;
    for (const formula of waiting) draw(formula);
  } catch {
    // The line is down. Formulas stay their source, and the next one tries again.
    loading = undefined;
  }
  waiting = [];
}

function draw(formula: HTMLElement): void {
  const source = formula.textContent ?? "";
  const display = source.startsWith("$$") || source.startsWith("\\[");
  const edge = source.startsWith("$") && !display ? 1 : 2;
  try {
    const math = typesetter!.renderToString(source.slice(edge, -edge).trim(), {
      displayMode: display,
      throwOnError: true,
      maxSize: [20, 20],
      maxExpand: 500,
    });
    // Parsing a style, even one that is taken out again, would be reported as a breach of the policy.
    formula.replaceChildren(purify.sanitize(math.replace(/ style=("[^"]*"|'[^']*')/g, ""), ALLOWED));
    formula.classList.toggle("display", display);
    // A browser would write variables with the italic letters of a mathematical font, and nothing where there is none.
    for (const letter of formula.querySelectorAll("mi:not([mathvariant])")) {
      letter.classList.toggle("variable", [...letter.textContent ?? ""].length === 1);
    }
  } catch {
    // What the library cannot read is shown as it was written.
  }
}
