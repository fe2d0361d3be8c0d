/**
 * Where on its host this server lies: a reverse proxy may show it below a path, such as `/chat`. The server says it to
 * the page on the root element.
 */

/** A path of this server, such as `/app-config.json`, as this page must ask for it. Only in the browser. */
export function address(path: string): string {
  return withBase(globalThis.document?.documentElement.dataset.basePath ?? "", path);
}

/** A path of this server below `basePath`, unless it is there already. */
export function withBase(basePath: string, path: string): string {
  return path.startsWith(`${basePath}/`) ? path : basePath + path;
}
