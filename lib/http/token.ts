/** The secret of a server that others can reach: how it is shown, compared, kept by browsers, and not guessed. */
import { Buffer } from "node:buffer";
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** Different wrong tokens from one address within {@linkcode WINDOW_MS}, after which it must wait. */
const TRIES = 10;
const WINDOW_MS = 60_000;
/** Addresses remembered at once; the oldest is forgotten first. */
const ADDRESSES = 10_000;
const KEPT_SECONDS = 30 * 24 * 3600;

/** A new token that nobody can guess, short enough for a link. */
export function newToken(): string {
  return randomBytes(16).toString("base64url");
}

/**
 * - `right`: shown, and correct
 * - `missing`: none was shown
 * - `wrong`: shown, and not correct
 * - `blocked`: too many different wrong ones have come from this address, so that this one was not even looked at
 */
export type Verdict = "right" | "missing" | "wrong" | "blocked";

export class TokenLock {
  /** What the cookie holds. */
  readonly #key: string;
  readonly #mark: Buffer;
  readonly #wrong = new Map<string, { since: number; marks: Set<string> }>();
  readonly #now: () => number;

  constructor(token: string, now: () => number = Date.now) {
    this.#key = digest(token);
    this.#mark = Buffer.from(digest(this.#key));
    this.#now = now;
  }

  /**
   * Judges what a request shows: `?token=`, `Authorization: Bearer`, or the cookie.
   *
   * @param address whom wrong ones are counted against
   */
  judge(request: Request, url: URL, address: string): Verdict {
    const shown = url.searchParams.get("token") ?? bearer(request.headers);
    const key = shown === undefined ? cookie(request.headers, cookieName(url)) : digest(shown);
    if (key === undefined) return "missing";
    const tries = this.#triesOf(address);
    if (tries !== undefined && tries.size >= TRIES) return "blocked";
    // A digest is of the same length whatever was shown: fit to be compared in constant time, and to be kept.
    const mark = digest(key);
    if (timingSafeEqual(Buffer.from(mark), this.#mark)) return "right";
    this.#count(address, mark);
    return "wrong";
  }

  /** The Set-Cookie header that spares a browser from showing the token again. */
  setCookie(request: Request, url: URL): string {
    // A proxy says so when browsers reach it by https. Whoever else says so only harms their own cookie.
    const secure = request.headers.get("x-forwarded-proto") === "https" ? "; Secure" : "";
    return `${cookieName(url)}=${this.#key}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${KEPT_SECONDS}${secure}`;
  }

  #triesOf(address: string): Set<string> | undefined {
    const entry = this.#wrong.get(address);
    return entry !== undefined && this.#now() - entry.since < WINDOW_MS ? entry.marks : undefined;
  }

  /** An old cookie that comes again and again is one guess. */
  #count(address: string, mark: string): void {
    const marks = this.#triesOf(address);
    if (marks !== undefined) return void marks.add(mark);
    this.#wrong.delete(address);
    this.#wrong.set(address, { since: this.#now(), marks: new Set([mark]) });
    for (const oldest of this.#wrong.keys()) {
      if (this.#wrong.size <= ADDRESSES) break;
      this.#wrong.delete(oldest);
    }
  }
}

function digest(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}

function bearer(headers: Headers): string | undefined {
  return /^Bearer +(.+)$/i.exec(headers.get("authorization") ?? "")?.[1];
}

/** Cookies know no ports: two servers on one machine would take each other's away. */
function cookieName(url: URL): string {
  return `vtuber_token_${url.port || "web"}`;
}

function cookie(headers: Headers, name: string): string | undefined {
  const pairs = (headers.get("cookie") ?? "").split(";").map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}
