/** Where a visitor sees what a request asks for, whatever proxies have made of its address on the way. */
import { parseHost } from "./hosts.ts";

/** The request as it came to a trusted proxy, from its headers. */
export interface Forwarded {
  /** Name and port, of `X-Forwarded-Host`. */
  host?: string;
  /** Of `X-Forwarded-Proto`. */
  proto?: "http" | "https";
  /** The path that it has taken off, of `X-Forwarded-Prefix`; empty for none. */
  prefix?: string;
}

/**
 * Reads the headers of a proxy. Each may be a list, to which every proxy adds what it has seen: the first is the
 * visitor's.
 */
export function readForwarded(headers: Headers): Forwarded {
  const list = (name: string) => headers.get(`x-forwarded-${name}`)?.split(",").map((value) => value.trim());
  const host = list("host")?.[0];
  const proto = list("proto")?.[0]?.toLowerCase();
  // Each one has taken off a part.
  const prefix = list("prefix")?.map((path) => path.replace(/\/+$/, "")).join("");
  return {
    ...(host !== undefined && parseHost(host) !== undefined && { host }),
    ...((proto === "http" || proto === "https") && { proto }),
    ...(prefix !== undefined && { prefix }),
  };
}

/**
 * The address as the visitor sees it; undefined where the request has none that can be read.
 *
 * @param basePath the path below which visitors find this server. Some proxies leave it in the address and others take
 * it off: it is put back.
 */
export function publicUrl({ url: asked }: Request, { host, proto }: Forwarded, basePath: string): URL | undefined {
  if (!URL.canParse(asked)) return undefined;
  const url = new URL(asked);
  if (proto !== undefined) url.protocol = proto;
  if (host !== undefined) {
    // A host without a port would leave that of before.
    url.port = "";
    url.host = host;
  }
  const { pathname } = url;
  if (pathname !== basePath && !pathname.startsWith(`${basePath}/`)) url.pathname = basePath + pathname;
  return url;
}

/**
 * Replaces `url` of a request for all later readers: the request itself must stay the same, or it could not be
 * upgraded.
 */
export function setUrl(request: Request, { href }: URL): void {
  Object.defineProperty(request, "url", { value: href });
}
