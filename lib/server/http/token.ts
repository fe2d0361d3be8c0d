/** Tokens and cookies: how they are read from requests, compared, signed and set. */
import { Buffer } from "node:buffer";
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { parseCookie, stringifySetCookie } from "cookie";
import { isRandomToken, randomToken } from "./random_token.ts";
import type { Secrets } from "./secrets.ts";
import type { Role } from "@/lib/protocol/role.ts";

const DAY_SECONDS = 24 * 3600;
const KEPT_SECONDS = 30 * DAY_SECONDS;
/** As long as browsers keep any: who comes back is the same guest, whose conversations may be kept for ever. */
const GUEST_SECONDS = 400 * DAY_SECONDS;

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
    const value = this.#sign(token ?? randomToken());
    return keptCookie(url, { name: tokenCookie(url), value, path, sameSite: "strict", maxAge: KEPT_SECONDS });
  }

  /** A guest's own secret, by which the server knows the same guest again; undefined where it has none of ours yet. */
  guestSecret({ headers }: Request, url: URL): string | undefined {
    const shown = cookie(headers, guestCookie(url));
    const secret = shown?.split(".")[0];
    return secret !== undefined && isRandomToken(secret) && isSame(shown, this.#guestValue(secret))
      ? secret
      : undefined;
  }

  /**
   * The Set-Cookie header by which a guest's browser keeps its secret. It is signed, so that nobody makes guests but
   * the server. A browser sends it with a link that leads here from another site as well: it would be a new guest else.
   */
  setGuestCookie(url: URL, path: string, secret: string): string {
    const value = this.#guestValue(secret);
    return keptCookie(url, { name: guestCookie(url), value, path, sameSite: "lax", maxAge: GUEST_SECONDS });
  }

  #guestValue(secret: string): string {
    return `${secret}.${this.#sign(`guest ${secret}`)}`;
  }

  #roleOf(shown: string, made: (token: string) => string): Role | undefined {
    const isOf = (token: string | undefined) => token !== undefined && isSame(shown, made(token));
    const isOwner = isOf(this.#owner);
    const isGuest = isOf(this.#secrets.guestToken);
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

/** Whether two texts are the same, in a time that tells nothing of them: digests are of one length. */
function isSame(shown: string | undefined, wanted: string): boolean {
  return timingSafeEqual(Buffer.from(digest(shown ?? "")), Buffer.from(digest(wanted)));
}

function keptCookie(
  { protocol }: URL,
  kept: { name: string; value: string; path: string; sameSite: "strict" | "lax"; maxAge: number },
): string {
  return stringifySetCookie({ ...kept, httpOnly: true, secure: protocol === "https:" });
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
