import { BUILD_ID } from "./build_id.ts";
import { buildCacheOf } from "./context.ts";
import { ASSET_KEY } from "./runtime.ts";
import type { Middleware } from "./types.ts";

const FOR_EVER = "public, max-age=31536000, immutable";
const NEVER = "no-cache, no-store, max-age=0, must-revalidate";

function decoded(pathname: string): string | undefined {
  try {
    return decodeURIComponent(pathname);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/**
 * A middleware that answers with the files of `static/` and of the build. Only addresses that name the build
 * may be cached; the rest is sent anew each time, unless the client has the same (`If-None-Match`).
 */
export function staticFiles<State>(): Middleware<State> {
  return async (ctx) => {
    const { req, url, config } = ctx;
    const pathname = decoded(url.pathname)?.slice(config.basePath.length);
    if (pathname === undefined || pathname === "" || pathname === "/") return await ctx.next();
    const file = await buildCacheOf(ctx).readFile(pathname);
    if (file === null) {
      // Browsers ask for it unbidden: no page of ours is worth rendering for that.
      return pathname === "/favicon.ico" ? new Response(null, { status: 404 }) : await ctx.next();
    }
    if (req.method !== "GET" && req.method !== "HEAD") return new Response("Method Not Allowed", { status: 405 });

    const key = url.searchParams.get(ASSET_KEY);
    if (key !== null && key !== BUILD_ID) {
      const plain = new URL(url);
      plain.searchParams.delete(ASSET_KEY);
      return new Response(null, { status: 307, headers: { location: plain.pathname + plain.search } });
    }

    const headers = new Headers({ "Content-Type": file.contentType, vary: "If-None-Match" });
    const production = config.mode !== "development";
    if (production && file.hash !== null) {
      const known = req.headers.get("If-None-Match");
      if (known === file.hash || known === `W/"${file.hash}"`) return new Response(null, { status: 304, headers });
      headers.set("Etag", `W/"${file.hash}"`);
    }
    const pinned = key === BUILD_ID || url.pathname.startsWith(`${config.basePath}/_fresh/js/${BUILD_ID}/`);
    headers.set("Cache-Control", production && pinned ? FOR_EVER : NEVER);
    headers.set("Content-Length", String(file.size));
    return new Response(req.method === "HEAD" ? null : await file.open(), { headers });
  };
}
