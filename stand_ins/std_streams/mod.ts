/**
 * What this project uses of `jsr:@std/streams`. The npm package of the same class (textlinestream) is an older state
 * of it: it drops blank lines, fails on `allowCR` and searches a long line again with every chunk.
 *
 * @module
 */

/** Options for {@linkcode TextLineStream}. */
export interface TextLineStreamOptions {
  /** Whether a lone `\r` ends a line too. Default: false. */
  allowCR?: boolean;
}

/** Cuts a stream of text into its lines, without their `\n` or `\r\n`; text after the last one is a line too. */
export class TextLineStream extends TransformStream<string, string> {
  constructor(options: TextLineStreamOptions = {}) {
    const allowCR = options.allowCR ?? false;
    // A `\r` at the very end of a chunk may be the first half of a `\r\n`, so it ends nothing yet.
    const lineEnd = allowCR ? /\r\n|\n|\r(?!$)/ : /\r?\n/;
    let unfinished: string[] = [];

    super({
      transform(chunk, controller) {
        if (chunk === "") return;
        const mayEndLine = chunk.includes("\n") ||
          (allowCR && (chunk.includes("\r") || unfinished.at(-1)?.endsWith("\r")));
        unfinished.push(chunk);
        // Joined only when a line ends: a line of many chunks is searched once.
        if (!mayEndLine) return;
        const lines = unfinished.join("").split(lineEnd);
        const rest = lines.pop();
        unfinished = rest ? [rest] : [];
        for (const line of lines) controller.enqueue(line);
      },
      flush(controller) {
        if (unfinished.length === 0) return;
        const line = unfinished.join("");
        controller.enqueue(allowCR && line.endsWith("\r") ? line.slice(0, -1) : line);
      },
    });
  }
}
