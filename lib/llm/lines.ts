import type { Bytes } from "./answer.ts";
import { LlmError } from "./provider.ts";
import type { Watchdog } from "./watchdog.ts";

/**
 * Longest line in bytes: Ollama's own client stops at 8 MB, and a text of 8 MiB still needs some room around it.
 * Its longest honest line is the last one of a generate call, which carries the whole context.
 */
export const MAX_LINE_BYTES = 8 * 1024 * 1024 + 64 * 1024;
const LINE_FEED = 10;

export interface LineOptions {
  /** Every wait for bytes after the first one is a wait of this watchdog. */
  watchdog: Watchdog;
  /** Longest silence between two pieces, in milliseconds; 0 for no limit. */
  idleMs: number;
  maxLineBytes?: number;
  /** Ends the reading, and closes the body. */
  signal: AbortSignal;
}

/**
 * The lines of a body as they come, without line feeds, those of one read together. A last line may lack its end.
 * Bytes are read only as lines are: a slow reader holds back the sender.
 *
 * TextDecoderStream and TextLineStream would do, at four times the price of everything else that happens to a token:
 * each hop of a stream has queues and promises of its own for every line. Here bytes are cut at line feeds before they
 * are decoded: no other character's UTF-8 has that byte in it. What TextLineStream lacks comes with it: a bound to a
 * line that never ends.
 *
 * @throws {LlmError} when a line is longer than `maxLineBytes`
 * @throws the reason of `signal`, when it is aborted
 */
export async function* textLines(
  bytes: Bytes,
  { watchdog, idleMs, maxLineBytes = MAX_LINE_BYTES, signal }: LineOptions,
): AsyncGenerator<string[], void, undefined> {
  const decoder = new TextDecoder();
  signal.throwIfAborted();
  // Deno's fetch forgets its signal once the Response is garbage, while the body is still being read: no abort would
  // reach a silent connection then. So the body is closed from here.
  signal.addEventListener("abort", () => bytes.close(), { once: true });
  /** The line that has begun, in pieces. */
  let begun: Uint8Array[] = [];
  let begunBytes = 0;
  for (;;) {
    const value = await bytes.read();
    watchdog.end();
    signal.throwIfAborted();
    if (value === undefined) break;
    const end = value.lastIndexOf(LINE_FEED);
    if (begunBytes + (end < 0 ? value.length : value.indexOf(LINE_FEED)) > maxLineBytes) throw tooLong(maxLineBytes);
    if (end >= 0) {
      const whole = value.subarray(0, end);
      yield decoder.decode(begunBytes === 0 ? whole : joined(begun, begunBytes, whole)).split("\n");
      begun = [];
      begunBytes = 0;
    }
    if (end + 1 < value.length) {
      begun.push(value.slice(end + 1));
      begunBytes += value.length - end - 1;
    }
    // The wait for the first bytes began with the request.
    watchdog.begin(idleMs);
  }
  if (begunBytes > 0) yield [decoder.decode(joined(begun, begunBytes, new Uint8Array()))];
}

function joined(pieces: Uint8Array[], bytes: number, last: Uint8Array): Uint8Array {
  const whole = new Uint8Array(bytes + last.length);
  let at = 0;
  for (const piece of [...pieces, last]) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function tooLong(maxLineBytes: number): LlmError {
  return new LlmError("ollama_failed", `Ollama sent a line of more than ${Math.floor(maxLineBytes / 1e6)} MB`, {
    hint: "Try again, or start a new conversation",
  });
}
