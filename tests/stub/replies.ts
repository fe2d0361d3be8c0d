/** The stub's answers that are no stream. */
import type { Refusal } from "./checks.ts";
import type { HttpConnection } from "./http.ts";
import { type Generation, JSON_TYPE, type Outcome } from "./play.ts";
import { type Api, errorJson, line } from "./wire.ts";

/** An answer that is there at once. */
export async function whole(
  conn: HttpConnection,
  status: number,
  type: string,
  body: string,
  bodiless = false,
): Promise<Outcome> {
  const sent = await conn.send(status, { "content-type": type }, body, bodiless);
  return { lines: 0, finished: sent, keepAlive: sent };
}

/** An error, as a client of that protocol reads it. */
export async function refused(
  conn: HttpConnection,
  { status, error }: Refusal,
  api: Api = "generate",
): Promise<Outcome> {
  return await whole(conn, status, JSON_TYPE, errorJson(api, error, status));
}

/** An empty prompt loads or unloads: one object without a line feed, even for a stream. */
export async function loaded(conn: HttpConnection, ask: Generation, body: unknown): Promise<Outcome> {
  const reason = (body as { keep_alive?: unknown }).keep_alive === 0 ? "unload" : "load";
  return await whole(conn, 200, JSON_TYPE, line(ask.api, { model: ask.model, text: "", done: { reason } }, 3));
}

/** To the same path without slashes that it has too many. */
export async function redirect(conn: HttpConnection, method: string, path: string): Promise<Outcome> {
  const location = path.replace(/\/{2,}/g, "/").replace(/(.)\/$/, "$1");
  const sent = await conn.send(method === "GET" || path.startsWith("//") ? 301 : 307, { location }, "");
  return { lines: 0, finished: sent, keepAlive: sent };
}
