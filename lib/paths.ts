/** Where things are: what came with the program, and what is the user's. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ifThere } from "@/lib/files.ts";

/** The folder of the program's own files: the checkout, or what a compiled program carries inside. */
export const PROGRAM: string = fileURLToPath(new URL("..", import.meta.url)).replace(/[/\\]$/, "");

/** Folder of the islands, from {@linkcode PROGRAM}: everything that runs in the browser lies below `web/`. */
export const ISLANDS = "web/islands";

/** Within a compiled program: the default model and the Cores, as a sync leaves them. */
export const BUNDLE = "dist/bundle";

const CONFIG_FILE = "vtuber.config.json";

/**
 * The folder of the user's files: configuration, models, conversations. The checkout itself; for a compiled program
 * the working directory, unless the configuration lies beside the program instead (as when it is started by a click).
 */
export async function homeFolder(): Promise<string> {
  if (!Deno.build.standalone) return PROGRAM;
  const beside = dirname(Deno.execPath());
  const here = Deno.cwd();
  return !await isFile(join(here, CONFIG_FILE)) && await isFile(join(beside, CONFIG_FILE)) ? beside : here;
}

async function isFile(path: string): Promise<boolean> {
  return (await ifThere(Deno.stat(path)))?.isFile ?? false;
}
