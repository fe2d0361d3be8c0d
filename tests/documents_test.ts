/** Paths that the documents name are there. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { exists } from "@/lib/files.ts";
import { PROGRAM } from "@/lib/paths.ts";

/** Made by tasks, or by the user: not part of a checkout. */
const MADE = /^(_fresh|dist|data|node_modules|static\/(avatars|model|vendor|app-config\.json)|assets|cards)(\/|$)/;

/** What looks like a path of the project: a file with an ending that we use, or a folder below one of ours. */
function pathsIn(text: string, folders: readonly string[]): string[] {
  const code = [...text.matchAll(/`([^`\n]+)`/g)].map(([, inside = ""]) => inside);
  const linked = [...text.matchAll(/\]\(([^)#]+)\)/g)].map(([, target = ""]) => target);
  return [...code, ...linked].filter((path) =>
    /^(\.\/)?[\w.-]+(\/[\w.-]+)*\/?$/.test(path) && !MADE.test(path) &&
    (folders.includes(path.replace("./", "").split("/")[0]!) || /^(\.\/)?[\w-]+\.(ts|md|sh)$/.test(path))
  );
}

for (const document of ["README.md", "ARCHITECTURE.md"]) {
  Deno.test(`every path in ${document} is there`, async () => {
    const folders = [...Deno.readDirSync(PROGRAM)].filter((entry) => entry.isDirectory).map(({ name }) => name);
    const text = await Deno.readTextFile(join(PROGRAM, document));
    const paths = [...new Set(pathsIn(text, folders))];
    assert(paths.length >= 4, `only ${paths.length} paths were found`);
    const lost = [];
    for (const path of paths) if (!await isThere(path, paths)) lost.push(path);
    assertEquals(lost, []);
  });
}

/** A bare name may be short for a file whose folder was just named. */
async function isThere(path: string, others: readonly string[]): Promise<boolean> {
  if (await exists(join(PROGRAM, path))) return true;
  if (path.includes("/")) return false;
  const folders = new Set(others.map((other) => /^(.*)\/[^/]*$/.exec(other)?.[1] ?? other));
  for (const folder of [...folders, ...others]) if (await exists(join(PROGRAM, folder, path))) return true;
  return false;
}

Deno.test("a path that is not there is found", async () => {
  const folders = ["lib", "web"];
  const text = "`lib/gone.ts` [x](docs/a.webp) `web/live2d` `vtuber.v2` `data/` `npm:x` `gone.ts` `a/b`";
  assertEquals(pathsIn(text, folders), ["lib/gone.ts", "web/live2d", "gone.ts"]);
  assertEquals(await isThere("lib/gone.ts", []), false);
  assertEquals(await isThere("gone.ts", ["lib/text.ts"]), false);
  assertEquals(await isThere("text.ts", ["lib/files.ts"]), true);
});
