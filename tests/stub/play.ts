/** Plays one generation onto a connection. */
import { setTimeout as sleep } from "node:timers/promises";
import type { HttpConnection } from "./http.ts";
import { type Knobs, linesOf, synthetic, textOf, words } from "./knobs.ts";
import { type Api, endOf, errorJson, frame, goJson, line } from "./wire.ts";

const encoder = new TextEncoder();
export const NDJSON = "application/x-ndjson";
const EVENTS = "text/event-stream";
export const JSON_TYPE = "application/json; charset=utf-8";

/** How a generation ended, and whether the connection can carry another request. */
export interface Outcome {
  lines: number;
  finished: boolean;
  keepAlive: boolean;
}

export interface Generation {
  api: Api;
  model: string;
  prompt: string;
  /** All that the model is told, the prompt included. */
  told: string;
  stream: boolean;
  /** Whether OpenAI's counts are asked for. */
  usage?: boolean;
}

export async function play(conn: HttpConnection, ask: Generation, knobs: Knobs): Promise<Outcome> {
  await settled(knobs.hold, conn.gone);
  await pause(knobs.firstByteMs ?? 0, conn.gone);
  if (conn.gone.aborted || knobs.hangUp === true) return { lines: 0, finished: false, keepAlive: false };
  const early = knobs.error !== undefined && knobs.errorAfter === undefined;
  if (early || knobs.status !== undefined) return await playWhole(conn, ask.api, knobs, knobs.status ?? 500);
  if (ask.usage === true && knobs.refusesUsage === true) {
    return await playWhole(conn, ask.api, { error: "stream_options: Extra inputs are not permitted" }, 422);
  }
  if (!ask.stream || knobs.whole === true) return await playObject(conn, ask, knobs);
  if (!await conn.startStream(200, knobs.contentType ?? (ask.api === "openai" ? EVENTS : NDJSON))) {
    return { lines: 0, finished: false, keepAlive: false };
  }
  return knobs.tokens !== undefined && plain(knobs)
    ? await playTokens(conn, ask, knobs, knobs.tokens)
    : await playLines(conn, ask, knobs);
}

/** An answer that is no stream: an error with its status, a proxy's page, an empty refusal. */
async function playWhole(conn: HttpConnection, api: Api, knobs: Knobs, status: number): Promise<Outcome> {
  const isError = knobs.error !== undefined;
  const body = isError ? errorJson(api, knobs.error, status) : knobs.body ?? "";
  const type = knobs.contentType ?? (isError ? "application/json" : "text/html");
  const headers = body === "" ? knobs.headers ?? {} : { "content-type": type, ...knobs.headers };
  const sent = await conn.send(status, headers, body);
  return { lines: 0, finished: sent, keepAlive: sent };
}

/** `"stream": false`: the lines' texts in one object. A silent end shows as `done: false`. */
async function playObject(conn: HttpConnection, ask: Generation, knobs: Knobs): Promise<Outcome> {
  if (ask.api === "openai") return await playCompletion(conn, ask, knobs);
  const lines = linesOf(ask.api, ask.model, ask, knobs).map((text): Reply => JSON.parse(text));
  const said = knobs.endAfter === undefined ? lines : lines.slice(0, knobs.endAfter);
  const last = said.at(-1);
  const text = said.map((reply) => reply.response ?? reply.message?.content ?? "").join("");
  const whole = ask.api === "chat"
    ? { ...last, message: { ...last?.message, content: text } }
    : { ...last, response: text };
  const sent = await conn.send(200, { "content-type": JSON_TYPE }, goJson(whole));
  return { lines: 1, finished: sent, keepAlive: sent };
}

/** OpenAI's whole answer. */
async function playCompletion(conn: HttpConnection, ask: Generation, knobs: Knobs): Promise<Outcome> {
  const content = textOf(ask.prompt, knobs);
  const message = { role: "assistant", content: content.join(""), reasoning_content: knobs.thinking?.join("") };
  const body = JSON.stringify(
    {
      id: "chatcmpl-42",
      object: "chat.completion",
      created: 1_767_323_045,
      model: knobs.replyModel ?? ask.model,
      choices: [{ index: 0, message, finish_reason: knobs.doneReason ?? "stop" }],
      usage: { prompt_tokens: words(ask.told).length, completion_tokens: content.length },
    },
    null,
    2,
  );
  const sent = await conn.send(200, { "content-type": JSON_TYPE }, body);
  return { lines: 1, finished: sent, keepAlive: sent };
}

interface Reply {
  response?: string;
  message?: { role: string; content: string };
}

/** Knobs that the quick way of `playTokens` does not know. */
function plain(knobs: Knobs): boolean {
  const known = new Set<string>(["tokens", "stamp", "rate", "coalesce", "firstByteMs", "hold"]);
  return Object.entries(knobs).every(([name, value]) => value === undefined || known.has(name));
}

/** The quick way: frames made once, one write a line (or for `coalesce` lines), nothing else in the loop. */
async function playTokens(conn: HttpConnection, ask: Generation, knobs: Knobs, tokens: number): Promise<Outcome> {
  const { rate = 0, coalesce = 1 } = knobs;
  const frames = Array.from({ length: 12 }, (_, index) => {
    return frame(line(ask.api, { model: ask.model, text: synthetic(index) }, index) + endOf(ask.api));
  });
  const batch = coalesce > 1 ? concat(Array.from({ length: coalesce }, (_, at) => frames[at % 12] ?? EMPTY)) : EMPTY;
  const pace = pacer(rate);
  let lines = 0;
  while (lines < tokens) {
    if (rate > 0) await pace();
    const bulk = coalesce > 1 && tokens - lines >= coalesce;
    const bytes = bulk ? batch : knobs.stamp === true ? stamped(ask) : frames[lines % 12] ?? EMPTY;
    if (!await conn.write(bytes)) return { lines, finished: false, keepAlive: false };
    lines += bulk ? coalesce : 1;
  }
  const last = linesOf(ask.api, ask.model, ask, { answer: [] }).map((one) => frame(one + endOf(ask.api)));
  const sent = await conn.write(concat([...last, encoder.encode("0\r\n\r\n")]));
  return { lines: lines + 1, finished: sent, keepAlive: sent };
}

const EMPTY = new Uint8Array();

function stamped(ask: Generation): Uint8Array {
  const now = (performance.timeOrigin + performance.now()).toFixed(3);
  return frame(line(ask.api, { model: ask.model, text: `${now} ` }, 0) + endOf(ask.api));
}

async function playLines(conn: HttpConnection, ask: Generation, knobs: Knobs): Promise<Outcome> {
  const all = linesOf(ask.api, ask.model, ask, knobs);
  const { text, lines, cut } = bodyOf(ask.api, all, knobs);
  const pace = pacer(knobs.rate ?? 0);
  let sent = 0;
  for (const piece of piecesOf(text, knobs)) {
    if ((knobs.rate ?? 0) > 0) await pace();
    if (piece.length > 0 && !await conn.write(frame(piece))) return { lines: sent, finished: false, keepAlive: false };
    sent = Math.min(sent + 1, lines);
  }
  if (knobs.destroyAfter !== undefined || knobs.destroyAfterBytes !== undefined) {
    return { lines, finished: false, keepAlive: false };
  }
  if (knobs.stallAfter !== undefined || knobs.staysOpen === true) {
    await settled(new Promise(() => {}), conn.gone);
    return { lines, finished: knobs.stallAfter === undefined, keepAlive: false };
  }
  const ended = await conn.endStream();
  return { lines, finished: ended && !cut, keepAlive: ended };
}

/** The body's text by lines, as the knobs leave it. `cut` when the final line is not among them. */
function bodyOf(api: Api, all: string[], knobs: Knobs): { text: string[]; lines: number; cut: boolean } {
  const { newline = endOf(api), finalNewline = true } = knobs;
  const ends = [knobs.errorAfter, knobs.endAfter, knobs.destroyAfter, knobs.stallAfter];
  const count = Math.min(all.length, ...ends.filter((end) => end !== undefined));
  const kept = all.slice(0, count);
  if (knobs.error !== undefined) kept.push(`${api === "openai" ? "data: " : ""}${errorJson(api, knobs.error)}`);
  const text = kept.map((one, index) => finalNewline || index < kept.length - 1 ? one + newline : one);
  if (knobs.trailing !== undefined) text.push(knobs.trailing);
  return { text, lines: kept.length, cut: count < all.length };
}

/** The body in HTTP chunks. */
function* piecesOf(text: string[], knobs: Knobs): Generator<Uint8Array> {
  const { cuts, cutEvery, coalesce, destroyAfterBytes } = knobs;
  if (cuts === undefined && cutEvery === undefined && destroyAfterBytes === undefined) {
    const step = coalesce ?? 1;
    for (let at = 0; at < text.length; at += step) yield encoder.encode(text.slice(at, at + step).join(""));
    return;
  }
  const body = encoder.encode(text.join("")).subarray(0, destroyAfterBytes);
  let from = 0;
  for (const to of cuts ?? offsets(cutEvery ?? body.length, body.length)) {
    yield body.subarray(from, to);
    from = to;
  }
  yield body.subarray(from);
}

function* offsets(step: number, end: number): Generator<number> {
  for (let at = step; at < end; at += step) yield at;
}

/** Waits for its turn in a schedule of `rate` a second; a late turn does not move the later ones. */
function pacer(rate: number): () => Promise<void> {
  const start = performance.now();
  let turn = 0;
  return async () => {
    const wait = start + (turn++ * 1000) / rate - performance.now();
    if (wait > 0) await sleep(wait);
  };
}

function concat(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Waits for `promise`, but no longer than the client does. */
export async function settled(promise: Promise<unknown> | undefined, gone: AbortSignal): Promise<void> {
  if (promise === undefined || gone.aborted) return;
  const { promise: left, resolve } = Promise.withResolvers<void>();
  gone.addEventListener("abort", () => resolve(), { once: true });
  await Promise.race([promise, left]);
}

export async function pause(ms: number, gone: AbortSignal): Promise<void> {
  if (ms <= 0 || gone.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  gone.addEventListener("abort", () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
}
