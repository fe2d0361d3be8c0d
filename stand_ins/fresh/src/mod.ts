/**
 * What this project uses of `jsr:@fresh/core` 2.3.3, for machines that cannot reach JSR. An `App` collects commands,
 * `plan.ts` turns them into chains of middlewares behind a router, `render.ts` makes pages with islands out of them,
 * and `dev/` bundles the islands. Left out: partials, JSX as a prop of an island, mountApp, transforms of
 * static files, the error overlay, and the middlewares csrf, cors, ipFilter and trailingSlashes.
 *
 * @module
 */
export { App, type ListenOptions } from "./app.ts";
export type { Context, WebSocketHandlers, WebSocketUpgradeOptions } from "./context.ts";
export { csp, type CSPOptions } from "./csp.ts";
export { createDefine, type Define } from "./define.ts";
export { HttpError } from "./error.ts";
export { staticFiles } from "./static_files.ts";
export {
  type FreshConfig,
  type HandlerByMethod,
  type HandlerFn,
  type Island,
  type LayoutConfig,
  type Lazy,
  type MaybeLazy,
  type Method,
  type Middleware,
  page,
  type PageProps,
  type PageResponse,
  type ResolvedFreshConfig,
  type RouteConfig,
  type RouteData,
  type RouteHandler,
} from "./types.ts";
