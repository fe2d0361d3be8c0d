import type { Middleware } from "./types.ts";
import { nonceOf } from "./render.ts";

/** Options of {@linkcode csp}. */
export interface CSPOptions {
  /** Only report what the policy would refuse. */
  reportOnly?: boolean;
  /** Where browsers report violations to. */
  reportTo?: string;
  /** Directives to add; one of the same name replaces the default. */
  csp?: string[];
  /** Allow the page's own inline scripts and styles by a nonce instead of `'unsafe-inline'`. */
  useNonce?: boolean;
}

const DEFAULTS = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "media-src 'self' data: blob:",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "upgrade-insecure-requests",
];

/** A middleware that gives each response below it a Content-Security-Policy. */
export function csp<State>(options: CSPOptions = {}): Middleware<State> {
  const { reportOnly = false, reportTo, csp: own = [], useNonce = false } = options;
  const nameOf = (directive: string): string | undefined => directive.split(" ")[0];
  const replaced = new Set(own.map(nameOf));
  const directives = [...DEFAULTS.filter((directive) => !replaced.has(nameOf(directive))), ...own];
  if (reportTo) directives.push("report-to csp-endpoint", `report-uri ${reportTo}`);
  const header = reportOnly ? "Content-Security-Policy-Report-Only" : "Content-Security-Policy";

  return async (ctx) => {
    const response = await ctx.next();
    const nonce = useNonce ? nonceOf(response) : undefined;
    const policy = nonce
      ? directives.map((each) =>
        /^(default|script|style)-src/.test(each) ? each.replaceAll("'unsafe-inline'", `'nonce-${nonce}'`) : each
      )
      : directives;
    response.headers.set(header, policy.join("; "));
    if (reportTo) response.headers.set("Reporting-Endpoints", `csp-endpoint="${reportTo}"`);
    return response;
  };
}
