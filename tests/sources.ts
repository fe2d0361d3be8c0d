/** The project's own source files. */
import { join } from "node:path";
import { PROGRAM } from "@/lib/paths.ts";

/** What others wrote, what tasks make, and what is the user's. */
const LEFT_OUT = /^(node_modules|_fresh|static|data|dist|assets|docs|\..*)$/;

/** Every TypeScript file of the project, by its path from the project's folder. */
export async function sources(): Promise<string[]> {
  const found: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(join(PROGRAM, folder))) {
      const path = folder === "" ? name : `${folder}/${name}`;
      if (isDirectory && !LEFT_OUT.test(path)) await walk(path);
      else if (/\.tsx?$/.test(name)) found.push(path);
    }
  };
  await walk("");
  return found.sort();
}

/** Whether `deno test` would run a file. */
export function isTest(file: string): boolean {
  return /_test\.tsx?$/.test(file);
}
