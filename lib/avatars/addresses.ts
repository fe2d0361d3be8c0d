/** What a browser asks for when it follows a reference of an entry file, which it takes for a relative URL. */
import { plainParts } from "@/lib/server/http/paths.ts";

/** Any address that a model may have. */
const BASE = new URL("http://localhost/avatars/0/");

/** A path, relative to the entry file, as a relative URL: whatever it has of `#`, `%`, blanks or brackets. */
export function addressOf(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

/** The path that the server looks for when a browser follows `reference`; undefined when it is asked for none. */
export function askedFor(reference: string): string | undefined {
  if (!URL.canParse(reference, BASE)) return undefined;
  const { href, pathname, search, hash } = new URL(reference, BASE);
  if (!href.startsWith(BASE.href) || search !== "" || hash !== "") return undefined;
  return plainParts(pathname.slice(BASE.pathname.length))?.join("/");
}

/** Whether the server gives out a file of that path, relative to the entry file. */
export function isServed(path: string): boolean {
  return askedFor(addressOf(path)) === path;
}
