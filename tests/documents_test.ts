/** What the documents name is there. */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { PROGRAM } from "@/lib/paths.ts";

const DOCUMENTS = ["README.md", "ARCHITECTURE.md"];
/** A path of the project: below one of its folders, with an ending or a slash at the end. */
const PATH = /^(lib|web|routes|tasks|tests|bench|stand_ins|docs|static)\/[\w./-]*$/;
/** What tasks make, and a checkout does not have. */
const MADE = ["static/avatars", "static/model", "static/vendor", "static/app-config.json", "static/styles.css"];

for (const name of DOCUMENTS) {
  Deno.test(`every path of the project that ${name} names is there`, async () => {
    const text = await Deno.readTextFile(join(PROGRAM, name));
    const named = [...text.matchAll(/`([^`\n]+)`|\]\(([^)\s]+)\)/g)].map(([, code, link]) => code ?? link ?? "")
      .filter((path) => PATH.test(path));
    const missing: string[] = [];
    for (const path of new Set(named)) {
      if (MADE.some((made) => path.startsWith(made))) continue;
      await Deno.stat(join(PROGRAM, path)).catch(() => missing.push(path));
    }
    assertEquals(missing, []);
  });
}
