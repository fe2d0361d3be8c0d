/** The OpenAI-compatible routes, as far as a chat client needs them. */
import type { HttpConnection } from "./http.ts";
import { words } from "./knobs.ts";
import { findModel, type StubModel } from "./models.ts";
import { JSON_TYPE, type Outcome } from "./play.ts";
import { frame, goJson } from "./wire.ts";

export function openAiModels(models: StubModel[]): string {
  const data = models.map(({ name }) => ({ id: name, object: "model", created: 1_767_323_045, owned_by: "library" }));
  // Without models Go's nil slice shows as null.
  return goJson({ object: "list", data: data.length === 0 ? null : data });
}

/** Echoes like the native routes. `stream` defaults to false here. */
export async function openAiChat(conn: HttpConnection, text: string, models: StubModel[]): Promise<Outcome> {
  const ask = JSON.parse(text === "" ? "{}" : text) as {
    model?: string;
    stream?: boolean;
    messages?: { content?: unknown }[];
    stream_options?: { include_usage?: boolean };
  };
  const { model = "", messages = [] } = ask;
  if (messages.length === 0) return await refuse(conn, 400, "[] is too short - 'messages'");
  if (findModel(models, model) === undefined) return await refuse(conn, 404, `model '${model}' not found`);
  const said = `You said: ${String(messages.at(-1)?.content ?? "")}`;
  const base = { id: "chatcmpl-42", created: 1_767_323_045, model, system_fingerprint: "fp_ollama" };
  const usage = { prompt_tokens: 3, completion_tokens: words(said).length, total_tokens: 3 + words(said).length };
  if (ask.stream !== true) {
    const message = { role: "assistant", content: said };
    const choices = [{ index: 0, message, finish_reason: "stop" }];
    const sent = await conn.send(
      200,
      { "content-type": JSON_TYPE },
      goJson({ ...base, object: "chat.completion", choices, usage }),
    );
    return { lines: 1, finished: sent, keepAlive: sent };
  }
  const chunk = { ...base, object: "chat.completion.chunk" };
  const events: unknown[] = words(said).map((content, index) => ({
    ...chunk,
    choices: [{ index: 0, delta: index === 0 ? { role: "assistant", content } : { content }, finish_reason: null }],
  }));
  events.push({ ...chunk, choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
  if (ask.stream_options?.include_usage === true) events.push({ ...chunk, choices: [], usage });
  await conn.startStream(200, "text/event-stream");
  for (const event of events) await conn.write(frame(`data: ${goJson(event)}\n\n`));
  await conn.write(frame("data: [DONE]\n\n"));
  const ended = await conn.endStream();
  return { lines: events.length, finished: ended, keepAlive: ended };
}

async function refuse(conn: HttpConnection, status: number, message: string): Promise<Outcome> {
  const type = status === 404 ? "not_found_error" : "invalid_request_error";
  const sent = await conn.send(
    status,
    { "content-type": JSON_TYPE },
    goJson({ error: { message, type, param: null, code: null } }),
  );
  return { lines: 0, finished: sent, keepAlive: sent };
}
