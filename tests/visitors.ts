/** Visitors of a server, as their browsers come in, for tests. */
import { assertEquals } from "@std/assert";
import type { Page } from "./page_calls.ts";
import { type Answer, request } from "./raw_http.ts";
import { TestServer, type TestServerOptions } from "./test_server.ts";

/** The owner's, of the servers that are opened here. */
export const TOKEN = "open-sesame";

/** What a visitor sends along. */
export type Headers = Record<string, string>;

export const OWNER: Headers = { authorization: `Bearer ${TOKEN}` };

/** A server whose owner has made a link for guests. */
export async function serverWithLink(
  config: Record<string, unknown> = {},
  options: Omit<TestServerOptions, "config"> = {},
): Promise<TestServer> {
  const server = await TestServer.open({
    config: { server: { host: "0.0.0.0", token: TOKEN }, ...config },
    ...options,
  });
  await server.services.secrets.makeGuestToken();
  return server;
}

/** A server that lets everybody in. */
export function openServer(
  { server, guests, ...config }: Record<string, unknown> = {},
  options: Omit<TestServerOptions, "config"> = {},
): Promise<TestServer> {
  const open = { token: TOKEN, ...server as Record<string, unknown> };
  return TestServer.open({
    config: { server: open, guests: { access: "open", ...guests as Record<string, unknown> }, ...config },
    ...options,
  });
}

/** Comes in by the link as a browser does, and gives what it sends from then on. */
export async function enterByLink(server: TestServer, before: Headers = {}): Promise<Headers> {
  const answer = await load(server, before, `/?token=${server.services.secrets.guestToken}`);
  assertEquals([answer.status, answer.headers.get("location")], [303, "/"]);
  return withCookies(answer, before);
}

/** Opens the page as a browser does that was never here, and gives what it sends from then on. */
export async function enter(server: TestServer, before: Headers = {}): Promise<Headers> {
  const answer = await load(server, before);
  assertEquals(answer.status, 200);
  return withCookies(answer, before);
}

/** Loads the page, or another address, as browsers do. */
export function load(server: TestServer, headers: Headers = {}, path = "/"): Promise<Answer> {
  return request(portOf(server), path, { accept: "text/html,*/*", ...headers });
}

/** Says something, and hears the answer to its end. */
export async function say({ client }: Page, turn: string, text: string): Promise<void> {
  client.send({ type: "prompt", turn, text });
  await client.first((frame) => frame.type === "end" && frame.turn === turn, 0, `end of ${turn}`);
}

export function portOf(server: TestServer): number {
  return Number(new URL(server.url).port);
}

function withCookies({ headers }: Answer, before: Headers): Headers {
  const kept = new Map(
    (before.cookie ?? "").split("; ").filter(Boolean).map((pair) => pair.split("=") as [string, string]),
  );
  for (const set of headers.getSetCookie()) {
    const [name = "", value = ""] = set.split(";")[0]!.split("=");
    kept.set(name, value);
  }
  return { ...before, cookie: [...kept].map(([name, value]) => `${name}=${value}`).join("; ") };
}
