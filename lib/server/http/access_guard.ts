/**
 * Decides which requests are answered, and for which principal. Every request passes here first.
 *
 * No header of a proxy is believed but those of X-Forwarded-For, -Proto, -Host and -Prefix, and these only from those
 * in `server.trustedProxies`. By what other name than its own visitors call this server stands in
 * `server.allowedOrigins`.
 */
import { setTimeout as pause } from "node:timers/promises";
import { originReader } from "./address.ts";
import { GuessLimiter } from "./guess_limiter.ts";
import { type Host, isLoopback, knownHosts, parseHost } from "./hosts.ts";
import { isOwnOrigin } from "./origins.ts";
import { isServable } from "./paths.ts";
import { publicUrl, setUrl } from "./public_url.ts";
import type { Secrets } from "./secrets.ts";
import { randomToken } from "./random_token.ts";
import { digest, shownCookie, shownToken, Tokens } from "./token.ts";
import { ENTER, tokenPage } from "./token_page.ts";
import type { Visitor } from "./visitor.ts";
import type { LiveConfig } from "@/lib/config/live_config.ts";
import type { Config } from "@/lib/config/schema.ts";
import { OWNER, type Principal } from "@/lib/principal.ts";
import type { GuestQuotas } from "@/lib/quota/guest_quotas.ts";
import type { Role } from "@/lib/protocol/role.ts";
import { declaredRole, isEnough } from "@/lib/protocol/roles.ts";

/**
 * Why nobody is known to have sent a request:
 * - `missing`: no token was shown
 * - `wrong`: what was shown is nobody's
 * - `blocked`: too many tokens wait to be looked at, so that this one was not
 * - `crowded`: too many new guests have come from the same address
 */
export type Verdict = "missing" | "wrong" | "blocked" | "crowded";

/** A request that is answered: for whom, and the cookies that its response sets. */
export interface Admission extends Visitor {
  cookies: string[];
}

export interface AccessGuardOptions {
  live: LiveConfig;
  secrets: Secrets;
  quotas: GuestQuotas;
}

export class AccessGuard {
  /** The owner's token, made for this run; undefined where the configuration has one, or none is needed. */
  readonly madeToken: string | undefined;
  /** Whether the owner needs a token to come in from this machine. */
  readonly locked: boolean;
  readonly #wsPath: string;
  readonly #basePath: string;
  readonly #tokens: Tokens;
  readonly #live: LiveConfig;
  readonly #quotas: GuestQuotas;
  readonly #limiter = new GuessLimiter();
  readonly #originOf: ReturnType<typeof originReader>;
  readonly #isKnownHost: (name: string) => boolean;
  readonly #allowedOrigins: readonly string[];

  constructor({ live, secrets, quotas }: AccessGuardOptions) {
    const { server, llm: { wsPath } } = live.current;
    if (server.token === undefined && !isLoopback(server.host)) this.madeToken = randomToken();
    const owner = server.token ?? this.madeToken;
    this.locked = owner !== undefined;
    this.#wsPath = wsPath;
    this.#basePath = server.basePath;
    this.#tokens = new Tokens({ owner, secrets });
    this.#live = live;
    this.#quotas = quotas;
    this.#originOf = originReader(server.trustedProxies);
    this.#isKnownHost = knownHosts(server);
    this.#allowedOrigins = server.allowedOrigins;
  }

  /**
   * Admits a request, or gives the response that refuses it. From here on the request's address is the one that its
   * visitor sees.
   */
  async admit(request: Request, info?: Deno.ServeHandlerInfo): Promise<Admission | Response> {
    const { group: address, local, forwarded } = this.#originOf(request, info);
    const url = publicUrl(request, forwarded, this.#basePath);
    if (url === undefined) return refuse(400, "Cannot read the address of this request");
    setUrl(request, url);
    const path = url.pathname.slice(this.#basePath.length) || "/";
    // Clients of HTTP/1.0 send none; browsers always do.
    const host = parseHost(forwarded.host ?? (request.headers.get("host") || url.host));
    if (host === undefined || !this.#isKnownHost(host.name)) return refuse(421, foreignHost(host));
    const refused = this.#checkOrigin(request, host);
    if (refused !== undefined) return refused;
    const { prefix = this.#basePath } = forwarded;
    if (prefix !== this.#basePath) return refuse(421, otherBase(prefix, this.#basePath));
    const least = declaredRole(path, this.#wsPath) ?? "owner";
    // A name beyond this machine comes from a proxy or a tunnel, also where no header tells of one.
    const isLocal = local && isLoopback(host.name);
    if (least === "anyone" && isRead(request)) return { address, isLocal, cookies: [] };
    if (!this.locked && isLocal) {
      return isServable(path) ? { principal: OWNER, address, isLocal, cookies: [] } : refuse(404, "Not found");
    }
    const role = await this.#roleOf(request, url, address);
    if (role !== "owner" && role !== "guest") return this.#unknown(request, url, path, { why: role });
    const clean = cleaned(url);
    const known = await this.#principalOf(role, request, url, address);
    if (typeof known === "number") return this.#unknown(request, url, path, { why: "crowded", seconds: known });
    const { principal, cookies } = known;
    if (clean !== undefined && isRead(request) && !isUpgrade(request)) {
      return redirect(clean, [this.#tokens.setCookie(url, this.#cookiePath, role), ...cookies]);
    }
    if (!isServable(path)) return refuse(404, "Not found");
    return isEnough(role, least)
      ? { principal, address, isLocal, cookies }
      : refuse(403, "This is for the owner alone");
  }

  #checkOrigin(request: Request, host: Host): Response | undefined {
    const origin = request.headers.get("origin");
    if (!changesSomething(request)) return undefined;
    if (origin !== null && !isOwnOrigin(origin, host, this.#allowedOrigins)) {
      return refuse(
        403,
        `A page of ${
          shown(origin)
        } may not talk with this server: add its origin to server.allowedOrigins if it should`,
      );
    }
    if (origin === null && isForeign(request)) {
      return refuse(403, "Another page may not send this server anything without saying whose it is");
    }
  }

  /**
   * The role that a token or cookie of the request gives, or why none does. A cookie cannot be guessed: only tokens
   * wait, and are counted.
   */
  async #roleOf(request: Request, url: URL, address: string): Promise<Role | Verdict> {
    const token = shownToken(request, url);
    if (token === undefined) {
      const cookie = shownCookie(request, url);
      const role = cookie === undefined ? undefined : this.#allowed(this.#tokens.roleOfCookie(cookie));
      // The owner comes in by the page that asks for the token, also where everybody else needs none.
      if (role === undefined && this.#access === "open" && !url.searchParams.has(ENTER)) return "guest";
      return role ?? (cookie === undefined ? "missing" : "wrong");
    }
    const wait = this.#limiter.wait(address);
    if (wait === undefined) return "blocked";
    if (wait > 0) await pause(wait);
    const role = this.#allowed(this.#tokens.roleOfToken(token));
    if (role === undefined) this.#limiter.wrong(address, digest(token));
    return role ?? "wrong";
  }

  /** Who comes in as a guest, now. */
  get #access(): Config["guests"]["access"] {
    return this.#live.current.guests.access;
  }

  /** The link for guests opens nothing while they are not let in. */
  #allowed(role: Role | undefined): Role | undefined {
    return role === "guest" && this.#access === "off" ? undefined : role;
  }

  get #cookiePath(): string {
    return this.#basePath || "/";
  }

  #unknown(request: Request, url: URL, path: string, { why, seconds = 60 }: Refusal): Response {
    const status = why === "blocked" || why === "crowded" ? 429 : 401;
    const isPage = isRead(request) && !isUpgrade(request) && request.headers.get("accept")?.includes("text/html");
    const again = why === "missing" && path === "/" && !url.searchParams.has(ENTER);
    const reason = why === "missing" && !this.locked ? `${REASONS.missing}. ${UNLOCKED}` : REASONS[why];
    const { body, headers } = isPage
      ? tokenPage(request, { why, home: `${this.#basePath}/`, again, minutes: Math.ceil(seconds / 60) })
      : refuse(status, reason);
    headers.set("cache-control", "no-store");
    if (status === 429) headers.set("retry-after", String(seconds));
    else headers.set("www-authenticate", 'Bearer realm="vtuber"');
    return new Response(body, { status, headers });
  }

  /**
   * The principal of a role, or the seconds for which no new guest comes in from this address. A guest is known by its
   * secret, of which only a digest is stored.
   */
  async #principalOf(
    role: Role,
    request: Request,
    url: URL,
    address: string,
  ): Promise<Pick<Required<Admission>, "principal" | "cookies"> | number> {
    if (role === "owner") return { principal: OWNER, cookies: [] };
    const known = this.#tokens.guestSecret(request, url);
    const secret = known ?? randomToken();
    const principal: Principal = { role, id: `guest:${digest(secret)}` };
    if (known !== undefined) return { principal, cookies: [] };
    // A page makes many requests: only the first one makes a guest. A program's socket is a guest of its own.
    const isPage = isRead(request) && !isUpgrade(request) && asksForPage(request, url);
    const seconds = isPage || isUpgrade(request) ? await this.#quotas.newcomer(address) : 0;
    if (seconds > 0) return seconds;
    return { principal, cookies: isPage ? [this.#tokens.setGuestCookie(url, this.#cookiePath, secret)] : [] };
  }
}

/** Why a request is not answered, and how long that holds. */
interface Refusal {
  why: Verdict;
  seconds?: number;
}

function asksForPage({ headers }: Request, url: URL): boolean {
  return cleaned(url) !== undefined || headers.get("accept")?.includes("text/html") === true;
}

function redirect(location: string, cookies: readonly string[]): Response {
  const headers = new Headers({ location, "cache-control": "no-store" });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response(null, { status: 303, headers });
}

/** Whether a request's origin must be checked: upgrades, which browsers let any page ask for, and all but reading. */
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

/** The address without what was only for the access guard; undefined when it is clean already. */
function cleaned({ pathname, searchParams }: URL): string | undefined {
  const rest = new URLSearchParams(searchParams);
  if (!rest.has("token") && !rest.has(ENTER)) return undefined;
  rest.delete("token");
  rest.delete(ENTER);
  // Two slashes at the start would name another server.
  return pathname.replace(/^\/+/, "/") + (rest.size === 0 ? "" : `?${rest}`);
}

const REASONS: Record<Verdict, string> = {
  missing: "This server wants a token: as ?token=…, as Authorization: Bearer …, or in the cookie of its page",
  wrong: "This is no token of this server: the owner's is printed when the server starts, or is server.token",
  blocked: "Too many tokens from this address are waiting to be looked at: wait a minute",
  crowded: "Too many new guests have come from this address: Retry-After says when the next one may",
};

const UNLOCKED = "It lets its own machine in without one, but this came through a proxy or by another name: " +
  "set server.token, or name a proxy that writes X-Forwarded-For in server.trustedProxies";

function otherBase(prefix: string, basePath: string): string {
  return `A proxy says that this page is found below ${shown(prefix || "/")}, but server.basePath is ${
    shown(basePath || "/")
  }: set it to what the proxy takes off, or the page's files are looked for elsewhere`;
}

function foreignHost(host: Host | undefined): string {
  const name = host === undefined ? "This" : shown(host.name);
  return `${name} is no name of this server: open it as localhost, or add its origin to server.allowedOrigins`;
}

/** Untrusted text for a message, short and in quotes. */
function shown(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}

function refuse(status: number, reason: string): Response {
  return new Response(`${reason}\n`, { status, headers: { "content-type": "text/plain; charset=utf-8" } });
}
