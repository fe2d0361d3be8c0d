/** What a page's sheets define, against what its sources use. */

/** Names that elements of the page have. */
export interface Markup {
  tags: Set<string>;
  classes: Set<string>;
  /** Names of attributes, ids as they stand, and all words of the sources' strings, which may be their values. */
  words: Set<string>;
}

const LITERAL = /"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`/g;

/** The words in strings, wherever they stand. */
function literals(code: string): string[] {
  return [...code.matchAll(LITERAL)].flatMap(([, a, b, c]) => (a ?? b ?? c ?? "").split(/[^\w-]+/));
}

/**
 * Adds what a source says of elements.
 *
 * @param made whether elements are made in it by hand, so that any string may be a tag or a class
 */
export function readSource(markup: Markup, code: string, made: boolean): void {
  const text = code.replace(/^\s*(?:\/\*[\s\S]*?\*\/|\/\/.*|import .*)$/gm, "");
  const words = literals(text);
  for (const word of [...words, ...text.match(/\baria-\w+|\bdata-[\w-]+|\b[a-z]\w*(?==[{"])/gi) ?? []]) {
    markup.words.add(word);
  }
  for (const [, tag = ""] of text.matchAll(/<([a-z][a-z0-9]*)\b/g)) markup.tags.add(tag);
  for (const [value] of text.matchAll(/\bclass(?:Name)?\s*=\s*(?:"[^"]*"|\{(?:[^{}]|\$?\{[^{}]*\})*\})/g)) {
    for (const name of literals(value)) markup.classes.add(name);
  }
  for (const [, name = ""] of text.matchAll(/\bdataset\.(\w+)/g)) {
    markup.words.add(`data-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
  }
  if (made) {
    for (const word of words) {
      markup.tags.add(word);
      markup.classes.add(word);
    }
  }
}

/** What is wrong with sheets: each selector, keyframes, custom property and width that nothing uses, or that is not there. */
export function faultsOf(css: string, { tags, classes, words }: Markup): string[] {
  const text = css.replace(/\/\*[\s\S]*?\*\//g, "");
  const faults = new Set<string>();
  const defined = (pattern: RegExp) => new Set([...text.matchAll(pattern)].map(([, name = ""]) => name));

  const compare = (kind: string, made: Set<string>, used: Set<string>, outside: Set<string> = new Set()) => {
    for (const name of made) if (!used.has(name) && !outside.has(name)) faults.add(`unused ${kind} ${name}`);
    for (const name of used) if (!made.has(name)) faults.add(`undefined ${kind} ${name}`);
  };
  compare("property", defined(/(?<![\w(-])(--[\w-]+)\s*:/g), defined(/var\(\s*(--[\w-]+)/g), words);
  compare("width", defined(/@custom-media\s+(--[\w-]+)/g), defined(/@media\s*\((--[\w-]+)\)/g));
  const moving = new Set(
    [...text.matchAll(/animation(?:-name)?:([^;}]+)/g)].flatMap(([, value = ""]) => value.split(/[\s,]+/)),
  );
  for (const name of defined(/@keyframes\s+([\w-]+)/g)) if (!moving.has(name)) faults.add(`unused keyframes ${name}`);

  for (const [, prelude = ""] of text.matchAll(/(?<=^|[{};])([^{};]+)\{/g)) {
    if (prelude.trim().startsWith("@")) continue;
    for (const selector of prelude.trim().split(/\s*,\s*(?![^()]*\))/)) {
      if (/^(from|to|[\d.]+%)$/.test(selector)) continue;
      const [, lit] = /::highlight\(([\w-]+)\)/.exec(selector) ?? [];
      const bare = selector.replace(/::highlight\([\w-]+\)/g, " ").replace(/:lang\([^)]*\)|::?[\w-]+/g, " ");
      const attributes = [...bare.matchAll(/\[([\w-]+)(?:="([^"]*)")?\]/g)];
      const plain = bare.replace(/\[[^\]]*\]/g, " ");
      const parts = [
        ...[...plain.matchAll(/\.([\w-]+)/g)].map(([, name = ""]) => classes.has(name)),
        ...[...plain.matchAll(/#([\w-]+)/g)].map(([, name = ""]) => words.has(name)),
        ...(plain.replace(/[.#][\w-]+/g, " ").match(/[a-z][\w-]*/gi) ?? []).map((tag) => tags.has(tag)),
        // Numbers and truths are counted out, not written down.
        ...attributes.map(([, name = "", value]) =>
          words.has(name) && (value === undefined || /^(\d+|true|false)$/.test(value) || words.has(value))
        ),
      ];
      if (lit !== undefined) parts.push(words.has(lit));
      if (parts.includes(false)) faults.add(`unused selector ${selector.replace(/\s+/g, " ")}`);
    }
  }
  return [...faults].sort();
}
