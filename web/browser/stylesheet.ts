import { asset } from "fresh/runtime";
import { address } from "./base_path.ts";

const sheets = new Map<string, Promise<void>>();

/**
 * Brings a sheet that the page does without at first. Asked for again, it is there already.
 *
 * @param path where the sheet is, from the root of the site
 * @throws {Error} when it cannot be brought; the next one to ask has it tried again
 */
export function loadStylesheet(path: string): Promise<void> {
  const known = sheets.get(path);
  if (known !== undefined) return known;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = address(asset(path));
  link.onload = () => resolve();
  link.onerror = () => {
    link.remove();
    sheets.delete(path);
    reject(new Error(`Cannot load ${link.href}: is the server running?`));
  };
  document.head.append(link);
  sheets.set(path, promise);
  return promise;
}
