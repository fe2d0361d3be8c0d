/** What wraps the app, in one place: the access guard, then compression, and security headers around all. */
import { compressed, type Handler } from "./compress.ts";
import type { AccessGuard } from "./access_guard.ts";
import { secured } from "./security.ts";
import { setVisitor } from "./visitor.ts";
import { warn } from "@/lib/telemetry/log.ts";

export interface HandlerOptions {
  guard: AccessGuard;
  /** Folder of what the build has compressed. It need not be there. */
  prepared: string;
}

/** Wraps the app for `Deno.serve`. */
export function createHandler(app: Handler, { guard, prepared }: HandlerOptions): Handler {
  const inside = compressed(app, prepared);
  return secured(async (request, info) => {
    try {
      const admission = await guard.admit(request, info);
      if (admission instanceof Response) return admission;
      setVisitor(request, admission);
      return withCookies(await inside(request, info), admission.cookies);
    } catch (error) {
      warn(`A request failed in an unexpected way: ${Deno.inspect(error)}`);
      return new Response("Something went wrong on the server\n", { status: 500 });
    }
  });
}

function withCookies(response: Response, cookies: readonly string[]): Response {
  if (cookies.length === 0) return response;
  const headers = new Headers(response.headers);
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
