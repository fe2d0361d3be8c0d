import { type FunctionComponent, h, isValidElement } from "preact";
import type { BuildCache } from "./build_cache.ts";
import { HttpError } from "./error.ts";
import { renderPage } from "./render.ts";
import type { AnyVNode, LayoutConfig, PageProps, ResolvedFreshConfig, RouteComponent } from "./types.ts";

/** What a socket does, for {@linkcode Context.upgrade} and `App.ws`. */
export interface WebSocketHandlers {
  open?(socket: WebSocket): void;
  message?(socket: WebSocket, event: MessageEvent): void;
  close?(socket: WebSocket, code: number, reason: string): void;
  error?(socket: WebSocket, event: Event | ErrorEvent): void;
}

/** Options of `Deno.upgradeWebSocket`. `idleTimeout` is in seconds. */
export interface WebSocketUpgradeOptions {
  idleTimeout?: number;
  protocol?: string;
}

function isHandlers(value: WebSocketHandlers | WebSocketUpgradeOptions | undefined): value is WebSocketHandlers {
  const names = ["open", "message", "close", "error"];
  return value !== undefined && names.some((name) => typeof Reflect.get(value, name) === "function");
}

/** The components around a page: the layouts from the outermost in, and the app wrapper. */
export interface Surroundings<State> {
  app: RouteComponent<State> | null;
  layouts: RouteComponent<State>[];
}

/** The surroundings of the page being answered; scopes of the plan set and restore them. */
export let surroundingsOf: <State>(ctx: Context<State>) => Surroundings<State>;

/** The build behind the app that answers. */
export let buildCacheOf: <State>(ctx: Context<State>) => BuildCache;

/** What a {@linkcode Context} is made of. */
export interface ContextInit {
  req: Request;
  url: URL;
  info: Deno.ServeHandlerInfo;
  route: string | null;
  params: Record<string, string>;
  config: ResolvedFreshConfig;
  next: () => Promise<Response>;
  buildCache: BuildCache;
}

/** What middlewares and handlers know of one request, and how they answer it. */
export class Context<State> {
  readonly config: ResolvedFreshConfig;
  readonly url: URL;
  req: Request;
  /** The path the route was registered with; null if there is none. */
  readonly route: string | null;
  readonly params: Record<string, string>;
  readonly state: State = {} as State;
  data: unknown = undefined;
  /** What was thrown, on error pages; otherwise null. */
  error: unknown | null = null;
  readonly info: Deno.ServeHandlerInfo;
  readonly isPartial: boolean = false;
  /** Goes on to the next middleware, in the end to the route. */
  next: () => Promise<Response>;
  /** What a layout or the app wrapper puts its content with. */
  Component!: FunctionComponent;
  #surroundings: Surroundings<State> = { app: null, layouts: [] };
  #buildCache: BuildCache;

  static {
    surroundingsOf = (ctx) => ctx.#surroundings;
    buildCacheOf = (ctx) => ctx.#buildCache;
  }

  constructor(init: ContextInit) {
    this.config = init.config;
    this.url = init.url;
    this.req = init.req;
    this.route = init.route;
    this.params = init.params;
    this.info = init.info;
    this.next = init.next;
    this.#buildCache = init.buildCache;
  }

  /** Sends the client elsewhere. `//host` stays on this host. */
  redirect(pathOrUrl: string, status = 302): Response {
    const [, path = "", rest = ""] = /^([^?#]*)(.*)$/s.exec(pathOrUrl) ?? [];
    const location = path.startsWith("/") ? path.replaceAll(/\/+/g, "/") + rest : pathOrUrl;
    return new Response(null, { status, headers: { location } });
  }

  /** Answers with text. */
  text(content: string, init?: ResponseInit): Response {
    return new Response(content, init);
  }

  /** Answers with HTML as it is given. */
  html(content: string, init?: ResponseInit): Response {
    const response = new Response(content, init);
    response.headers.set("Content-Type", "text/html; charset=utf-8");
    return response;
  }

  /** Answers with JSON. */
  json(content: unknown, init?: ResponseInit): Response {
    return Response.json(content, init);
  }

  /** Answers with a page: `vnode` inside the layouts and the app wrapper. */
  async render(vnode: AnyVNode | null, init?: ResponseInit, config: LayoutConfig = {}): Promise<Response> {
    if (arguments.length === 0) throw new Error("No arguments passed to: ctx.render()");
    if (vnode !== null && !isValidElement(vnode)) throw new Error("Non-JSX element passed to: ctx.render()");

    const { app, layouts } = this.#surroundings;
    let content = vnode;
    for (const layout of config.skipInheritedLayouts ? [] : layouts.toReversed()) {
      const around = await renderComponent(this, layout, null, content);
      if (around instanceof Response) return around;
      content = around;
    }
    if (config.skipAppWrapper || app === null) {
      return renderPage(this.#buildCache, this.config.basePath, content, null, init);
    }

    let html: AnyVNode | null = null;
    this.Component = () => html;
    const page = await renderComponent(this, app, null, this.Component);
    if (page instanceof Response) return page;
    const wrap = (body: AnyVNode): AnyVNode | null => {
      html = body;
      return page;
    };
    return renderPage(this.#buildCache, this.config.basePath, content, wrap, init);
  }

  /** Takes the request over as a WebSocket: with handlers it answers, without it leaves both to the caller. */
  upgrade(options?: WebSocketUpgradeOptions): { socket: WebSocket; response: Response };
  upgrade(handlers: WebSocketHandlers, options?: WebSocketUpgradeOptions): Response;
  upgrade(
    first?: WebSocketHandlers | WebSocketUpgradeOptions,
    second?: WebSocketUpgradeOptions,
  ): Response | { socket: WebSocket; response: Response } {
    if (this.req.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      throw new HttpError(400, "Expected a WebSocket upgrade request");
    }
    if (!isHandlers(first)) return Deno.upgradeWebSocket(this.req, first);
    const { socket, response } = Deno.upgradeWebSocket(this.req, second);
    socket.addEventListener("open", () => first.open?.(socket));
    socket.addEventListener("message", (event) => first.message?.(socket, event));
    socket.addEventListener("close", (event) => first.close?.(socket, event.code, event.reason));
    socket.addEventListener("error", (event) => first.error?.(socket, event));
    return response;
  }
}

/**
 * Renders one component of a page with the context as its props. Async components are called here and now, as the
 * renderer itself cannot wait; their response, if they answer with one, is the answer.
 */
export async function renderComponent<State>(
  ctx: Context<State>,
  component: RouteComponent<State>,
  data: unknown,
  content: AnyVNode | null | FunctionComponent,
): Promise<AnyVNode | Response | null> {
  const { config, error, info, isPartial, params, req, route, state, url } = ctx;
  const Component = typeof content === "function" ? content : () => content;
  const props: PageProps<unknown, State> = {
    Component,
    config,
    data,
    error,
    info,
    isPartial,
    params,
    req,
    route,
    state,
    url,
  };
  if (component.constructor.name === "AsyncFunction") {
    return await (component as (props: PageProps<unknown, State>) => Promise<AnyVNode | Response | null>)(props);
  }
  return h(component as FunctionComponent<PageProps<unknown, State>>, props);
}
