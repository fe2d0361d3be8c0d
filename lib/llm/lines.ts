import { TextLineStream } from "@std/streams";
import { LlmError } from "./provider.ts";
import type { Watchdog } from "./watchdog.ts";

/**
 * Longest line in bytes: Ollama's own client stops at 8 MB, and a text of 8 MiB still needs some room around it.
 * Its longest honest line is the last one of a generate call, which carries the whole context.
 */
export const MAX_LINE_BYTES = 8 * 1024 * 1024 + 64 * 1024;

export interface LineOptions {
  /** Every wait for bytes after the first one is a wait of this watchdog. */
  watchdog: Watchdog;
  /** Longest silence between two pieces, in milliseconds; 0 for no limit. */
  idleMs: number;
  maxLineBytes?: number;
}

/**
 * The lines of a body as they come, without their ends. A last line may lack its end.
 *
 * TextLineStream keeps an unfinished line however long it grows, so bytes are counted before they reach it.
 * Bytes are read only as lines are: a slow reader holds back the sender.
 *
 * @throws {LlmError} in the stream, when a line is longer than `maxLineBytes`
 */
export function textLines(body: ReadableStream<Uint8Array>, options: LineOptions): ReadableStream<string> {
  const { watchdog, idleMs, maxLineBytes = MAX_LINE_BYTES } = options;
  const bytes = body.getReader();
  const decoder = new TextDecoder();
  let first = true;
  let pending = 0;
  const text = new ReadableStream<string>({
    async pull(controller) {
      // The wait for the first bytes began with the request.
      if (!first) watchdog.begin(idleMs);
      const { value, done } = await bytes.read();
      watchdog.end();
      first = false;
      if (done) {
        controller.enqueue(decoder.decode());
        controller.close();
        return;
      }
      const lineEnd = value.lastIndexOf(10);
      const firstLine = pending + (lineEnd < 0 ? value.length : value.indexOf(10));
      if (firstLine > maxLineBytes) throw tooLong(maxLineBytes);
      pending = lineEnd < 0 ? firstLine : value.length - lineEnd - 1;
      controller.enqueue(decoder.decode(value, { stream: true }));
    },
    cancel: (reason) => bytes.cancel(reason),
  }, { highWaterMark: 0 });
  return text.pipeThrough(new TextLineStream());
}

function tooLong(maxLineBytes: number): LlmError {
  return new LlmError("ollama_failed", `Ollama sent a line of more than ${Math.floor(maxLineBytes / 1e6)} MB`, {
    hint: "Try again, or start a new conversation",
  });
}
