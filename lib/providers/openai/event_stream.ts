/** `text/event-stream`, as servers with OpenAI's protocol write it: each event a JSON object, and a word at the end. */

/** The word after the last event. */
export const DONE = "[DONE]";

/** Longest event of several lines, and longest answer that is no stream, in UTF-16 units. */
const MAX_CHARACTERS = 8 * 1024 * 1024;

/**
 * Puts events together from their lines (WHATWG HTML 9.2.6). What is whole JSON already is not waited for to be ended by
 * a blank line: not every server sends one.
 */
export class EventStream {
  /** Lines of an event that is not whole yet. */
  #pending = "";
  /** Lines that belong to no stream of events. */
  readonly #other: string[] = [];
  #size = 0;

  /**
   * Takes a line.
   *
   * @returns the event that is whole with it, {@linkcode DONE}, or undefined while there is none
   * @throws {SyntaxError} when an event has ended that is no JSON, or what comes is neither events nor a whole answer
   */
  add(line: string): object | typeof DONE | undefined {
    if (line.startsWith("data:")) return this.#addData(line.slice(line.charCodeAt(5) === 32 ? 6 : 5));
    if (line.trim() === "") return this.#end();
    // A comment keeps the line alive; an error of older llama.cpp is a field of its own.
    if (line.startsWith(":") || /^(event|id|retry)(:|$)/.test(line)) return undefined;
    if (line.startsWith("error:")) return { error: JSON.parse(line.slice(6)) };
    if (this.#other.length === 0 && !line.trimStart().startsWith("{")) throw new SyntaxError("This is no JSON object");
    this.#measure(line);
    this.#other.push(line);
    return undefined;
  }

  /** What came instead of a stream of events: mostly a whole answer. */
  get other(): string {
    return this.#other.join("\n");
  }

  #addData(data: string): object | typeof DONE | undefined {
    if (this.#pending === "") {
      const trimmed = data.trim();
      if (trimmed === DONE) return DONE;
      if (trimmed === "") return undefined;
    }
    const text = this.#pending === "" ? data : `${this.#pending}\n${data}`;
    const event = text.trimEnd().endsWith("}") ? objectOf(text) : undefined;
    if (event === undefined) this.#measure(data);
    this.#pending = event === undefined ? text : "";
    return event;
  }

  #measure(line: string): void {
    this.#size += line.length;
    if (this.#size > MAX_CHARACTERS) throw new SyntaxError("This is too long for an event, or an answer");
  }

  #end(): undefined {
    if (this.#pending !== "") throw new SyntaxError("An event is no JSON object");
  }
}

/** The JSON object that a text holds; undefined where it holds anything else, or not all of it. */
export function objectOf(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined; // Not whole yet, or none: whoever knows that no more comes says so.
  }
}
