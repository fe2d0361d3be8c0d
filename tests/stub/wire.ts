/** Lines as they look on the wire: Ollama's with its key order, omitted fields and Go's way of escaping; OpenAI's events. */

const encoder = new TextEncoder();

/** JSON as Go's encoder writes it: `<`, `>`, `&`, U+2028 and U+2029 escaped, half surrogates replaced. */
export function goJson(value: unknown): string {
  return JSON.stringify(value, (_key, field) => typeof field === "string" ? field.toWellFormed() : field)
    .replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** RFC 3339 in UTC with zero to nine digits after the second, trailing zeros dropped, as Go prints a time. */
export function createdAt(index: number, at: Date = new Date()): string {
  const nanos = (at.getUTCMilliseconds() * 1_000_000 + (index * 7_919_000) % 1_000_000).toString().padStart(9, "0");
  const fraction = nanos.slice(0, index % 10).replace(/0+$/, "");
  return at.toISOString().slice(0, 19) + (fraction === "" ? "Z" : `.${fraction}Z`);
}

/** Ollama's two interfaces, and OpenAI's. */
export type Api = "generate" | "chat" | "openai";

/** What ends a line, or an event. */
export function endOf(api: Api): string {
  return api === "openai" ? "\n\n" : "\n";
}

/** What one line says, before it takes the shape of its API. */
export interface LineContent {
  model: string;
  text: string;
  thinking?: string | undefined;
  toolCalls?: unknown[] | undefined;
  /** Fields that no version of Ollama has documented. */
  extra?: Record<string, unknown> | undefined;
  done?: { reason?: string; context?: number[]; metrics?: Record<string, number> };
  /** OpenAI's field for thoughts. */
  thinkingAs?: string | undefined;
}

/** One line without its line feed. */
export function line(api: Api, content: LineContent, index: number): string {
  if (api === "openai") return eventLine(content, index);
  const { model, text, thinking, toolCalls, extra, done } = content;
  const created_at = createdAt(index);
  const ending = done === undefined ? { done: false } : { done: true, ...maybe("done_reason", done.reason) };
  if (api === "chat") {
    const message = {
      role: "assistant",
      content: text,
      ...maybe("thinking", thinking),
      ...maybe("tool_calls", toolCalls),
    };
    return goJson({ model, created_at, message, ...ending, ...done?.metrics, ...extra });
  }
  return goJson({
    model,
    created_at,
    response: text,
    ...maybe("thinking", thinking),
    ...ending,
    ...maybe("context", done?.context),
    ...done?.metrics,
    ...maybe("tool_calls", toolCalls),
    ...extra,
  });
}

/** An event of OpenAI's stream, without the blank line behind it. */
function eventLine({ model, text, thinking, toolCalls, extra, done, thinkingAs }: LineContent, index: number): string {
  const delta = {
    ...(index === 0 && { role: "assistant" }),
    ...((done === undefined || text !== "") && (thinking === undefined || text !== "") && { content: text }),
    ...maybe(thinkingAs ?? "reasoning_content", thinking),
    ...maybe("tool_calls", toolCalls),
  };
  const finish_reason = done === undefined ? null : done.reason ?? null;
  return `data: ${JSON.stringify({ ...chunkOf(model), choices: [{ index: 0, delta, finish_reason }], ...extra })}`;
}

/** The counts, which OpenAI tells in an event of their own. */
export function usageLine(model: string, { promptTokens, outputTokens }: Record<string, number>): string {
  const usage = { prompt_tokens: promptTokens, completion_tokens: outputTokens };
  return `data: ${JSON.stringify({ ...chunkOf(model), choices: [], usage })}`;
}

function chunkOf(model: string): Record<string, unknown> {
  return { id: "chatcmpl-42", object: "chat.completion.chunk", created: 1_767_323_045, model };
}

/** An error as each tongue writes it. */
export function errorJson(api: Api, error: unknown, status?: number): string {
  if (api !== "openai" || typeof error === "object") return goJson({ error });
  const type = status === undefined || status >= 500 ? "server_error" : "invalid_request_error";
  return JSON.stringify({ error: { message: error, type, param: null, code: status ?? null } });
}

/** Go's `omitempty`: the field only where it has something to say. */
export function maybe<T>(name: string, value: T | undefined): Record<string, T> {
  const empty = value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
  return empty ? {} : { [name]: value };
}

/** The metrics of a final line. Zero values are never sent, so a prompt of no tokens has no count. */
export function metrics(promptTokens: number, outputTokens: number): Record<string, number> {
  return {
    total_duration: 5_043_500_667,
    load_duration: 5_025_959,
    ...(promptTokens > 0 ? { prompt_eval_count: promptTokens, prompt_eval_duration: 325_953_000 } : {}),
    ...(outputTokens > 0 ? { eval_count: outputTokens, eval_duration: 4_709_213_000 } : {}),
  };
}

/** One HTTP chunk around a piece of the body. */
export function frame(piece: Uint8Array | string): Uint8Array<ArrayBuffer> {
  const bytes = typeof piece === "string" ? encoder.encode(piece) : piece;
  const head = encoder.encode(`${bytes.length.toString(16)}\r\n`);
  const framed = new Uint8Array(head.length + bytes.length + 2);
  framed.set(head);
  framed.set(bytes, head.length);
  framed.set([13, 10], head.length + bytes.length);
  return framed;
}
