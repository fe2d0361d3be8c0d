/** Characters of one message at most, unless a single text is longer: a NATS server takes 1 MB. */
const MESSAGE_CHARS = 200_000;

/** Takes out of what waits what goes into one message. */
export function takeMessage<Item>(waiting: Item[], textOf: (item: Item) => string): Item[] {
  let chars = 0;
  let count = 0;
  for (const item of waiting) {
    const { length } = textOf(item);
    if (count > 0 && chars + length > MESSAGE_CHARS) break;
    chars += length;
    count++;
  }
  return waiting.splice(0, count);
}
