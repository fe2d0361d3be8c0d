/** The entries of lore books, in the shapes of the specifications, SillyTavern, Agnai and RisuAI. */
import { recordOf } from "./card_fields.ts";
import { readDecorators } from "./decorators.ts";
import { type KeyTest, keyTest } from "./lore_keys.ts";

export type Role = "system" | "user" | "assistant";

/** Before or after who the character is, or so many messages before the newest one's end. */
export type LorePlace = "before" | "after" | { depth: number; role: Role };

export interface LoreEntry {
  /** What its author calls it; its first key where it has no name. */
  name: string;
  /** With its macros. */
  content: string;
  keys: readonly KeyTest[];
  /** How further keys count: any or all of them must be there, or must not. */
  secondary: { keys: readonly KeyTest[]; logic: "any" | "all" | "not_any" | "not_all" };
  /** Where any of these is, it is not told. */
  exclude: readonly KeyTest[];
  /** Told whatever is said. */
  constant: boolean;
  /** Lower ones are told earlier. */
  order: number;
  /** Lower ones are left out first. */
  priority: number;
  place: LorePlace;
  /** How many of the last messages are looked through. Default: the book's. */
  scanDepth?: number;
  /** Answers that there must have been, and of which only every so manieth counts. */
  after: number;
  every: number;
  /** Whether other lore may call it, and it other lore. */
  calledByLore: boolean;
  callsLore: boolean;
}

/** Of one entry: more would take long to look for. */
const MOST_KEYS = 100;
const ROLES: readonly Role[] = ["system", "user", "assistant"];
const LOGICS = ["any", "not_all", "not_any", "all"] as const;
/** SillyTavern's places: before and after the character, around notes and examples (told after it), at a depth. */
const AT_DEPTH = 4;

/** Counts in how many entries there is something that is not honoured, by what it is. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  sentences(): string[] {
    return Array.from(this.#counts, ([what, count]) => `Lore: ${what} (${count} ${count === 1 ? "entry" : "entries"})`);
  }
}

/**
 * Reads an entry; undefined where it is never told.
 *
 * @param fill puts names in the place of a key's macros
 * @param unread called with what is not honoured
 */
export function readEntry(value: unknown, fill: (key: string) => string, unread: Tally): LoreEntry | undefined {
  const entry = recordOf(value);
  if (entry === undefined) return void unread.add("what is no entry was left out");
  if (entry.enabled === false || entry.disable === true) return undefined;
  const raw = entry.content ?? entry.entry ?? entry.text;
  if (typeof raw !== "string" || raw.trim() === "") return void unread.add("entries without text were left out");
  const more = recordOf(entry.extensions) ?? {};
  /** SillyTavern's own fields are in `extensions` of a card, and in the entry itself of its world info. */
  const own = (name: string, other: string) => more[name] ?? entry[other] ?? entry[name];
  const { decorators, unknown, content } = readDecorators(raw);
  for (const name of unknown.slice(0, 5)) unread.add(`@@${name.slice(0, 40)} is not honoured`);
  for (const what of unhonoured(more, entry)) unread.add(what);
  const tavern = own("position", "position") !== undefined && typeof own("position", "position") === "number";
  const options = {
    caseSensitive: own("case_sensitive", "caseSensitive") === true,
    wholeWords: own("match_whole_words", "matchWholeWords") === true,
    // SillyTavern says so of every entry, and means keys within slashes.
    regex: entry.use_regex === true && !tavern && more.selectiveLogic === undefined,
  };
  const tests = (list: string[]) =>
    list.slice(0, MOST_KEYS).flatMap((key) => {
      const test = keyTest(fill(key), options);
      if (test === undefined) unread.add(`the key ${key.slice(0, 60)} is no regular expression that can be looked for`);
      return test ?? [];
    });
  const keys = listOf(entry.keys ?? entry.key ?? entry.keywords);
  const secondary = [
    ...entry.selective === false ? [] : listOf(entry.secondary_keys ?? entry.keysecondary ?? entry.secondkey),
    ...listOf(decorators.additional_keys),
  ];
  const constant = decorators.activate !== undefined || entry.constant === true || entry.alwaysActive === true;
  if (decorators.dont_activate !== undefined && decorators.activate === undefined) return undefined;
  if (keys.length === 0 && !constant) return void unread.add("entries without keys are never told");
  const order = numberOf(entry.insertion_order ?? entry.order ?? entry.insertorder ?? entry.weight) ?? 100;
  const scanDepth = numberOf(decorators.scan_depth ?? own("scan_depth", "scanDepth"));
  return {
    name: nameOf(entry, keys),
    content,
    keys: tests(keys),
    secondary: {
      keys: tests(secondary),
      logic: LOGICS[numberOf(own("selectiveLogic", "selectiveLogic")) ?? 0] ?? "any",
    },
    exclude: tests(listOf(decorators.exclude_keys)),
    constant,
    order,
    priority: numberOf(entry.priority) ?? order,
    place: placeOf(entry, own, decorators),
    ...(scanDepth !== undefined && { scanDepth }),
    after: numberOf(decorators.activate_only_after) ?? 0,
    every: numberOf(decorators.activate_only_every) ?? 1,
    calledByLore: own("exclude_recursion", "excludeRecursion") !== true,
    callsLore: own("prevent_recursion", "preventRecursion") !== true,
  };
}

function placeOf(
  entry: Record<string, unknown>,
  own: (name: string, other: string) => unknown,
  decorators: Partial<Record<"depth" | "role" | "position", string>>,
): LorePlace {
  const role = ROLES.find((one) => one === decorators.role) ?? ROLES[numberOf(own("role", "role")) ?? 0] ?? "system";
  if (decorators.position !== undefined) return decorators.position === "before_desc" ? "before" : "after";
  if (decorators.depth !== undefined) return { depth: Number(decorators.depth), role };
  const place = own("position", "position");
  if (place === AT_DEPTH) return { depth: Math.max(0, numberOf(own("depth", "depth")) ?? AT_DEPTH), role };
  return place === 0 || (typeof place !== "number" && entry.position === "before_char") ? "before" : "after";
}

/** SillyTavern's further conditions, without which an entry is told whenever its keys are there. */
function unhonoured(more: Record<string, unknown>, entry: Record<string, unknown>): string[] {
  const own = (name: string) => more[name] ?? entry[name];
  const chance = numberOf(own("probability"));
  const said: string[] = [];
  if (chance !== undefined && chance < 100 && own("useProbability") !== false) said.push("chance is not honoured");
  if (["sticky", "cooldown", "delay"].some((name) => (numberOf(own(name)) ?? 0) > 0)) {
    said.push("times (sticky, cooldown, delay) are not honoured");
  }
  if (typeof own("group") === "string" && own("group") !== "") said.push("groups are not honoured");
  if (own("vectorized") === true) said.push("what is found by meaning alone is not told");
  return said;
}

function nameOf({ name, comment }: Record<string, unknown>, [first = "…"]: string[]): string {
  const title = [name, comment].find((one) => typeof one === "string" && one.trim() !== "");
  return (typeof title === "string" ? title.trim() : first).slice(0, 80);
}

/** A list of texts, or one with commas between them. */
function listOf(value: unknown): string[] {
  const list: unknown[] = Array.isArray(value)
    ? value
    : typeof value === "string"
    ? /^\/.+\/[a-z]*$/s.test(value) ? [value] : value.split(",")
    : [];
  return list.filter((one) => typeof one === "string" || typeof one === "number")
    .map((one) => String(one).trim()).filter((one) => one !== "");
}

export function numberOf(value: unknown): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}
