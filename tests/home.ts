import { join } from "node:path";
import { PROGRAM } from "@/lib/paths.ts";

/** Makes an empty folder for configuration and data, which shares its downloads with every other one. */
export async function makeHome(): Promise<string> {
  const home = await Deno.makeTempDir({ prefix: "vtuber-" });
  const downloads = join(PROGRAM, "data", "cache");
  await Promise.all([downloads, join(home, "data")].map((path) => Deno.mkdir(path, { recursive: true })));
  await Deno.symlink(downloads, join(home, "data", "cache"));
  return home;
}
