/** Checks Host headers against the names of this server (DNS rebinding: a foreign page's name that points here). */
import { isAddress, isLoopback } from "@/lib/config/addresses.ts";
import type { Config } from "@/lib/config/schema.ts";

export { isLoopback };

export interface Host {
  /** In lower case, IPv6 in brackets, without a dot at the end. */
  name: string;
  /** Empty for the scheme's own. */
  port: string;
}

/** Reads a Host header, or the part of an origin behind its scheme; undefined for what is none. */
export function parseHost(text: string): Host | undefined {
  const match = /^(\[[\da-f:.]+\]|[a-z\d._-]+?)\.?(?::(\d{1,5}))?$/i.exec(text);
  return match === null ? undefined : { name: match[1]!.toLowerCase(), port: match[2] ?? "" };
}

/**
 * Makes the check for Host headers.
 *
 * Every way to call this machine by itself is known, `server.host`, and the hosts of `server.allowedOrigins`. Beyond
 * loopback, where a token protects, so are addresses and the names a home network gives this machine.
 *
 * @param machine this machine's own name
 */
export function knownHosts(server: Config["server"], machine: string = machineName()): (name: string) => boolean {
  const { host, allowedOrigins } = server;
  const known = new Set([bracketed(host), ...allowedOrigins.map((origin) => parseHost(new URL(origin).host)?.name)]);
  if (isLoopback(host)) return (name) => isLoopback(name) || known.has(name);
  if (machine !== "") known.add(machine.toLowerCase()).add(`${machine.toLowerCase()}.local`);
  return (name) => isLoopback(name) || isAddress(name) || known.has(name);
}

/** An address to listen on as it stands in a URL. */
export function bracketed(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host.toLowerCase()}]` : host.toLowerCase();
}

function machineName(): string {
  try {
    return Deno.hostname();
  } catch {
    return ""; // Without --allow-sys there is one name less to be called by.
  }
}
