/**
 * Who may come in. Every request passes here first.
 *
 * No header of a proxy is believed: one that passes on the visitors' Host needs nothing, for any other the origin
 * that visitors see goes into `server.allowedOrigins`.
 */
import { visitorOf } from "./address.ts";
import { type Host, isLoopback, knownHosts, parseHost } from "./hosts.ts";
import { isOwnOrigin } from "./origins.ts";
import { isServable } from "./paths.ts";
import { newToken, TokenLock, type Verdict } from "./token.ts";
import { ENTER, tokenPage } from "./token_page.ts";
import type { Config } from "@/lib/config/schema.ts";

/** What anyone may ask for: it tells that the server runs, and nothing else. */
const OPEN_PATHS = ["/healthz"];

export class Door {
  /** The token made for this run; undefined where the configuration has one, or none is needed. */
  readonly madeToken: string | undefined;
  /** Whether a token is needed to come in. */
  readonly locked: boolean;
  readonly #lock: TokenLock | undefined;
  readonly #isKnownHost: (name: string) => boolean;
  readonly #allowedOrigins: readonly string[];

  constructor(server: Config["server"]) {
    if (server.token === undefined && !isLoopback(server.host)) this.madeToken = newToken();
    const token = server.token ?? this.madeToken;
    this.locked = token !== undefined;
    this.#lock = token === undefined ? undefined : new TokenLock(token);
    this.#isKnownHost = knownHosts(server);
    this.#allowedOrigins = server.allowedOrigins;
  }

  /** The answer to a request that may not come in; undefined for one that may. */
  check(request: Request, info?: Deno.ServeHandlerInfo): Response | undefined {
    const url = URL.canParse(request.url) ? new URL(request.url) : undefined;
    if (url === undefined) return refuse(400, "Cannot read the address of this request");
    // Programs of the old days send none; browsers always do.
    const host = parseHost(request.headers.get("host") || url.host);
    if (host === undefined || !this.#isKnownHost(host.name)) return refuse(421, foreignHost(host));
    const origin = request.headers.get("origin");
    if (origin !== null && changesSomething(request) && !isOwnOrigin(origin, host, this.#allowedOrigins)) {
      return refuse(
        403,
        `A page of ${
          shown(origin)
        } may not talk with this server: add its origin to server.allowedOrigins if it should`,
      );
    }
    if (origin === null && changesSomething(request) && isForeign(request)) {
      return refuse(403, "Another page may not send this server anything without saying whose it is");
    }
    return this.#checkToken(request, url, info) ?? (isServable(url.pathname) ? undefined : refuse(404, "Not found"));
  }

  #checkToken(request: Request, url: URL, info?: Deno.ServeHandlerInfo): Response | undefined {
    if (this.#lock === undefined || OPEN_PATHS.includes(url.pathname)) return undefined;
    const verdict = this.#lock.judge(request, url, visitorOf(info));
    if (verdict !== "right") return unlocked(request, url, verdict);
    const clean = cleaned(url);
    if (clean === undefined || !isRead(request) || isUpgrade(request)) return undefined;
    return new Response(null, {
      status: 303,
      headers: { location: clean, "set-cookie": this.#lock.setCookie(request, url), "cache-control": "no-store" },
    });
  }
}

/** Upgrades, which browsers let any page ask for, and whatever is more than reading. */
function changesSomething(request: Request): boolean {
  return isUpgrade(request) || !isRead(request);
}

/** Browsers say so of what another site's page asks for, even where they keep its origin to themselves. */
function isForeign({ headers }: Request): boolean {
  return ["cross-site", "same-site"].includes(headers.get("sec-fetch-site") ?? "");
}

function isUpgrade({ headers }: Request): boolean {
  return headers.has("upgrade");
}

function isRead({ method }: Request): boolean {
  return method === "GET" || method === "HEAD";
}

/** The address without what was only for the door; undefined when it is clean already. */
function cleaned({ pathname, searchParams }: URL): string | undefined {
  const rest = new URLSearchParams(searchParams);
  if (!rest.has("token") && !rest.has(ENTER)) return undefined;
  rest.delete("token");
  rest.delete(ENTER);
  // Two slashes at the start would name another server.
  return pathname.replace(/^\/+/, "/") + (rest.size === 0 ? "" : `?${rest}`);
}

function unlocked(request: Request, url: URL, why: Exclude<Verdict, "right">): Response {
  const status = why === "blocked" ? 429 : 401;
  const isPage = isRead(request) && !isUpgrade(request) && request.headers.get("accept")?.includes("text/html");
  const again = why === "missing" && url.pathname === "/" && !url.searchParams.has(ENTER);
  const { body, headers } = isPage ? tokenPage(request, why, again) : refuse(status, REASONS[why]);
  headers.set("cache-control", "no-store");
  if (status === 429) headers.set("retry-after", "60");
  else headers.set("www-authenticate", 'Bearer realm="vtuber"');
  return new Response(body, { status, headers });
}

const REASONS = {
  missing: "This server wants its token: as ?token=…, as Authorization: Bearer …, or in the cookie of its page",
  wrong: "This is not the server's token: it is printed when the server starts, or is server.token",
  blocked: "There were too many wrong tokens from this address: wait a minute",
};

function foreignHost(host: Host | undefined): string {
  const name = host === undefined ? "This" : shown(host.name);
  return `${name} is no name of this server: open it as localhost, or add its origin to server.allowedOrigins`;
}

/** What a stranger sent, short and in quotes. */
function shown(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}

function refuse(status: number, reason: string): Response {
  return new Response(`${reason}\n`, { status, headers: { "content-type": "text/plain; charset=utf-8" } });
}
