/** The formatter is most of the chat's weight and not needed to write the first message, so it comes later. */
import { type ReadonlySignal, signal } from "@preact/signals";

type Formatter = typeof import("./view.ts");

const loaded = signal<Formatter | null>(null);

/** Null until {@linkcode loadFormatter} has brought it; until then, answers are plain text. Only for the browser. */
export const formatter: ReadonlySignal<Formatter | null> = loaded;

export async function loadFormatter(): Promise<void> {
  try {
    loaded.value = await import("./view.ts");
  } catch {
    // The line is down. Answers stay plain text, which can be read as well.
  }
}
