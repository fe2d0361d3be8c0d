/** Where the words of an answer's source stand in the formatted text on the page. */

/** A run of letters in the page, and where it stands in the source. */
interface PlacedWord {
  node: Text;
  /** Within the node. */
  start: number;
  /** UTF-16 units of the source. */
  at: number;
  length: number;
}

const WORD = /[\p{L}\p{N}\p{M}]+/gu;
/** What the page adds to a text. */
const ADDED = ".frame-head, math";
/** A word that is not within so many characters of the source, such as one that only the page has, is left out. */
const REACH = 2_000;

/** Finds the words of an element's text in the source that it was made of. */
export function placeWords(root: Element, source: string): PlacedWord[] {
  const placed: PlacedWord[] = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  let reached = 0;
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (!(node instanceof Text) || node.parentElement?.closest(ADDED)) continue;
    for (const { 0: word, index } of node.data.matchAll(WORD)) {
      const at = source.indexOf(word, reached);
      if (at < 0 || at - reached > REACH) continue;
      reached = at + word.length;
      placed.push({ node, start: index, at, length: word.length });
    }
  }
  return placed;
}

/** The part of the page that shows a part of the source; null where nothing of it is shown. */
export function rangeOf(placed: readonly PlacedWord[], from: number, to: number): Range | null {
  const first = placed.find(({ at, length }) => at + length > from);
  const last = placed.findLast(({ at }) => at < to);
  if (first === undefined || last === undefined || first.at >= to || last.at + last.length <= from) return null;
  const range = document.createRange();
  range.setStart(first.node, first.start + Math.max(0, from - first.at));
  range.setEnd(last.node, last.start + Math.min(last.length, to - last.at));
  return range;
}
