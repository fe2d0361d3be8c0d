/** Which address a request comes from, and what of it proxies are believed. */
import ipaddr from "ipaddr.js";
import { type Forwarded, readForwarded } from "./public_url.ts";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

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
  const trusted = trustedProxies.map(parseNetwork);
  const isTrusted = (address: Address) =>
    trusted.some(([network, bits]) => address.kind() === network.kind() && address.match(network, bits));
  return ({ headers }, info) => {
    const remote = info?.remoteAddr;
    const peer = remote !== undefined && "hostname" in remote ? parseAddress(remote.hostname) : undefined;
    if (peer === undefined) return { group: "local", local: false, forwarded: {} };
    const isForwarded = [...headers.keys()].some((name) => FORWARDING.test(name));
    const isBelieved = isForwarded && isTrusted(peer);
    const sender = isBelieved ? senderOf(headers, isTrusted) : undefined;
    const local = isLoopbackAddress(peer) && (!isForwarded || (sender !== undefined && isLoopbackAddress(sender)));
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

/**
 * What counts as one address where visitors are counted: an IPv4 address, or the /64 network of an IPv6 one, within
 * which a single device may call itself anything.
 */
export function addressGroup(address: string): string {
  const parsed = parseAddress(address);
  return parsed === undefined ? address : groupOf(parsed);
}

function groupOf(address: Address): string {
  if (address.kind() === "ipv4") return address.toString();
  const [bare = ""] = address.toString().split("%");
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${bare}/64`)}/64`;
}

function isLoopbackAddress(address: Address): boolean {
  return address.range() === "loopback";
}

/** An IPv4 address in an IPv6 one is the former. Only the usual spelling of IPv4: `127.1` is no address here. */
function parseAddress(text: string): Address | undefined {
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return undefined;
  return ipaddr.process(text);
}

/** @throws {Error} when it is neither an address nor a network */
function parseNetwork(text: string): [Address, number] {
  if (text.includes("/")) return ipaddr.parseCIDR(text);
  const address = ipaddr.process(text);
  return [address, address.kind() === "ipv4" ? 32 : 128];
}
