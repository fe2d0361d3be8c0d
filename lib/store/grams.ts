/**
 * The runs of one, two and three characters in a text (its n-grams), by which an index finds any part of a word in any
 * script. SQLite's own trigram tokenizer finds nothing shorter than three characters, which is most words of Chinese
 * and Japanese, and ends a text at its first NUL.
 *
 * A run is known by a number: two runs may share one, so what the index finds has to be looked at once more.
 */

/** The longest run that is indexed, in UTF-16 units. */
const LONGEST = 3;
/** Runs of one query that the index is asked for; more would hardly narrow what it finds. */
const MOST_ASKED = 16;

/** All runs in a text, each once, as a text of ASCII words. @param folded as `fold()` makes it */
export function gramsOf(folded: string): string {
  const runs = new Set<number>();
  for (let start = 0; start < folded.length; start++) addRuns(runs, folded, start, 1, LONGEST);
  return wordsOf(runs);
}

/** What an FTS5 index of {@linkcode gramsOf} is asked, to find all texts that may have `folded` in them. */
export function gramQuery(folded: string): string {
  const length = Math.min(LONGEST, folded.length);
  const runs = new Set<number>();
  for (let start = 0; start + length <= folded.length && runs.size < MOST_ASKED; start++) {
    addRuns(runs, folded, start, length, length);
  }
  return wordsOf(runs);
}

function addRuns(runs: Set<number>, text: string, start: number, shortest: number, longest: number): void {
  let hash = 0;
  for (let length = 1; length <= longest && start + length <= text.length; length++) {
    hash = Math.imul(hash ^ text.charCodeAt(start + length - 1), 0x9e3779b1) + length;
    hash ^= hash >>> 15;
    if (length >= shortest) runs.add(hash & 0xff_ffff);
  }
}

/** Letters and digits alone, none of them capital: FTS5 takes no such word for an operator. */
function wordsOf(runs: Set<number>): string {
  return Array.from(runs, (run) => run.toString(36)).join(" ");
}
