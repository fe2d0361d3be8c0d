/**
 * `localhost` is two addresses, and a server often listens at one of them alone: Ollama at 127.0.0.1, while a hosts
 * file names `::1` first. Some other program may even take connections at the one it is not at, and say nothing. So
 * both are tried, the second soon after the first (RFC 8305), and whichever speaks HTTP is asked from then on.
 */
import { inTime } from "@/lib/waiting.ts";

const ADDRESSES = ["127.0.0.1", "[::1]"] as const;
/** How long the first address may keep silent before the second is tried as well, ms. */
const HEAD_START_MS = 250;
/** How long both may keep silent, ms. */
const PATIENCE_MS = 3_000;

/** By origin: the address that answered. It is forgotten when it fails. */
const found = new Map<string, Promise<string | undefined>>();

/** The same address at whichever address of `localhost` answers; as it is, where none does or it is not `localhost`. */
export async function withLoopbackAddress(url: URL): Promise<URL> {
  // By https, a certificate is for the name.
  if (url.protocol !== "http:" || !/^(.+\.)?localhost\.?$/.test(url.hostname)) return url;
  const { origin } = url;
  const looking = found.get(origin) ?? firstThatAnswers(url.port);
  found.set(origin, looking);
  const address = await looking;
  if (address === undefined) {
    forgetLoopbackAddress(url);
    return url;
  }
  const direct = new URL(url);
  direct.hostname = address;
  return direct;
}

/** Has the next request look again: this one failed. */
export function forgetLoopbackAddress({ origin }: URL): void {
  found.delete(origin);
}

async function firstThatAnswers(port: string): Promise<string | undefined> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), PATIENCE_MS);
  const knock = async (address: string) => {
    const { body } = await fetch(`http://${address}:${port || 80}/`, { redirect: "manual", signal: over.signal });
    await body?.cancel();
    return address;
  };
  try {
    const first = knock(ADDRESSES[0]);
    await inTime(first, AbortSignal.timeout(HEAD_START_MS)).catch(() => {/* Then the second is asked at once. */});
    return await Promise.any([first, knock(ADDRESSES[1])]);
  } catch {
    return undefined; // Nobody is there: the request itself says so, by the name that was configured.
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}
