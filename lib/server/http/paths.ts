/** Which paths may name a file at all: no part hidden, climbing or disguised. */

/** A part of a path that names a file on every system: not empty, hidden or climbing, without separators. */
function isPlain(part: string): boolean {
  return part !== "" && !part.startsWith(".") && !/[\\/\0:]/.test(part);
}

/** The parts of a URL path, decoded; undefined when one of them is not a plain name. */
export function plainParts(path: string): string[] | undefined {
  try {
    const parts = path.split("/").map(decodeURIComponent);
    return parts.every(isPlain) ? parts : undefined;
  } catch {
    // A broken percent escape names no file.
    return undefined;
  }
}

/** Whether anything of ours may have this path. Fresh's router would throw on a broken percent escape. */
export function isServable(pathname: string): boolean {
  // Fresh's builds leave the paths of our sources there.
  if (pathname.endsWith("/metafile.json")) return false;
  const path = pathname.replace(/\/+/g, "/").replace(/^\/|\/$/g, "");
  return path === "" || plainParts(path) !== undefined;
}
