import { relative, resolve } from "node:path";

/** A path as the configuration has it: relative where it lies in the same folder, with `/` on every system. */
export function configPath(root: string, path: string): string {
  const short = relative(root, path);
  return short.startsWith("..") || resolve(short) === short ? path : short.replaceAll("\\", "/");
}
