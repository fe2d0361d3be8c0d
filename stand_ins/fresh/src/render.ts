import { Signal } from "@preact/signals";
import {
  type ComponentChildren,
  type ComponentType,
  createContext,
  Fragment,
  h,
  isValidElement,
  options,
  toChildArray,
  type VNode,
} from "preact";
import { useContext } from "preact/hooks";
import { jsxTemplate } from "preact/jsx-runtime";
import { renderToString } from "preact-render-to-string";
import type { BuildCache } from "./build_cache.ts";
import { serializeProps } from "./props.ts";
import { asset, assetSrcSet, onHead } from "./runtime.ts";
import type { AnyVNode, Island } from "./types.ts";

type Props = Record<string, unknown>;

/** What is gathered while one page is rendered. */
interface Page {
  nonce: string;
  cache: BuildCache;
  /** What the addresses of scripts begin with. */
  basePath: string;
  islands: Set<Island>;
  props: Props[];
  /** Elements out of `<Head>`, by what they replace. */
  head: Map<string, VNode>;
  rendered: Set<string>;
}

/** Rendering is synchronous, so there is at most one page at a time. */
let page: Page | null = null;

const nonces = new WeakMap<Response, string>();

/** The nonce on the inline scripts and styles of a page rendered into `response`. */
export function nonceOf(response: Response): string | undefined {
  return nonces.get(response);
}

/** Set below an island, where further islands are just its components. */
const InIsland = createContext(false);

/** Elements of islands as their component renders them, which the hook leaves alone. */
const bare = new WeakSet<object>();

/** Props as they were written, for elements that are kept in a variable and rendered again and again. */
const written = new WeakMap<object, Props>();

function raw(html: string): VNode {
  return jsxTemplate([html]);
}

interface HostProps {
  component: ComponentType<Props>;
  props: Props;
  id: string;
}

function IslandHost({ component, props, id }: HostProps): VNode {
  const content = h(component, props);
  bare.add(content);
  const inside = useContext(InIsland);
  const island = page?.cache.islands.get(component);
  if (inside || !page || !island) return content;
  for (const [name, value] of Object.entries(props)) {
    if (!isElement(value) && name !== "children") continue;
    throw new Error(`Cannot pass JSX to the island ${island.name} as "${name}": this stand-in only carries data`);
  }
  page.islands.add(island);
  const index = page.props.push(props) - 1;
  const start = `<!--frsh:island:${island.name}:${index}:${id.replaceAll(/[:>-]/g, "_")}-->`;
  return jsxTemplate([start, "<!--/frsh:island-->"], h(InIsland.Provider, { value: true }, content));
}

/** What makes two elements of a head stand for the same thing, of which the page's wins over the app wrapper's. */
function headKey(child: VNode<Props>): string {
  const { type, key, props } = child;
  if (key != null) return String(key);
  if (type === "title") return "title";
  const identity = type === "meta" ? ["charset", "name", "property", "http-equiv"] : Object.keys(props).toSorted();
  return [type, ...identity.map((name) => props[name])].join("::");
}

/** Whether this is JSX; a signal passes for an element with Preact, as it renders itself. */
function isElement(child: unknown): child is VNode<Props> {
  return isValidElement(child) && !(child instanceof Signal);
}

onHead((children) => {
  for (const child of toChildArray(children)) {
    if (isElement(child)) page?.head.set(headKey(child), child);
  }
});

/** The children of `<head>`, with what the page put there by `<Head>`. */
function HeadContent({ children }: { children?: ComponentChildren }): VNode {
  const collected = page?.head ?? new Map<string, VNode>();
  const own = toChildArray(children).filter((child) => !isElement(child) || !collected.has(headKey(child)));
  return h(Fragment, null, own, [...collected.values()]);
}

/** The script that starts the islands of a page; at the end of `<body>`, when all of them are known. */
function BootScript(): AnyVNode | null {
  if (page === null || (page.islands.size === 0 && !page.cache.alwaysBoot)) return null;
  const { basePath } = page;
  const islands = [...page.islands];
  const imports = islands.map(({ exportName, name, file }) =>
    `import {${exportName} as ${name}} from ${JSON.stringify(basePath + file)};`
  );
  const props = JSON.stringify(serializeProps(page.props)).replaceAll("<", "\\u003C");
  const __html = `import {boot} from ${JSON.stringify(basePath + page.cache.clientEntry)};${imports.join("")}` +
    `boot({${islands.map(({ name }) => name).join(",")}},${props});`;
  return h("script", { type: "module", dangerouslySetInnerHTML: { __html } });
}

function changedProps(type: string, props: Props, current: Page): Props | null {
  switch (type) {
    case "head":
      return { ...props, children: h(HeadContent, null, props.children as ComponentChildren) };
    case "body":
      return { ...props, children: [props.children, h(BootScript, null)] };
    case "script":
    case "style":
      return { nonce: current.nonce, ...props };
    case "img":
    case "source": {
      if (props["data-fresh-disable-lock"]) return null;
      const { src, srcset } = props;
      return {
        ...props,
        ...(typeof src === "string" && { src: asset(src) }),
        ...(typeof srcset === "string" && { srcset: assetSrcSet(srcset) }),
      };
    }
    default:
      return null;
  }
}

/** An element as the hook finds and changes it. */
interface Element {
  type: string | ComponentType<Props>;
  props: Props;
  key: unknown;
}

function beforeRender(vnode: Element, current: Page): void {
  const { type } = vnode;
  if (typeof type === "function") {
    if (bare.has(vnode) || !current.cache.islands.has(type)) return;
    const host: HostProps = { component: type, props: vnode.props, id: String(vnode.key ?? "") };
    Object.assign(vnode, { type: IslandHost, props: host });
    return;
  }
  current.rendered.add(type);
  const props = written.get(vnode) ?? vnode.props;
  const changed = changedProps(type, props, current);
  if (!changed) return;
  written.set(vnode, props);
  vnode.props = changed;
}

// `__b` is what Preact's builds name the hook before an element is rendered; @preact/signals relies on it too.
const hooks = options as { __b?: (vnode: Element) => void };
const previousHook = hooks.__b;
hooks.__b = (vnode) => {
  if (page !== null) beforeRender(vnode, page);
  previousHook?.(vnode);
};

/** `html` as a document, where it is none. */
function complete(html: string, { rendered }: Page): string {
  if (rendered.has("html")) return html;
  const head = rendered.has("head") ? null : h("head", null, h("meta", { charset: "utf-8" }));
  const body = rendered.has("body") ? raw(html) : h("body", null, raw(html));
  return renderToString(h("html", null, head, body));
}

/**
 * Answers with a page. `content` is rendered before what `wrap` puts around its HTML, so that `<Head>` in the page
 * can reach the `<head>` around it.
 */
export function renderPage(
  cache: BuildCache,
  basePath: string,
  content: AnyVNode | null,
  wrap: ((content: AnyVNode) => AnyVNode | null) | null,
  init: ResponseInit | undefined,
): Response {
  const nonce = crypto.randomUUID().replaceAll("-", "");
  const current: Page = {
    nonce,
    cache,
    basePath,
    islands: new Set(),
    props: [],
    head: new Map(),
    rendered: new Set(),
  };
  page = current;
  let html: string;
  try {
    html = content === null ? "" : renderToString(content);
    if (wrap) html = renderToString(wrap(raw(html)) ?? raw(html));
    html = complete(html, current);
  } finally {
    page = null;
  }
  const response = new Response(`<!DOCTYPE html>${html}`, init);
  response.headers.set("Content-Type", "text/html; charset=utf-8");
  if (current.islands.size > 0 || cache.alwaysBoot) {
    const files = new Set([cache.clientEntry, ...[...current.islands].map(({ file }) => file)]);
    const links = [...files].map((file) => `<${encodeURI(basePath + file)}>; rel="modulepreload"; as="script"`);
    response.headers.append("Link", links.join(", "));
  }
  nonces.set(response, nonce);
  return response;
}
