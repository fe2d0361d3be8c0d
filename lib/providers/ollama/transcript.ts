/** A conversation as one text, for Ollama's `generate`, which knows no messages. */
import type { ChatMessage } from "@/lib/providers/provider.ts";

/** Who speaks, at the start of a line. */
const LABELS = { user: "User:", assistant: "Assistant:" } as const;

/** Where a model begins to write what others say: it is told to stop there. */
export const STOP_WORDS: readonly string[] = Object.values(LABELS).map((label) => `\n${label}`);

/** The messages a line each, labelled, and the label of the one that is to be written, where none has been begun. */
export function transcriptOf(messages: readonly Pick<ChatMessage, "role" | "content">[]): string {
  const lines = messages.map(({ role, content }) => `${LABELS[role === "user" ? "user" : "assistant"]} ${content}`);
  return (messages.at(-1)?.role === "assistant" ? lines : [...lines, LABELS.assistant]).join("\n");
}

/**
 * Cuts an answer that comes in pieces where it runs on as the transcript: not every model heeds its stop words, and
 * not every server passes them on.
 */
export class TranscriptCutter {
  #held = "";
  #isCut = false;

  /** Whether the answer has run on: nothing after this belongs to it. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** What is surely the answer's, of this piece and of what was held back before. */
  add(piece: string): string {
    if (this.#isCut) return "";
    const text = this.#held + piece;
    const at = STOP_WORDS.map((word) => text.indexOf(word)).filter((index) => index >= 0);
    if (at.length > 0) {
      this.#isCut = true;
      this.#held = "";
      return text.slice(0, Math.min(...at));
    }
    const kept = text.length - beginningLength(text);
    this.#held = text.slice(kept);
    return text.slice(0, kept);
  }

  /** What was held back, when nothing more comes. */
  end(): string {
    const rest = this.#held;
    this.#held = "";
    return rest;
  }
}

/** How many of a text's last characters may be the beginning of a stop word. */
function beginningLength(text: string): number {
  const at = text.lastIndexOf("\n");
  if (at < 0) return 0;
  const tail = text.slice(at);
  return STOP_WORDS.some((word) => word.startsWith(tail)) ? tail.length : 0;
}
