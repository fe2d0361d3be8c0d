/** Tokens and cookies: how they are read from requests, compared, signed and set. */
import { Buffer } from "node:buffer";
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { parseCookie, stringifySetCookie } from "cookie";
import { isRandomToken, randomToken } from "./random_token.ts";
import type { Secrets } from "./secrets.ts";
import type { Role } from "@/lib/protocol/role.ts";

const KEPT_SECONDS = 30 * 24 * 3600;

/** SHA-256 of a token, base64url: for where the token itself must not be kept. */
export function digest(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}

export interface TokensOptions {
  /** The owner's token; absent where none is needed. */
  owner: string | undefined;
  secrets: Secrets;
}

/** Finds the role that a token or a cookie gives. */
export class Tokens {
  readonly #owner: string | undefined;
  readonly #secrets: Secrets;

  constructor({ owner, secrets }: TokensOptions) {
    this.#owner = owner;
    this.#secrets = secrets;
  }

  /** The role that a token gives; undefined for a wrong one. */
  roleOfToken(shown: string): Role | undefined {
    return this.#roleOf(digest(shown), digest);
  }

  /**
   * The role that a cookie gives; undefined for a wrong one. It is signed, so that guessing it is hopeless however
   * short the token it stands for.
   */
  roleOfCookie(cookie: string): Role | undefined {
    return this.#roleOf(cookie, (token) => this.#sign(token));
  }

  /**
   * The Set-Cookie header that spares a browser from showing its token again.
   *
   * @param path below which the browser sends it
   */
  setCookie(url: URL, path: string, role: Role): string {
    const token = role === "owner" ? this.#owner : this.#secrets.guestToken;
    return keptCookie(url, path, tokenCookie(url), this.#sign(token ?? randomToken()));
  }

  #roleOf(shown: string, made: (token: string) => string): Role | undefined {
    const bytes = Buffer.from(digest(shown));
    // A digest is of the same length whatever was shown: fit to be compared in constant time.
    const isSame = (token: string | undefined) =>
      token !== undefined && timingSafeEqual(bytes, Buffer.from(digest(made(token))));
    const isOwner = isSame(this.#owner);
    const isGuest = isSame(this.#secrets.guestToken);
    return isOwner ? "owner" : isGuest ? "guest" : undefined;
  }

  #sign(token: string): string {
    return createHmac("sha256", this.#secrets.cookieKey).update(token).digest("base64url");
  }
}

/** The token in a link or a header, right or wrong. */
export function shownToken({ headers }: Request, url: URL): string | undefined {
  return url.searchParams.get("token") ?? /^Bearer +(.+)$/i.exec(headers.get("authorization") ?? "")?.[1];
}

/** What a browser keeps instead of the token, right or wrong. */
export function shownCookie({ headers }: Request, url: URL): string | undefined {
  return cookie(headers, tokenCookie(url));
}

/** A guest's own secret, by which the server knows the same guest again; undefined where it has none yet. */
export function guestSecret({ headers }: Request, url: URL): string | undefined {
  const secret = cookie(headers, guestCookie(url));
  return secret !== undefined && isRandomToken(secret) ? secret : undefined;
}

/** The Set-Cookie header by which a guest's browser keeps its secret. */
export function setGuestCookie(url: URL, path: string, secret: string): string {
  return keptCookie(url, path, guestCookie(url), secret);
}

function keptCookie({ protocol }: URL, path: string, name: string, value: string): string {
  const secure = protocol === "https:";
  return stringifySetCookie({ name, value, path, httpOnly: true, secure, sameSite: "strict", maxAge: KEPT_SECONDS });
}

/**
 * With the port in it, since cookies are shared by all ports: two servers on one machine would overwrite each other's.
 */
function tokenCookie(url: URL): string {
  return `vtuber_token_${url.port || "web"}`;
}

function guestCookie(url: URL): string {
  return `vtuber_guest_${url.port || "web"}`;
}

function cookie(headers: Headers, name: string): string | undefined {
  return parseCookie(headers.get("cookie") ?? "")[name];
}
