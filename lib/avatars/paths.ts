/** Paths of a model's files, as entry files write them and as they are found. */
import { posix } from "node:path";

/** A reference as a path: Windows tools write `\`. */
export function normal(reference: string): string {
  return posix.normalize(reference.replaceAll("\\", "/"));
}

/**
 * Whether a reference leads out of what was brought, or to another machine.
 *
 * @param path the same from the top of it
 */
export function isOutside(reference: string, path: string): boolean {
  return /^[/\\]/.test(reference) || path === ".." || path.startsWith("../") ||
    /^[a-z][a-z0-9+.-]*:/i.test(reference) ||
    reference.includes("\0");
}

/** A file's name without folders and without what says its kind: `exp/smile.exp3.json` is `smile`. */
export function stem(path: string): string {
  return posix.basename(path).replace(/\.[a-z]+3?\.json$|\.(json|mtn)$/i, "");
}

/**
 * Finds files by what a reader takes for the same name, the strictest way first: exactly, with accents composed or
 * apart, in whatever capital letters, and at last by the name alone in whatever folder. The last two find a file only
 * when no other one fits as well.
 */
export class PathIndex {
  readonly #exact: ReadonlySet<string>;
  readonly #composed = new Map<string, string>();
  readonly #lower = new Map<string, string[]>();
  readonly #names = new Map<string, string[]>();

  /** Made once: thousands of references times thousands of files would take minutes. */
  constructor(paths: readonly string[]) {
    this.#exact = new Set(paths);
    for (const path of paths) {
      const composed = path.normalize("NFC");
      if (!this.#composed.has(composed)) this.#composed.set(composed, path);
      push(this.#lower, composed.toLowerCase(), path);
      push(this.#names, posix.basename(composed).toLowerCase(), path);
    }
  }

  /** @param within the folder below which a file of that name is looked for; "" is everywhere, "." too */
  find(path: string, within = ""): string | undefined {
    if (this.#exact.has(path)) return path;
    const composed = path.normalize("NFC");
    const same = this.#composed.get(composed);
    if (same !== undefined) return same;
    const folder = within === "" || within === "." ? "" : `${within}/`;
    return only(this.#lower.get(composed.toLowerCase())) ??
      only(this.#names.get(posix.basename(composed).toLowerCase())?.filter((one) => one.startsWith(folder)));
  }
}

function only(paths: readonly string[] | undefined): string | undefined {
  return paths?.length === 1 ? paths[0] : undefined;
}

function push(map: Map<string, string[]>, key: string, path: string): void {
  const there = map.get(key);
  if (there === undefined) map.set(key, [path]);
  else there.push(path);
}

/** The first of many names. */
export function listed(names: readonly string[]): string {
  return names.length <= 5 ? names.join(", ") : `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`;
}
