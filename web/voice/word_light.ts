/** Lights up the words of an answer as they are heard. */
import { effect, type ReadonlySignal } from "@preact/signals";
import type { Hearing } from "./player.ts";
import { placeWords, rangeOf } from "./text_map.ts";

/** As the style sheet calls what is lit. */
const NAME = "heard";

/**
 * Follows what is heard, until the returned function is called. Browsers without the Custom Highlight API light nothing.
 *
 * @param root where the answer is shown
 * @param source the answer's text so far
 */
export function lightWords(
  root: Element,
  { turn, source, hearing }: { turn: string; source: () => string; hearing: ReadonlySignal<Hearing | null> },
): () => void {
  if (!("highlights" in CSS)) return () => {};
  const reduced = matchMedia("(prefers-reduced-motion: reduce)");
  const stop = effect(() => {
    const now = hearing.value;
    CSS.highlights.delete(NAME);
    if (now?.turn !== turn || now.sentence === null) return;
    // For those whom movement disturbs, a sentence is lit as a whole.
    const [from, to] = reduced.matches ? [now.sentence.from, now.sentence.to] : [now.word, now.to];
    if (from === null) return;
    const range = rangeOf(placeWords(root, source()), from, to);
    if (range !== null) CSS.highlights.set(NAME, new Highlight(range));
  });
  return () => {
    stop();
    CSS.highlights.delete(NAME);
  };
}
