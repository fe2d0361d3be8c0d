/**
 * The macros of character cards, `{{…}}`, as Character Card V3 has them under "Curly Braced Syntaxes"
 * (https://github.com/kwaroran/character-card-spec-v3/blob/main/SPEC_V3.md), and SillyTavern's of time and place.
 */

/** What the macros of a text stand for. */
export interface MacroContext {
  /** What the character is called. */
  char: string;
  /** What the card calls whom it talks to. */
  user: string;
  now: Date;
  /** At least 0, less than 1. */
  random(): number;
  /** Where this is the same, `{{pick:…}}` of the same text picks the same. */
  seed: string;
  /** Whether `{{hidden_key:…}}` is read: only where lore is looked through for the keys of other lore. */
  hiddenKeys?: boolean;
}

/** Characters that a text may have when it is filled: a long name in thousands of places would fill the memory. */
const LONGEST = 1_000_000;
/** Stands where `{{trim}}` stood until the whole text is known. */
const TRIM = "\0";
const DICE = { most: 100, sides: 1_000_000 };

/**
 * A text with its macros replaced, the inner ones first. What is no known macro leaves nothing behind; braces that never
 * close are left as they are. `<BOT>` and `<USER>` are the names, as the oldest cards have them.
 */
export function fillMacros(text: string, context: MacroContext): string {
  const named = text.replaceAll(TRIM, "")
    .replace(/<(?:bot|char)>/gi, () => context.char)
    .replace(/<user>/gi, () => context.user);
  const seed = `${context.seed}\0${hashOf(text)}`;
  /** The text itself, and each macro that has been opened within it. */
  const open: string[] = [""];
  let length = 0;
  let at = 0;
  const add = (piece: string) => {
    length += piece.length;
    if (length <= LONGEST) open[open.length - 1] += piece;
  };
  for (const { 0: braces, index } of named.matchAll(/\{{2,}|\}{2,}/g)) {
    add(named.slice(at, index));
    at = index + braces.length;
    if (braces.startsWith("{")) {
      // Of three braces the first one is the text's own.
      if (braces.length % 2 === 1) add("{");
      for (let i = 0; i < Math.floor(braces.length / 2); i++) open.push("");
      continue;
    }
    let left = braces.length;
    for (; left >= 2 && open.length > 1; left -= 2) {
      const value = valueOf(open.pop() ?? "", { ...context, seed: `${seed}\0${index - left}` });
      // Within a list the commas of a name do not part it.
      add(open.length > 1 ? value.replaceAll(",", "\\,") : value);
    }
    add("}".repeat(left));
  }
  add(named.slice(at));
  return trimmed(open.join("{{"));
}

function valueOf(macro: string, context: MacroContext): string {
  const content = macro.trim();
  if (content.startsWith("//")) return "";
  const [, name = "", colons = "", rest = ""] = /^([a-z_]+)\s*(::?)?([^]*)$/i.exec(content) ?? [];
  switch (name.toLowerCase()) {
    case "char":
    case "bot":
      return context.char;
    case "user":
      return context.user;
    case "random":
      return choose(rest, colons, context.random());
    case "pick":
      return choose(rest, colons, hashOf(context.seed) / 2 ** 32);
    case "roll":
      return roll(rest, context.random);
    case "time":
      return context.now.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    case "date":
      return context.now.toLocaleDateString("sv-SE");
    case "weekday":
      return context.now.toLocaleDateString("en", { weekday: "long" });
    case "newline":
      return "\n";
    case "trim":
      return TRIM;
    case "reverse":
      return Array.from(plain(rest)).reverse().join("");
    case "hidden_key":
      return context.hiddenKeys === true ? plain(rest) : "";
    default:
      return "";
  }
}

/** One of `a,b` or `a::b`; a comma that belongs to a value is written `\,`. */
function choose(list: string, colons: string, share: number): string {
  const values = colons === "::" && list.includes("::") ? list.split("::") : list.split(/(?<!\\),/);
  return plain(values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? "");
}

function plain(value: string): string {
  return value.replaceAll("\\,", ",").trim();
}

/** `6`, `d6` or `2d6+1`. Anything else is nothing. */
function roll(dice: string, random: () => number): string {
  const [, count = "1", sides = "", plus = "0"] = /^\s*(?:(\d{0,3})d)?(\d{1,7})\s*([+-]\s*\d{1,7})?\s*$/i.exec(dice) ??
    [];
  const times = count === "" ? 1 : Number(count);
  const most = Number(sides);
  if (most < 1 || most > DICE.sides || times < 1 || times > DICE.most) return "";
  let sum = Number(plus.replace(/\s/g, ""));
  for (let i = 0; i < times; i++) sum += 1 + Math.floor(random() * most);
  return String(sum);
}

/** A number of 32 bits that a text always gives (FNV-1a, stirred once more for the short ones). */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** Without the line breaks around each `{{trim}}`. */
function trimmed(text: string): string {
  const parts = text.split(TRIM);
  return parts.map((part, i) => {
    let from = 0;
    let to = part.length;
    if (i > 0) { while (from < to && /[\r\n]/.test(part[from]!)) from++; }
    if (i < parts.length - 1) { while (to > from && /[\r\n]/.test(part[to - 1]!)) to--; }
    return part.slice(from, to);
  }).join("");
}
