/**
 * `OLLAMA_HOST`, read as Ollama itself reads it (`envconfig.Host`), so that the value that starts Ollama also finds it.
 *
 * An address without a scheme means port 11434; one with `http://` means 80 and with `https://` 443, as everywhere else.
 * What stands before an `@`, for a proxy that asks for a password, is ours alone: Ollama knows no such thing.
 */
import { isLoopback } from "./addresses.ts";

export interface OllamaHost {
  /** As written: Ollama keeps it whatever it is. */
  scheme: string;
  /** `user:password` as written, for a proxy before Ollama; empty for none. */
  user: string;
  /** A name or an IP address, IPv6 without brackets; empty when only a port was given. */
  host: string;
  port: number;
  /** Base path without slashes around it; empty for none. */
  path: string;
}

const DEFAULT_PORT = 11434;
const MAX_PORT = 65535;

/** Reads an address as Ollama does. Never throws: what Ollama cannot make sense of, it takes for a host name. */
export function parseOllamaHost(value: string): OllamaHost {
  const text = value.trim().replace(/^["']+|["']+$/g, "").trim();
  if (text === "ollama.com") return { scheme: "https", user: "", host: text, port: 443, path: "" };

  const [scheme, rest] = cut(text, "://") ?? ["http", text];
  const explicit = text.includes("://");
  const defaultPort = explicit && scheme === "http" ? 80 : explicit && scheme === "https" ? 443 : DEFAULT_PORT;
  const [before, path] = cut(rest, "/") ?? [rest, ""];
  const at = before.lastIndexOf("@");
  const authority = before.slice(at + 1);
  const [host, port] = splitHostPort(authority) ?? [bareHost(authority), ""];
  const user = before.slice(0, Math.max(0, at));
  return { scheme, user, host, port: validPort(port) ?? defaultPort, path: path.replace(/^\/+|\/+$/g, "") };
}

/** The address as Ollama prints it, such as `http://[::]:11434`: without what stands before an `@`. */
export function formatOllamaHost({ scheme, host, port, path }: OllamaHost): string {
  const bracketed = /[:%]/.test(host) ? `[${host}]` : host;
  return `${scheme}://${bracketed}:${port}${path === "" ? "" : `/${path}`}`;
}

/** What is asked for below Ollama's address, and is often copied with it from other programs' settings. */
const BELOW_IT = /(?:^|\/)(?:api(?:\/(?:chat|generate|tags))?|v1(?:\/(?:chat\/)?completions)?)$/;

/**
 * The address a client can connect to, without a trailing slash, such as `http://127.0.0.1:11434`.
 *
 * A server listens on "every address" (`0.0.0.0`, `::` or nothing at all); a client needs a real one. Ollama's own
 * `ConnectableHost` does the same, because connecting to `0.0.0.0` fails on Windows.
 *
 * @throws {TypeError} when no client could connect: another scheme than http, port 0, not a host; and for a query or a
 * fragment, which would take away what is asked
 */
export function connectableHost(value: string): string {
  const parsed = parseOllamaHost(value);
  const host = { "": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1" }[parsed.host] ?? parsed.host;
  const path = parsed.path.replace(BELOW_IT, "");
  const shown = formatOllamaHost({ ...parsed, host, path, scheme: parsed.scheme.toLowerCase() });
  const address = parsed.user === "" ? shown : shown.replace("://", `://${parsed.user}@`);
  const url = URL.canParse(address) ? new URL(address) : undefined;
  // An "@" in the path is the end of a password with a "/" in it, which would be taken for a path.
  const unclear = /[?#\\\s]/.test(address) || parsed.path.includes("@") || !canDecode(parsed.user);
  if (url === undefined || !/^https?:$/.test(url.protocol) || parsed.port === 0 || unclear) {
    throw new TypeError(`Cannot connect to "${withoutUser(value)}": it is no address of an HTTP server`);
  }
  return address;
}

/** An address as anybody may see it: without what stands before the last `@`. */
export function withoutUser(address: string): string {
  return address.replace(/^([^@]*?:\/\/)?.*@/s, "$1");
}

function canDecode(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false; // A "%" that begins no escape.
  }
}

/**
 * Whether a prompt sent to this address stays on this machine.
 *
 * @param address a URL, or anything {@linkcode parseOllamaHost} reads
 * @param own the addresses of this machine's network interfaces
 */
export function isThisMachine(address: string, own: readonly string[] = ownAddresses()): boolean {
  const host = parseOllamaHost(address).host.toLowerCase().replace(/\.$/, "");
  return ["", "0.0.0.0", "::"].includes(host) || isLoopback(host) || own.includes(host);
}

function ownAddresses(): string[] {
  try {
    return Deno.networkInterfaces().map((one) => one.address.toLowerCase());
  } catch {
    return []; // Without --allow-sys only the loopback names are known: the page then warns once too often, never too little.
  }
}

function cut(text: string, separator: string): [string, string] | undefined {
  const at = text.indexOf(separator);
  return at < 0 ? undefined : [text.slice(0, at), text.slice(at + separator.length)];
}

/** `host:port`, as Go's `net.SplitHostPort` sees it; undefined where Go reports an error. */
function splitHostPort(text: string): [host: string, port: string] | undefined {
  const match = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(text);
  return match === null ? undefined : [match[1] ?? match[2] ?? "", match[3] ?? ""];
}

function bareHost(text: string): string {
  const unwrapped = text.replace(/^[[\]]+|[[\]]+$/g, "");
  if (unwrapped.includes(":") && URL.canParse(`http://[${unwrapped}]`)) return unwrapped;
  return text === "" ? "127.0.0.1" : text;
}

function validPort(text: string): number | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const port = Number(text);
  return port >= 0 && port <= MAX_PORT ? port : undefined;
}
