import type { AnyComponent, ComponentType, RenderableProps, VNode } from "preact";
import type { Context } from "./context.ts";

/** The methods a route can answer. */
export type Method = "HEAD" | "GET" | "POST" | "PATCH" | "PUT" | "DELETE" | "OPTIONS";

/** Makes a `T` when it is first needed. */
export type Lazy<T> = () => Promise<T>;

/** A `T`, or something that makes one. */
export type MaybeLazy<T> = T | Lazy<T>;

/** Answers a request, or lets `ctx.next()` do so. */
export type Middleware<State> = (ctx: Context<State>) => Response | Promise<Response>;

/** A middleware, or something that is asked for one at its first request. */
export type MaybeLazyMiddleware<State> = (ctx: Context<State>) => Response | Promise<Response | Middleware<State>>;

/** What a route's handler may return instead of a response: data for the route's component. */
export interface PageResponse<T> {
  data: T;
  headers?: HeadersInit | undefined;
  status?: number | undefined;
}

/** Hands `data` to the route's component. */
export function page<T>(data: T, options?: { headers?: HeadersInit; status?: number }): PageResponse<T>;
export function page(): PageResponse<undefined>;
export function page<T>(
  data?: T,
  options?: { headers?: HeadersInit; status?: number },
): PageResponse<T | undefined> {
  return { data, headers: options?.headers, status: options?.status };
}

/** Answers one route, all methods or one. */
export interface HandlerFn<Data, State> {
  (ctx: Context<State>): Response | PageResponse<Data> | Promise<Response | PageResponse<Data>>;
}

/** Handlers of one route by method. */
export type HandlerByMethod<Data, State> = { [M in Method]?: HandlerFn<Data, State> };

/** The handler of a route. */
export type RouteHandler<Data, State> = HandlerFn<Data, State> | HandlerByMethod<Data, State>;

/** The data type a handler passes to its component. */
export type RouteData<Handler extends RouteHandler<unknown, unknown>> = Handler extends
  RouteHandler<infer Data, unknown> ? Data : never;

/** The parts of the context a component sees, with the data of its handler. */
export type PageProps<Data = unknown, T = unknown> =
  & Pick<
    Context<T>,
    "config" | "url" | "req" | "params" | "info" | "state" | "isPartial" | "Component" | "error" | "route"
  >
  & { data: Data };

/** An element whatever its props, as the signatures of upstream have it. */
// deno-lint-ignore no-explicit-any -- the props of an element are its component's affair
export type AnyVNode = VNode<any>;

/** An async function as a component: for pages, layouts and the app wrapper. It may answer with a response itself. */
export interface AsyncAnyComponent<P> {
  // deno-lint-ignore no-explicit-any -- must read as Preact's own signature, or props are not inferred
  (props: RenderableProps<P>, context?: any): Promise<AnyVNode | Response | null>;
  displayName?: string;
}

/** The component of a page, a layout or the app wrapper. */
export type RouteComponent<State> =
  | AsyncAnyComponent<PageProps<unknown, State>>
  | AnyComponent<PageProps<unknown, State>>;

/** Which of the components around a page are left out. */
export interface LayoutConfig {
  skipInheritedLayouts?: boolean;
  skipAppWrapper?: boolean;
}

/** What a route file exports as `config`. */
export interface RouteConfig extends LayoutConfig {
  routeOverride?: string;
}

/** One page: its handler, its component, or both. */
export interface Route<State> {
  component?: RouteComponent<State> | undefined;
  config?: RouteConfig | undefined;
  handler?: RouteHandler<unknown, State> | undefined;
}

/** Options of an app. */
export interface FreshConfig {
  /** Where the app lies on its host, such as `/chat`: its routes and its files are found below. Default: at the root. */
  basePath?: string;
  mode?: "development" | "production";
}

/** Options of an app with nothing left open. `root` is the folder of the project. */
export interface ResolvedFreshConfig {
  root: string;
  basePath: string;
  mode: "development" | "production";
  trustProxy: boolean;
}

/** A component that also runs in the browser. */
export interface Island {
  /** The address of its bundle. */
  file: string;
  /** Its name on the page, unique among all islands. */
  name: string;
  exportName: string;
  fn: ComponentType;
  css: string[];
}
