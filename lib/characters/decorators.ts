/**
 * Decorators of lore: lines that begin with `@@` at the beginning of its content
 * (https://github.com/kwaroran/character-card-spec-v3/blob/main/SPEC_V3.md, "Decorators").
 */

/** Those that are honoured. */
const KNOWN = [
  "activate",
  "dont_activate",
  "activate_only_after",
  "activate_only_every",
  "depth",
  "role",
  "position",
  "scan_depth",
  "additional_keys",
  "exclude_keys",
] as const;
type Decorator = typeof KNOWN[number];
const NUMBERS: readonly string[] = ["activate_only_after", "activate_only_every", "depth", "scan_depth"];

export interface Decorated {
  /** The first of each, with what it says. */
  decorators: Partial<Record<Decorator, string>>;
  /** Names of those that are passed over. */
  unknown: string[];
  /** What follows them. */
  content: string;
}

/** Takes the decorators off a content. A line with three `@` counts where the one before it is not known. */
export function readDecorators(text: string): Decorated {
  const decorators: Decorated["decorators"] = {};
  const unknown: string[] = [];
  const lines = text.split(/\r?\n/);
  let past = 0;
  let settled = false;
  for (; past < lines.length; past++) {
    const [, signs = "", name = "", value = ""] = /^\s*(@@@?)([a-z_]+)\s*(.*)$/i.exec(lines[past]!) ?? [];
    if (signs === "") {
      if (lines[past]!.trim() === "") continue;
      break;
    }
    const fallback = signs.length === 3;
    if (fallback && settled) continue;
    const known = KNOWN.find((one) => one === name.toLowerCase());
    settled = known !== undefined && isValid(known, value.trim());
    if (known !== undefined && settled) decorators[known] ??= value.trim();
    else if (!fallback) unknown.push(name.toLowerCase());
  }
  return { decorators, unknown, content: lines.slice(past).join("\n").trim() };
}

function isValid(name: Decorator, value: string): boolean {
  if (NUMBERS.includes(name)) return /^\d{1,6}$/.test(value) && (name !== "activate_only_every" || Number(value) > 0);
  if (name === "role") return ["system", "user", "assistant"].includes(value);
  if (name === "position") return ["before_desc", "after_desc"].includes(value);
  return true;
}
