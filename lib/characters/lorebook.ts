/**
 * Lore books, as cards bring them: `character_book` of V2 and V3, and the shapes of SillyTavern's world info, Agnai's
 * memory books and RisuAI's lore.
 */
import { recordOf } from "./card_fields.ts";
import { type LoreEntry, numberOf, readEntry, Tally } from "./lore_entry.ts";

export interface LoreBook {
  scanDepth?: number;
  /** Tokens that all of it may take together. */
  tokenBudget?: number;
  /** Whether told lore is looked through for the keys of other lore. */
  recursive: boolean;
  entries: LoreEntry[];
}

/** More would take long to look for. */
const MOST_ENTRIES = 2_000;

/**
 * Reads the book of a card.
 *
 * @param fill puts names in the place of a key's macros
 * @param warn called with what is left out or not honoured, in a sentence
 */
export function readLoreBook(
  value: unknown,
  fill: (key: string) => string,
  warn: (warning: string) => void,
): LoreBook | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const outer = recordOf(value);
  // A book that was exported alone is wrapped.
  const book = recordOf(outer?.data) ?? outer ?? {};
  const listed = Array.isArray(value) ? value : book.entries ?? (outer === undefined ? undefined : []);
  const all: unknown[] = Array.isArray(listed) ? listed : Object.values(recordOf(listed) ?? {});
  const unread = new Tally();
  const entries: LoreEntry[] = [];
  for (const one of all.slice(0, MOST_ENTRIES)) {
    const entry = readEntry(one, fill, unread);
    if (entry !== undefined) entries.push(entry);
  }
  if (all.length > MOST_ENTRIES) {
    warn(`Its lore book has ${all.length} entries: the first ${MOST_ENTRIES} are told`);
  }
  if (!Array.isArray(listed) && recordOf(listed) === undefined) warn("Its lore book has no entries, and was left out");
  for (const sentence of unread.sentences()) warn(sentence);
  const scanDepth = numberOf(book.scan_depth ?? book.scanDepth);
  const tokenBudget = numberOf(book.token_budget ?? book.tokenBudget);
  if (entries.length === 0) return undefined;
  return {
    ...(scanDepth !== undefined && scanDepth >= 0 && { scanDepth }),
    ...(tokenBudget !== undefined && tokenBudget > 0 && { tokenBudget }),
    recursive: (book.recursive_scanning ?? book.recursiveScanning) === true,
    entries,
  };
}
