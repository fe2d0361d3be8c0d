/** For tests: every way to cut a text. */

/** The text whole, cut in two and in three at every place, and as single UTF-16 units. */
export function* splitsOf(text: string): Generator<string[]> {
  yield [text];
  yield text.split("");
  for (let first = 0; first <= text.length; first++) {
    for (let second = first; second <= text.length; second++) {
      yield [text.slice(0, first), text.slice(first, second), text.slice(second)];
    }
  }
}
