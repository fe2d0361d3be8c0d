import { type Context, renderComponent, surroundingsOf } from "./context.ts";
import { HttpError } from "./error.ts";
import { Router } from "./router.ts";
import type {
  HandlerByMethod,
  LayoutConfig,
  MaybeLazy,
  MaybeLazyMiddleware,
  Method,
  Middleware,
  Route,
  RouteComponent,
} from "./types.ts";

/** What `app.use()`, `app.onError()` … have said so far for everything below one path. */
interface Scope<State> {
  app: RouteComponent<State> | null;
  layout: { component: RouteComponent<State>; config: LayoutConfig } | null;
  error: Route<State> | null;
  middlewares: MaybeLazyMiddleware<State>[];
}

/** `/a`, `/a/b` … of the pattern `/a/b/c`, and the pattern itself: the scopes its route lies in. */
function scopePaths(pattern: string): string[] {
  const segments = pattern.replaceAll(/\{[^}]*\}\??/g, "").split("/").filter((segment) => segment !== "");
  if (segments.length === 1 && segments[0] === "*") return [""];
  return ["", ...segments.map((_, index) => "/" + segments.slice(0, index + 1).join("/"))];
}

/**
 * Puts the commands of an app, in their order, into chains of middlewares behind a router. A route's chain is
 * complete when the route is added: what is said later does not reach it.
 */
export class Plan<State> {
  router: Router<Middleware<State>> = new Router();
  notFound: Route<State> | null = null;
  readonly #basePath: string;
  #scopes = new Map<string, Scope<State>>();

  /** @param basePath what every address begins with; scopes know nothing of it */
  constructor(basePath = "") {
    this.#basePath = basePath === "/" ? "" : basePath;
    this.scope("/");
  }

  /** Has `item` answer at `path` below the base path. */
  add(method: Method | "ALL", path: string, item: Middleware<State>): void {
    this.router.add(method, this.#basePath !== "" && path === "/" ? this.#basePath : this.#basePath + path, item);
  }

  /** The scope of everything below `pattern`. */
  scope(pattern: string): Scope<State> {
    const path = scopePaths(pattern).at(-1) ?? "";
    const scope = this.#scopes.get(path) ?? { app: null, layout: null, error: null, middlewares: [] };
    this.#scopes.set(path, scope);
    return scope;
  }

  /** What runs for a request below `pattern`, with `last` in the end. */
  chain(pattern: string, ...last: MaybeLazyMiddleware<State>[]): Middleware<State> {
    const scopes = scopePaths(pattern).map((path) => this.#scopes.get(path)).filter((scope) => scope !== undefined);
    return compose([...scopes.flatMap((scope) => [this.#enter({ ...scope }), ...scope.middlewares]), ...last]);
  }

  /** Adds a page at `path`, in the scopes of `pattern`. */
  addRoute(path: string, pattern: string, route: MaybeLazy<Route<State>>): void {
    let known = typeof route === "function" ? null : route;
    const answer = this.chain(pattern, async (ctx) => {
      known ??= await (route as () => Promise<Route<State>>)();
      return await answerRoute(ctx, known);
    });
    for (const method of known === null ? ["ALL" as const] : methodsOf(known)) this.add(method, path, answer);
  }

  /** Sets the scope's components for what is further in, and answers for errors that come out. */
  #enter(scope: Scope<State>): Middleware<State> {
    return async (ctx) => {
      const surroundings = surroundingsOf(ctx);
      const before = { ...surroundings };
      if (scope.app) surroundings.app = scope.app;
      if (scope.layout) {
        const { component, config } = scope.layout;
        if (config.skipAppWrapper) surroundings.app = null;
        surroundings.layouts = config.skipInheritedLayouts ? [component] : [...before.layouts, component];
      }
      try {
        return await ctx.next();
      } catch (error) {
        const status = error instanceof HttpError ? error.status : 500;
        if (this.notFound && status === 404) return await answerRoute(ctx, this.notFound);
        if (scope.error) return await answerRoute(ctx, scope.error, status);
        throw error;
      } finally {
        Object.assign(surroundings, before);
      }
    };
  }
}

function methodsOf<State>({ handler, component }: Route<State>): (Method | "ALL")[] {
  if (typeof handler !== "object") return ["ALL"];
  return Object.keys(component ? { GET: undefined, ...handler } : handler) as Method[];
}

function compose<State>(middlewares: MaybeLazyMiddleware<State>[]): Middleware<State> {
  return (ctx) => {
    const tail = ctx.next;
    async function run(index: number): Promise<Response> {
      const middleware = middlewares[index];
      if (!middleware) return await tail();
      ctx.next = () => run(index + 1);
      try {
        const result = await middleware(ctx);
        if (typeof result !== "function") return result;
        middlewares[index] = result;
        return await result(ctx);
      } catch (error) {
        ctx.error = error;
        throw error;
      }
    }
    return run(0);
  };
}

function handlerFor<State>(route: Route<State>, method: string): Route<State>["handler"] | null {
  const { handler, component } = route;
  if (typeof handler === "function") return handler;
  const byMethod: HandlerByMethod<unknown, State> = handler ?? {};
  const found = byMethod[method as Method] ?? (method === "HEAD" ? byMethod.GET : undefined);
  if (found) return found;
  const rendersItself = handler === undefined || ((method === "GET" || method === "HEAD") && !byMethod.GET);
  return component && rendersItself ? () => ({ data: {} }) : null;
}

/** Answers with a route: its handler's response, or its component with the handler's data. */
export async function answerRoute<State>(ctx: Context<State>, route: Route<State>, status = 200): Promise<Response> {
  const handler = handlerFor(route, ctx.req.method.toUpperCase());
  if (typeof handler !== "function") return await ctx.next();
  const result = await handler(ctx);
  if (result instanceof Response) return result;

  const init = { headers: new Headers(result.headers), status: result.status ?? status };
  const content = route.component ? await renderComponent(ctx, route.component, result.data, null) : null;
  return content instanceof Response ? content : await ctx.render(content, init, route.config);
}
