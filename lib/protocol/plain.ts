/** The plain protocol: what any client speaks that asks for no subprotocol. The Python predecessor's, to the letter. */

export type PlainMessage =
  | { type: "start" }
  | { type: "chunk"; data: string }
  | { type: "end" }
  | { type: "error"; message: string };

/**
 * Reads what a plain client sent: raw text, or `{"prompt": string}`.
 *
 * Text that is not a JSON object is a prompt as it stands, so `42`, `"hi"` and `[1]` are prompts too.
 *
 * @throws {SyntaxError} when the frame is binary, an object without a string `prompt`, or has nothing to say
 */
export function parsePlainPrompt(data: unknown): string {
  if (typeof data !== "string") {
    throw new SyntaxError('Cannot read a binary frame: send text, or {"prompt": "…"} as text');
  }
  const prompt = data.trimStart().startsWith("{") ? promptOf(data) : data;
  if (prompt.trim() === "") throw new SyntaxError("Cannot answer an empty prompt: write something first");
  return prompt;
}

function promptOf(text: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError('Cannot read the frame as JSON: send raw text, or {"prompt": "…"}', { cause });
  }
  const prompt = (value as { prompt?: unknown }).prompt;
  if (typeof prompt !== "string") {
    throw new SyntaxError(`Cannot find the prompt: "prompt" must be a string, it is ${typeof prompt}`);
  }
  return prompt;
}
