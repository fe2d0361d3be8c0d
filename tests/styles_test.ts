/** The sheets hold what the page uses and nothing else, and only one of them keeps the page waiting. */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { faultsOf, type Markup, readSource } from "./css_use.ts";
import { isTest, sources } from "./sources.ts";
import { PROGRAM } from "@/lib/paths.ts";
import { bundleSheet } from "@/tasks/styles.ts";

const read = (path: string): Promise<string> => Deno.readTextFile(join(PROGRAM, path));

async function cssBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(PROGRAM, folder))) {
    if (isDirectory) found.push(...await cssBelow(`${folder}/${name}`));
    else if (name.endsWith(".css")) found.push(`${folder}/${name}`);
  }
  return found.sort();
}

async function markupOf(): Promise<Markup> {
  const markup: Markup = { tags: new Set(), classes: new Set(), words: new Set() };
  for (const file of await sources()) {
    if (!/^(web|routes|lib)\//.test(file) || isTest(file)) continue;
    readSource(markup, await read(file), file.startsWith("web/markdown/"));
  }
  return markup;
}

async function parts(): Promise<string> {
  return (await Promise.all((await cssBelow("web/styles")).map(read))).join("\n");
}

Deno.test("every rule dresses something, every property is read, and all that is read is there", async () => {
  assertEquals(faultsOf(await parts(), await markupOf()), []);
});

Deno.test("what nothing uses is named", async () => {
  const more = `
    @custom-media --tiny (max-width: 1px);
    :root { --nobody-reads: 1px; }
    .turn .nobody-has, .turn:is(.own, .nobody-is) { color: var(--nobody-sets); }
    .turn > marquee { animation: nobody-moves 1s; }
    .turn[data-nobody], .turn[data-tone="nobody-says"] { inset: 0; }
    @media (--phone) { #nobody-is-called::before { content: ""; } }
    ::highlight(nobody-lights) { color: red; }
    @keyframes nobody-asks { 50% { opacity: 0; } }
    @media (--nobody-knows) { .turn { margin: 0; } }
  `;
  assertEquals(faultsOf(`${await parts()}\n${more}`, await markupOf()), [
    "undefined property --nobody-sets",
    "undefined width --nobody-knows",
    "unused keyframes nobody-asks",
    "unused property --nobody-reads",
    "unused selector #nobody-is-called::before",
    "unused selector .turn .nobody-has",
    "unused selector .turn > marquee",
    "unused selector .turn:is(.own, .nobody-is)",
    "unused selector .turn[data-nobody]",
    'unused selector .turn[data-tone="nobody-says"]',
    "unused selector ::highlight(nobody-lights)",
    "unused width --tiny",
  ]);
});

Deno.test("every part is in one sheet, and in a layer", async () => {
  const imported: string[] = [];
  for (const sheet of await cssBelow("static")) {
    for (const [, part = ""] of (await read(sheet)).matchAll(/@import "\.\.\/([^"]+)" layer\(\w+\);/g)) {
      imported.push(part);
    }
  }
  assertEquals(imported.sort(), await cssBelow("web/styles"));
});

Deno.test("a width is put in place of its name, and one without a name is refused", async () => {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(root, "web/styles"), { recursive: true });
    await Deno.writeTextFile(join(root, "web/styles/tokens.css"), "@custom-media --narrow (max-width: 9px), print;");
    const sheet = join(root, "sheet.css");
    const options = { root, target: "chrome111", minify: true };
    await Deno.writeTextFile(sheet, '@import "./web/styles/tokens.css";\n@media (--narrow) { a { color: red; } }');
    assertEquals((await bundleSheet(sheet, options)).trim(), "@media(max-width:9px),print{a{color:red}}");
    await Deno.writeTextFile(sheet, "@media (--wide) { a { color: red; } }");
    const error = await bundleSheet(sheet, options).catch((error: unknown) => error);
    assertEquals(/asks for @media \(--wide\)/.test(String(error)), true, String(error));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
