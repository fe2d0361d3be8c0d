/** What the page's scripts import, as the build made them. */
import { assert, assertEquals } from "@std/assert";
import { TestServer } from "./test_server.ts";

/** Those that are loaded by their own addresses, which no import names. */
const OWN = ["/stage.js", "/capture_worklet.js"];

/** By this name signals know each other, in each copy of their package. */
const SIGNALS = "preact-signals";

/** `from"…"`, `import"…"` and `import("…")`, as they stand in a minified script. */
const IMPORTS = /\b(?:from|import)\s*\(?\s*"([\w@.:/-]+)"/g;

Deno.test("scripts import each other by paths, all of which there are: browsers know no packages", async () => {
  await using server = await TestServer.open();
  const html = await (await fetch(server.url)).text();
  const importsOf = (text: string) => [...text.matchAll(IMPORTS)].map((match) => match[1] ?? "");
  const queue = [...OWN, ...importsOf(html)].map((path) => new URL(path, server.url).href);
  const known = new Set(queue);
  const wrong: string[] = [];
  for (let address = queue.pop(); address !== undefined; address = queue.pop()) {
    const response = await fetch(address);
    const text = await response.text();
    if (!response.ok) wrong.push(`${address} answers with ${response.status}`);
    for (const specifier of importsOf(text)) {
      if (!/^\.{0,2}\//.test(specifier)) wrong.push(`${address} imports ${specifier}`);
      const next = new URL(specifier, address).href;
      if (!known.has(next)) queue.push(next);
      known.add(next);
    }
  }
  assertEquals(wrong, []);
  assert(known.size > 30, `only ${known.size} scripts were found`);
});

Deno.test("scripts that are bundled apart hold no signals, of which the page's own copy would not be told", async () => {
  await using server = await TestServer.open();
  for (const path of OWN) {
    const text = await (await fetch(server.url + path)).text();
    assert(!text.includes(SIGNALS), `${path} has signals in it`);
  }
});
