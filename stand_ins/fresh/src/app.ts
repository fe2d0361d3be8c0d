import { STATUS_CODES } from "node:http";
import type { BuildCache } from "./build_cache.ts";
import { Context, type WebSocketHandlers, type WebSocketUpgradeOptions } from "./context.ts";
import { HttpError } from "./error.ts";
import { addFsRoutes } from "./fs_routes.ts";
import { Plan } from "./plan.ts";
import type {
  FreshConfig,
  LayoutConfig,
  MaybeLazy,
  MaybeLazyMiddleware,
  Method,
  Middleware,
  ResolvedFreshConfig,
  Route,
  RouteComponent,
} from "./types.ts";

/** Options of {@linkcode App.listen}. */
export type ListenOptions = Partial<Deno.ServeTcpOptions & Deno.TlsCertifiedKeyPem> & { remoteAddress?: string };

const UNBUILT: BuildCache = {
  root: ".",
  clientEntry: "",
  alwaysBoot: false,
  islands: new Map(),
  routes: [],
  readFile: () => Promise.resolve(null),
};

const NO_CONNECTION: Deno.ServeHandlerInfo = {
  remoteAddr: { transport: "tcp", hostname: "localhost", port: 1234 },
  completed: Promise.resolve(),
};

/** Gives an app what was built for it. Call it before {@linkcode App.handler}. */
export let setBuildCache: <State>(app: App<State>, cache: BuildCache, mode: ResolvedFreshConfig["mode"]) => void;

/** Collects middlewares and routes; {@linkcode App.handler} answers requests with them. Order matters. */
export class App<State> {
  config: ResolvedFreshConfig;
  #commands: ((plan: Plan<State>) => void)[] = [];
  #cache: BuildCache = UNBUILT;

  static {
    setBuildCache = (app, cache, mode) => {
      app.config.root = cache.root;
      app.config.mode = mode;
      app.#cache = cache;
    };
  }

  constructor(config: FreshConfig = {}) {
    this.config = { root: ".", basePath: config.basePath ?? "", mode: config.mode ?? "production", trustProxy: false };
  }

  #add(command: (plan: Plan<State>) => void): this {
    this.#commands.push(command);
    return this;
  }

  #handle(method: Method | "ALL", path: string, middlewares: MaybeLazy<Middleware<State>>[]): this {
    return this.#add((plan) => plan.add(method, path, plan.chain(path, ...middlewares)));
  }

  /** Adds middlewares for everything, or for what lies below `path`, that is registered after them. */
  use(...middleware: MaybeLazyMiddleware<State>[]): this;
  use(path: string, ...middleware: MaybeLazyMiddleware<State>[]): this;
  use(first: string | MaybeLazyMiddleware<State>, ...rest: MaybeLazyMiddleware<State>[]): this {
    const [path, middlewares] = typeof first === "string" ? [first, rest] : ["*", [first, ...rest]];
    return this.#add((plan) => plan.scope(path).middlewares.push(...middlewares));
  }

  get(path: string, ...middlewares: MaybeLazy<Middleware<State>>[]): this {
    return this.#handle("GET", path, middlewares);
  }

  post(path: string, ...middlewares: MaybeLazy<Middleware<State>>[]): this {
    return this.#handle("POST", path, middlewares);
  }

  put(path: string, ...middlewares: MaybeLazy<Middleware<State>>[]): this {
    return this.#handle("PUT", path, middlewares);
  }

  patch(path: string, ...middlewares: MaybeLazy<Middleware<State>>[]): this {
    return this.#handle("PATCH", path, middlewares);
  }

  delete(path: string, ...middlewares: MaybeLazy<Middleware<State>>[]): this {
    return this.#handle("DELETE", path, middlewares);
  }

  head(path: string, ...middlewares: MaybeLazy<Middleware<State>>[]): this {
    return this.#handle("HEAD", path, middlewares);
  }

  all(path: string, ...middlewares: MaybeLazy<Middleware<State>>[]): this {
    return this.#handle("ALL", path, middlewares);
  }

  /** Answers WebSockets at `path`. */
  ws(path: string, handlers: WebSocketHandlers, options?: WebSocketUpgradeOptions): this {
    return this.get(path, (ctx) => ctx.upgrade(handlers, options));
  }

  /** Adds a page. */
  route(path: string, route: MaybeLazy<Route<State>>): this {
    return this.#add((plan) => plan.addRoute(path, path, route));
  }

  /** Sets the component around the pages below `path`. */
  layout(path: string, component: RouteComponent<State>, config: LayoutConfig = {}): this {
    return this.#add((plan) => plan.scope(path).layout = { component, config });
  }

  /** Sets the component around all pages, which renders `<html>`. */
  appWrapper(component: RouteComponent<State>): this {
    return this.#add((plan) => plan.scope("*").app = component);
  }

  /** Sets what answers when nothing is found. */
  notFound(routeOrMiddleware: Route<State> | Middleware<State>): this {
    return this.#add((plan) => plan.notFound = toRoute(routeOrMiddleware));
  }

  /** Sets what answers when something below `path` throws. */
  onError(path: string, routeOrMiddleware: Route<State> | Middleware<State>): this {
    return this.#add((plan) => plan.scope(path).error = toRoute(routeOrMiddleware));
  }

  /** Adds the files under `routes/` here. */
  fsRoutes(pattern = "*"): this {
    return this.#add((plan) => addFsRoutes(plan, this.#cache.routes, pattern));
  }

  /** What `Deno.serve` and tests call. */
  handler(): (request: Request, info?: Deno.ServeHandlerInfo) => Promise<Response> {
    const plan = new Plan<State>(this.config.basePath);
    for (const command of this.#commands) command(plan);
    const unmatched = plan.chain("*");
    const { config } = this;
    const buildCache = this.#cache;

    return async (req, info = NO_CONNECTION) => {
      const url = new URL(req.url);
      url.pathname = url.pathname.replaceAll(/\/+/g, "/");
      const { route, params, item, allowed } = plan.router.match(req.method as Method, url);
      const next = async (): Promise<Response> => {
        if (route === null || item !== null) throw new HttpError(404);
        if (req.method !== "OPTIONS") throw new HttpError(405);
        return await Promise.resolve(new Response(null, { status: 204, headers: { Allow: allowed.join(", ") } }));
      };
      const ctx = new Context<State>({ req, url, info, route, params, config, next, buildCache });
      try {
        const response = await (item ?? unmatched)(ctx);
        if (!(response instanceof Response)) {
          throw new Error(`Expected a "Response" instance to be returned, but got: ${response}`);
        }
        if (req.method !== "HEAD") return response;
        await response.body?.cancel();
        return new Response(null, response);
      } catch (error) {
        return answerError(error);
      }
    };
  }

  /** Begins to serve the app, at the first free port from 8000 on if none is given, until `options.signal` aborts. */
  listen(options: ListenOptions = {}): Promise<void> {
    return serve(this.handler(), options);
  }
}

/** What {@linkcode App.listen} does, for any handler. */
export async function serve(handler: Deno.ServeHandler<Deno.NetAddr>, options: ListenOptions): Promise<void> {
  for (let port = options.port || 8000;; port++) {
    try {
      return void await Deno.serve({ ...options, port }, handler);
    } catch (error) {
      if (options.port || port === 8019 || !(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}

function toRoute<State>(routeOrMiddleware: Route<State> | Middleware<State>): Route<State> {
  return typeof routeOrMiddleware === "function" ? { handler: routeOrMiddleware } : routeOrMiddleware;
}

/** The answer to an error nobody else answered. The message of an HttpError is meant for the client, at any status. */
function answerError(error: unknown): Response {
  const status = error instanceof HttpError ? error.status : 500;
  // deno-lint-ignore no-console -- what went wrong in a request has no other way to be seen
  if (status >= 500) console.error(error);
  const text = error instanceof HttpError ? error.message || STATUS_CODES[status] : "Internal server error";
  return new Response(text, { status });
}
