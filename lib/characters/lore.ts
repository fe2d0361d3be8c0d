/** Which lore is told: what the last messages call by its keys, within the budget. */
import { ScannedText } from "./lore_keys.ts";
import type { LoreEntry } from "./lore_entry.ts";
import type { LoreBook } from "./lorebook.ts";
import type { ChatMessage } from "@/lib/providers/provider.ts";

export interface LoreContext {
  /** The messages so far, oldest first, with the prompt that is to be answered. */
  messages: readonly ChatMessage[];
  /** Tokens that lore may take together. */
  budget: number;
  count(text: string): number;
  /** An entry's content with its macros replaced, for the model or to be looked through for keys. */
  fill(content: string, hiddenKeys: boolean): string;
}

export interface ActiveLore {
  /** In the order in which they are told. */
  entries: { entry: LoreEntry; content: string }[];
  /** That all of them take. */
  tokens: number;
  /** Names of those that the budget has no room for. */
  leftOut: string[];
}

/** Messages that are looked through where neither book nor entry says how many: the question, the answer, twice. */
const USUAL_DEPTH = 4;
/** Of one message, UTF-16 units from its end. */
const LONGEST_MESSAGE = 20_000;
/** How often told lore may call further lore. */
const MOST_ROUNDS = 10;
/** How long may be looked for keys, ms: what has not been found by then is not told. */
const MOST_TIME = 150;

/** Finds the lore to be told. The same words give the same lore. */
export function activeLore(book: LoreBook, context: LoreContext): ActiveLore {
  const { fill, count } = context;
  const budget = Math.min(book.tokenBudget ?? Infinity, context.budget);
  const called = calledEntries(book, context).map((entry) => ({ entry, content: fill(entry.content, false).trim() }));
  const active: ActiveLore = { entries: [], tokens: 0, leftOut: [] };
  // What is always told is chosen first, then what its author holds dear.
  const dear = called.filter(({ content }) => content !== "").sort(({ entry: a }, { entry: b }) =>
    Number(b.constant) - Number(a.constant) || b.priority - a.priority
  );
  for (const one of dear) {
    const tokens = count(one.content);
    if (active.tokens + tokens > budget) {
      active.leftOut.push(one.entry.name);
    } else {
      active.tokens += tokens;
      active.entries.push(one);
    }
  }
  const chosen = new Set(active.entries);
  active.entries = called.filter((one) => chosen.has(one)).sort((a, b) => a.entry.order - b.entry.order);
  return active;
}

function calledEntries(book: LoreBook, { messages, fill }: LoreContext): LoreEntry[] {
  const end = performance.now() + MOST_TIME;
  const answers = messages.filter(({ role }) => role === "assistant").length;
  const called = new Set<LoreEntry>();
  let lore = "";
  let waiting = book.entries.filter(({ after, every }) => answers >= after && answers % every === 0);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const texts = new Map<number, ScannedText>();
    const textFor = (entry: LoreEntry): ScannedText => {
      const depth = entry.scanDepth ?? book.scanDepth ?? USUAL_DEPTH;
      // What is called by lore sees it, however few messages are looked through.
      const key = entry.calledByLore ? depth : -1 - depth;
      const text = texts.get(key) ?? new ScannedText(lastWords(messages, depth) + (entry.calledByLore ? lore : ""));
      texts.set(key, text);
      return text;
    };
    const found = waiting.filter((entry) => performance.now() < end && isCalled(entry, textFor(entry)));
    for (const entry of found) called.add(entry);
    waiting = waiting.filter((entry) => !called.has(entry));
    const calling = found.filter(({ callsLore }) => callsLore);
    if (!book.recursive || calling.length === 0) break;
    lore += calling.map(({ content }) => `\n${fill(content, true)}`).join("").slice(0, LONGEST_MESSAGE);
  }
  return book.entries.filter((entry) => called.has(entry));
}

function lastWords(messages: readonly ChatMessage[], depth: number): string {
  if (depth <= 0) return "";
  return messages.slice(-depth).map(({ content }) => content.slice(-LONGEST_MESSAGE)).join("\n");
}

function isCalled({ constant, keys, secondary, exclude }: LoreEntry, text: ScannedText): boolean {
  const there = (test: (text: ScannedText) => boolean) => test(text);
  if (exclude.some(there)) return false;
  if (constant) return true;
  if (!keys.some(there)) return false;
  if (secondary.keys.length === 0) return true;
  switch (secondary.logic) {
    case "any":
      return secondary.keys.some(there);
    case "all":
      return secondary.keys.every(there);
    case "not_any":
      return !secondary.keys.some(there);
    case "not_all":
      return !secondary.keys.every(there);
  }
}
