import type { Method } from "./types.ts";

const METHODS: Method[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

interface Entry<T> {
  path: string;
  pattern: URLPattern | null;
  byMethod: Map<Method, T>;
}

/** What the router knows of a request. `route` is null when no path matches; `item` when the method does not. */
export interface Match<T> {
  route: string | null;
  params: Record<string, string>;
  item: T | null;
  allowed: Method[];
}

/** Finds by path and method: plain paths first (with or without a slash at the end), then patterns in order. */
export class Router<T> {
  #plain = new Map<string, Entry<T>>();
  #patterns: Entry<T>[] = [];

  /** Adds `item`; what was there first for the same path and method stays. */
  add(method: Method | "ALL", path: string, item: T): void {
    const entry = this.#plain.get(path) ?? this.#patterns.find((known) => known.path === path) ?? this.#create(path);
    for (const each of method === "ALL" ? METHODS : [method]) {
      if (!entry.byMethod.has(each)) entry.byMethod.set(each, item);
    }
  }

  #create(path: string): Entry<T> {
    const isPattern = /[*:{}+?()]/.test(path);
    const entry = { path, pattern: isPattern ? new URLPattern({ pathname: path }) : null, byMethod: new Map() };
    if (isPattern) this.#patterns.push(entry);
    else this.#plain.set(path, entry);
    return entry;
  }

  /** Finds what answers `method` at `url`. Without a HEAD of its own a path answers as for GET. */
  match(method: Method, url: URL): Match<T> {
    const path = url.pathname;
    const other = path.endsWith("/") ? path.slice(0, -1) : path + "/";
    const plain = this.#plain.get(path) ?? this.#plain.get(other);
    if (plain) return result(plain, method, {});

    for (const entry of this.#patterns) {
      const found = entry.pattern?.exec(url);
      if (found) return result(entry, method, found.pathname.groups);
    }
    return { route: null, params: {}, item: null, allowed: [] };
  }
}

function result<T>(entry: Entry<T>, method: Method, groups: Record<string, string | undefined>): Match<T> {
  const { path, byMethod } = entry;
  const item = byMethod.get(method) ?? (method === "HEAD" ? byMethod.get("GET") : undefined) ?? null;
  const params = Object.entries(groups).map(([name, value]) => [name, decodeURI(value ?? "")] as const);
  return { route: path, params: Object.fromEntries(params), item, allowed: [...byMethod.keys()] };
}
