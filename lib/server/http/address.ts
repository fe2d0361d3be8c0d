/** Which address a request comes from, and what of it proxies are believed. */
import { type Address, groupOf, parseAddress, within } from "@/lib/config/addresses.ts";
import { type Forwarded, readForwarded } from "./public_url.ts";

/** Headers by which proxies and tunnels tell that they pass on what somebody else sent. */
const FORWARDING =
  /^(x-forwarded-.+|x-original-forwarded-for|forwarded|via|x-real-ip|x-client-ip|x-cluster-client-ip|true-client-ip|cf-connecting-ip|fastly-client-ip|fly-client-ip)$/;

/** Where a request comes from. */
export interface Origin {
  /** What limits count by: an IPv4 address, or an IPv6 network of which one device may have any address. */
  group: string;
  /** Whether a program on this machine sent it, and for nobody else as far as its headers tell. */
  local: boolean;
  /** What a trusted proxy tells of the address that was asked for; nothing where there is none. */
  forwarded: Forwarded;
}

/**
 * Makes the function that finds where a request comes from.
 *
 * @param trustedProxies addresses and networks whose X-Forwarded headers are believed
 */
export function originReader(
  trustedProxies: readonly string[],
): (request: Request, info?: Deno.ServeHandlerInfo) => Origin {
  const isTrusted = within(trustedProxies);
  return ({ headers }, info) => {
    const remote = info?.remoteAddr;
    const peer = remote !== undefined && "hostname" in remote ? parseAddress(remote.hostname) : undefined;
    if (peer === undefined) return { group: "local", local: false, forwarded: {} };
    const isForwarded = [...headers.keys()].some((name) => FORWARDING.test(name));
    const isBelieved = isForwarded && isTrusted(peer);
    const sender = isBelieved ? senderOf(headers, isTrusted) : undefined;
    const local = isLoopback(peer) && (!isForwarded || (sender !== undefined && isLoopback(sender)));
    return { group: groupOf(sender ?? peer), local, forwarded: isBelieved ? readForwarded(headers) : {} };
  };
}

/**
 * The last address of X-Forwarded-For that is no trusted proxy's own: what stands before it, its sender may have made
 * up. Undefined where the header is missing or cannot be read.
 */
function senderOf(headers: Headers, isTrusted: (address: Address) => boolean): Address | undefined {
  const hops = (headers.get("x-forwarded-for") ?? "").split(",").map((hop) => parseAddress(withoutPort(hop.trim())));
  for (const hop of hops.toReversed()) {
    if (hop === undefined || !isTrusted(hop)) return hop;
  }
  return hops[0];
}

/** An address without its port, which some proxies add: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function withoutPort(hop: string): string {
  return /^\[(.*)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop;
}

/** Exactly: an address that only leads to loopback, as those of NAT64 do, is somebody else's. */
function isLoopback(address: Address): boolean {
  return address.range() === "loopback";
}
