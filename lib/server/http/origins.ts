import { type Host, isLoopback, parseHost } from "./hosts.ts";

/**
 * Whether a page of this origin may open our socket and send us forms: our own page, or an allowed one.
 *
 * The own page is the one at the host that the request is for, over http or https: a proxy may speak https for us.
 * On loopback, where one machine has many names, its port tells that the page is ours.
 *
 * @param origin the Origin header, which browsers always send with an upgrade; "null" is nobody's
 * @param host the Host header
 */
export function isOwnOrigin(origin: string, host: Host, allowed: readonly string[]): boolean {
  if (allowed.includes(origin)) return true;
  const authority = /^https?:\/\/(.+)$/.exec(origin)?.[1];
  const page = authority === undefined ? undefined : parseHost(authority);
  if (page === undefined || page.port !== host.port) return false;
  return page.name === host.name || (isLoopback(page.name) && isLoopback(host.name));
}
