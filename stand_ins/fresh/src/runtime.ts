/** What routes and islands import from `fresh/runtime`; runs on the server and in the browser. */
import type { ComponentChildren, VNode } from "preact";
import { BUILD_ID } from "./build_id.ts";

export { HttpError } from "./error.ts";

/** Whether this code runs in the browser. */
export const IS_BROWSER: boolean = typeof document !== "undefined";

/** The query parameter that pins a static file to a build. */
export const ASSET_KEY = "__frsh_c";

/** The address of a static file that the browser may keep for ever, as it changes with the build. */
export function asset(path: string): string {
  if (!path.startsWith("/") || path.startsWith("//")) return path;
  const url = new URL(path, "http://asset.invalid");
  if (url.searchParams.has(ASSET_KEY)) return path;
  url.searchParams.set(ASSET_KEY, BUILD_ID);
  return url.pathname + url.search + url.hash;
}

/** {@linkcode asset} for each address of a `srcset` attribute. */
export function assetSrcSet(srcset: string): string {
  return srcset.replaceAll(/(^|,)(\s*)(\/[^\s,()]*)/g, (_, comma, space, path) => comma + space + asset(path));
}

export interface HeadProps {
  children?: ComponentChildren;
}

let collectHead: ((children: ComponentChildren) => void) | null = null;

/** Lets the server take the children of each {@linkcode Head} it renders. */
export function onHead(collect: (children: ComponentChildren) => void): void {
  collectHead = collect;
}

/** Puts its children into the page's `<head>`, where they replace a `<title>` or `<meta>` of the same name. */
export function Head(props: HeadProps): VNode | null {
  collectHead?.(props.children);
  return null;
}
