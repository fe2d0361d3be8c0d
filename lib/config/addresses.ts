/** What kind of address a host is, in whatever form it is written. */
import ipaddr from "ipaddr.js";

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
function parsed(name: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
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
