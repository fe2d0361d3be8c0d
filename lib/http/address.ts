/**
 * What counts as one address where visitors are counted: an IPv4 address, or the /64 network of an IPv6 one, within
 * which a single device may call itself anything.
 */
export function addressGroup(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(":")) return address;
  const [head = "", tail = ""] = address.toLowerCase().replace(/%.*$/, "").split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === "" ? [] : tail.split(":");
  const zeros = Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0");
  return `${[...left, ...zeros, ...right].slice(0, 4).map((part) => part.replace(/^0+(?=.)/, "")).join(":")}::/64`;
}

/** The group of the address that a request came from. */
export function visitorOf(info: Deno.ServeHandlerInfo | undefined): string {
  const remote = info?.remoteAddr;
  return remote !== undefined && "hostname" in remote ? addressGroup(remote.hostname) : "local";
}
