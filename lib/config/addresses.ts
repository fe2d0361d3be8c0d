/** What kind of address a host is, in whatever form it is written. */
import ipaddr from "ipaddr.js";

/** An address that was read. */
export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Whether a name or an address, in brackets or without, never leaves this machine. */
export function isLoopback(host: string): boolean {
  const name = bare(host);
  return name === "localhost" || name.endsWith(".localhost") || parsed(name)?.range() === "loopback";
}

/** How the names of a home's or an office's own network end. */
const PRIVATE_ENDINGS = [".local", ".lan", ".home.arpa", ".internal"];
const PRIVATE_RANGES = ["loopback", "private", "uniqueLocal", "linkLocal"];

/**
 * Whether a name or an address, in brackets or without, is of this machine or of the network that it is in. Names are
 * not looked up: one without a dot is a neighbour's.
 */
export function isPrivate(host: string): boolean {
  const name = bare(host);
  const range = parsed(name)?.range();
  if (range !== undefined) return PRIVATE_RANGES.includes(range);
  return isLoopback(name) || !name.includes(".") || PRIVATE_ENDINGS.some((ending) => name.endsWith(ending));
}

/** By which clouds tell a machine its own secrets, beside the link-local address that most of them use. */
const METADATA_NAMES = ["metadata.google.internal", "metadata.goog"];
const METADATA_ADDRESSES = [
  "fd00:ec2::254", // Amazon
  "fd20:ce::254", // Google
  "fd00:42::42", // Scaleway
  "100.100.100.200", // Alibaba
  "168.63.129.16", // Azure
  "192.0.0.192", // Oracle
].map((address) => ipaddr.parse(address).toNormalizedString());

/**
 * Whether a name or an address is one that only this machine's own link knows (169.254.0.0/16, fe80::/10), or one at
 * which a cloud tells a machine its secrets. A name that merely leads there has to be looked up first.
 */
export function isLinkLocal(host: string): boolean {
  const name = bare(host);
  if (METADATA_NAMES.includes(name)) return true;
  const address = parsed(name);
  return address !== undefined &&
    (address.range() === "linkLocal" || METADATA_ADDRESSES.includes(address.toNormalizedString()));
}

/** Whether it is an address, and no name. */
export function isAddress(host: string): boolean {
  return ipaddr.isValid(bare(host));
}

function bare(host: string): string {
  return host.toLowerCase().replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
}

/** An IPv4 address that is packed into an IPv6 one is meant itself. */
function parsed(name: string): Address | undefined {
  if (!ipaddr.isValid(name)) return undefined;
  const address = ipaddr.process(name);
  if (!(address instanceof ipaddr.IPv6)) return address;
  const bytes = address.toByteArray();
  switch (address.range()) {
    case "rfc6052":
    case "rfc6145":
      return new ipaddr.IPv4(bytes.slice(12));
    case "6to4":
      return new ipaddr.IPv4(bytes.slice(2, 6));
    default:
      return address;
  }
}

/** An IPv4 address in an IPv6 one is the former. Only the usual spelling of IPv4: `127.1` is no address here. */
export function parseAddress(text: string): Address | undefined {
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return undefined;
  return ipaddr.process(text);
}

/**
 * What counts as one address where visitors are counted: an IPv4 address, or the /64 network of an IPv6 one, within
 * which a single device may call itself anything.
 */
export function groupOf(address: Address): string {
  if (address.kind() === "ipv4") return address.toString();
  const [bare = ""] = address.toString().split("%");
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${bare}/64`)}/64`;
}

/** Whether it is an address in its usual spelling, or a network such as `10.0.0.0/8`. */
export function isNetwork(text: string): boolean {
  return parseAddress(text) !== undefined || ipaddr.isValidCIDR(text);
}

/**
 * Makes the check whether an address is in one of the networks.
 *
 * @throws {Error} when one is neither an address nor a network
 */
export function within(networks: readonly string[]): (address: Address) => boolean {
  const parsed = networks.map(parseNetwork);
  return (address) =>
    parsed.some(([network, bits]) => address.kind() === network.kind() && address.match(network, bits));
}

function parseNetwork(text: string): [Address, number] {
  if (text.includes("/")) return ipaddr.parseCIDR(text);
  const address = ipaddr.process(text);
  return [address, address.kind() === "ipv4" ? 32 : 128];
}
