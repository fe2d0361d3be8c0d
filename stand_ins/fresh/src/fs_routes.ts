import type { Plan } from "./plan.ts";
import type { MaybeLazyMiddleware, Route, RouteComponent, RouteConfig, RouteHandler } from "./types.ts";

/** What a file under `routes/` is for. */
export type FsRouteType = "app" | "error" | "layout" | "middleware" | "notFound" | "route";

/** A file under `routes/`. */
export interface FsRoute {
  /** Relative to `routes/`, for messages. */
  filePath: string;
  type: FsRouteType;
  /** The address it answers, or the folder's. */
  path: string;
  /** The scopes it lies in: its folder's address with `(groups)` kept. */
  scope: string;
  module: unknown;
}

interface RouteModule {
  default?: unknown;
  handler?: unknown;
  handlers?: unknown;
  config?: RouteConfig;
}

/** The address of a file or folder relative to `routes/`, without its extension: `blog/[id]` is `/blog/:id`. */
export function toPattern(path: string, keepGroups = false): string {
  const parts = path.split("/").filter((part) => part !== "" && (keepGroups || !/^\(.*\)$/.test(part)));
  if (parts.at(-1) === "index") parts.pop();
  const pattern = parts.map((part) => {
    if (part.startsWith("[...")) return `/:${part.slice(4, -1)}*`;
    if (part.startsWith("[[")) return `{/:${part.slice(2, -2)}}?`;
    return "/" + part.replaceAll(/\[([^\]]+)\]/g, ":$1");
  }).join("");
  // An optional part alone would leave an empty path.
  return /^(\{[^}]*\}\?)+$/.test(pattern) ? pattern.replace("{/", "/{") : pattern || "/";
}

const RANKS = [/^_/, /^index$/, /^[^[]/, /^\[[^.[]/, /^\[\[/];

function rank(segment: string): number {
  const found = RANKS.findIndex((pattern) => pattern.test(segment));
  return found === -1 ? RANKS.length : found;
}

/** Orders routes so that what counts for others comes first, and what is more exact before what is less. */
export function compareRoutes(a: string, b: string): number {
  const [left, right] = [a.split("/"), b.split("/")];
  for (const [index, segment] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (segment !== other) return rank(segment) - rank(other) || (segment < other ? -1 : 1);
  }
  return -1;
}

/** Adds the files of `routes/` to the plan. */
export function addFsRoutes<State>(plan: Plan<State>, files: FsRoute[], prefix: string): void {
  const base = prefix.replace(/\/?\*?$/, "");
  for (const file of files) {
    const module = file.module as RouteModule;
    const handler = module.handlers ?? module.handler;
    if (module.default === undefined && handler === undefined && module.config === undefined) {
      throw new Error(
        `Could not find relevant exports in: ${file.filePath}: a default component, "handler", "handlers" or "config"`,
      );
    }
    if (typeof handler === "function" && handler.length > 1) {
      throw new Error(
        `Handlers must only have one argument but found more than one. ` +
          `Check the function signature in: ${file.filePath}`,
      );
    }
    const component = module.default as RouteComponent<State> | undefined;
    const route: Route<State> = {
      component,
      handler: handler as RouteHandler<unknown, State> | undefined,
      config: module.config,
    };
    const scope = plan.scope(base + file.scope);
    switch (file.type) {
      case "app":
        plan.scope("/").app = component ?? null;
        break;
      case "layout":
        if (component) scope.layout = { component, config: module.config ?? {} };
        break;
      case "error":
        scope.error = route;
        break;
      case "notFound":
        plan.notFound = route;
        break;
      case "middleware":
        scope.middlewares.push(...[handler ?? component].flat() as MaybeLazyMiddleware<State>[]);
        break;
      case "route":
        // As upstream, which loads the file only when asked and so takes every method to it.
        plan.addRoute(
          base + (module.config?.routeOverride ?? file.path),
          base + file.scope,
          () => Promise.resolve(route),
        );
    }
  }
}
