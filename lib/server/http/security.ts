/** What a browser may do with our pages: headers on every response, errors included. */
import type { Handler } from "./compress.ts";
import { parseHost } from "./hosts.ts";

/**
 * The policy of a response. Fresh starts the islands by an inline script, which runs by its nonce alone; Cubism Core
 * is WebAssembly; pixi.js makes images of blobs. No `upgrade-insecure-requests`: it would break plain http at home.
 * Fresh's own `csp()` cannot leave that out, and does not reach what is refused before the app; so it is asked for the
 * nonce alone.
 *
 * @param host the page's own, for browsers in which 'self' does not cover WebSockets
 */
function contentPolicy(host: string, nonce?: string): string {
  const sockets = parseHost(host) === undefined ? "" : ` ws://${host} wss://${host}`;
  const inline = nonce === undefined ? "" : ` 'nonce-${nonce}'`;
  return [
    "default-src 'self'",
    `script-src 'self' 'wasm-unsafe-eval'${inline}`,
    `style-src 'self'${inline}`,
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "worker-src 'self' blob:",
    `connect-src 'self' blob:${sockets}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

const FIXED: Record<string, string> = {
  "x-content-type-options": "nosniff",
  // Not "no-referrer", by which browsers would call the origin of our own forms "null".
  "referrer-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(self), geolocation=(), payment=(), usb=()",
  "cross-origin-resource-policy": "same-origin",
};

/** As the visitor sees it, once the guard has found that out. */
function hostOf({ url }: Request): string {
  return URL.canParse(url) ? new URL(url).host : "";
}

/**
 * Wraps a handler so that every response carries the headers. The nonce is taken from a policy that is already there.
 */
export function secured(handler: Handler): Handler {
  return async (request, info) => {
    const response = await handler(request, info);
    // An upgrade is no page, and its headers cannot be changed.
    if (response.status === 101) return response;
    const headers = new Headers(response.headers);
    const nonce = /'nonce-([^']+)'/.exec(headers.get("content-security-policy") ?? "")?.[1];
    headers.set("content-security-policy", contentPolicy(hostOf(request), nonce));
    for (const [name, value] of Object.entries(FIXED)) headers.set(name, value);
    return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
  };
}
