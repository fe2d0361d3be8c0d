import {
  assert,
  assertEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertMatch,
  assertNotMatch,
  assertStringIncludes,
} from "@std/assert";
import { Builder } from "fresh/dev";
import { asset } from "fresh/runtime";
import { app } from "./fixtures/site/main.ts";

const builder = new Builder({
  root: new URL("./fixtures/site/", import.meta.url).href,
  outDir: await Deno.makeTempDir(),
});
const applySnapshot = await builder.build({ snapshot: "memory" });
applySnapshot(app);
const handler = app.handler();
const SCRIPTS = `/_fresh/js/${builder.config.buildId}/`;

async function ask(path: string, init?: RequestInit): Promise<{ response: Response; text: string }> {
  const response = await handler(new Request(`http://localhost${path}`, init));
  return { response, text: await response.text() };
}

/** The scripts a page loads at once: those of its boot script, and what these import statically. */
async function scriptsOf(page: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const queue = [...page.matchAll(/from "([^"]+)"/g)].map((match) => match[1] ?? "");
  for (let url = queue.pop(); url !== undefined; url = queue.pop()) {
    if (found.has(url)) continue;
    const { response, text } = await ask(url);
    assertEquals(response.status, 200, url);
    found.set(url, text);
    const imports = [...text.matchAll(/(?:\bfrom|\bimport)\s*"(\.[^"]+)"/g)].map((match) => match[1] ?? "");
    queue.push(...imports.map((path) => new URL(path, `http://localhost${url}`).pathname));
  }
  return found;
}

/** The address of what some script import()s. */
function lateScript(scripts: Map<string, string>): string {
  const late = [...scripts.values()].map((code) => /import\("(\.[^"]+)"\)/.exec(code)?.[1]).find(Boolean);
  assertExists(late);
  return new URL(late, `http://localhost${SCRIPTS}`).pathname;
}

Deno.test("App.fsRoutes() answers with the files of routes/ inside the app wrapper", async () => {
  const expected: [string, number, string][] = [
    ["/plain", 200, "<p>No island here, so no script</p>"],
    ["/blog/new", 200, "<h1>New post</h1>"],
    ["/blog/7", 201, '<h1 data-path="/blog/7" data-route="/blog/:id">Post 7</h1>'],
    ["/blog/a/b", 200, "<h1>Rest a/b</h1>"],
  ];
  for (const [path, status, content] of expected) {
    const { response, text } = await ask(path);
    assertEquals(response.status, status, path);
    assertMatch(text, /^<!DOCTYPE html><html lang="en"><head>/);
    assertStringIncludes(text, content);
  }
  assertEquals((await ask("/blog/7")).response.headers.get("x-post"), "yes");
});

Deno.test("App.fsRoutes() runs the middlewares of the folders a route lies in", async () => {
  assertStringIncludes((await ask("/plain")).text, '<body data-trail="main,routes">');
  assertStringIncludes((await ask("/blog/new")).text, '<body data-trail="main,routes,blog">');
});

Deno.test("App.fsRoutes() answers by method, and with 404 when a file handles another one", async () => {
  assertEquals((await ask("/blog/7", { method: "POST" })).text, '{"posted":"7"}');
  assertEquals((await ask("/api/hello", { method: "DELETE" })).text, "DELETE hello");
  assertEquals((await ask("/blog/7", { method: "PUT" })).response.status, 404);
  const head = await ask("/blog/7", { method: "HEAD" });
  assertEquals([head.response.status, head.text], [201, ""]);
});

Deno.test("App.fsRoutes() renders _error with the right status when something below throws or nothing is found", async () => {
  for (const [path, status] of [["/blog/none", 404], ["/blog/broken", 500], ["/nowhere", 404]] as const) {
    const { response, text } = await ask(path);
    assertEquals(response.status, status, path);
    assertStringIncludes(text, `<h1>Sorry: ${status}</h1>`);
    assertFalse(text.includes("secret detail"));
    // It is rendered outside of the app's middlewares.
    assertEquals(response.headers.get("content-security-policy"), null);
  }
});

Deno.test("Head puts its children into the head when the page is inside an app wrapper", async () => {
  const { text } = await ask("/");
  const head = text.slice(0, text.indexOf("</head>"));
  assertStringIncludes(head, "<title>Home</title>");
  assertNotMatch(head, /<title>Site/);
  assertMatch(head, /<link [^>]*href="\/pixel.svg"/);
  assertStringIncludes(head, 'content="The site"');
});

Deno.test("islands are rendered between markers and started by one script with the nonce of the policy", async () => {
  const { response, text } = await ask("/");
  assertEquals(response.status, 200);
  for (const name of ["Counter:0", "Counter:1", "First:2", "Second:3"]) {
    assertStringIncludes(text, `<!--frsh:island:${name}:-->`);
  }
  assertEquals(text.match(/<!--\/frsh:island-->/g)?.length, 4);
  assertMatch(text, />a: (<!-- -->)?3</);
  assertStringIncludes(text, 'data-where="server"');

  const nonce = /script-src 'self' 'nonce-(\w+)'/.exec(response.headers.get("content-security-policy") ?? "")?.[1];
  const scripts = text.match(/<script[^>]*>/g) ?? [];
  assertEquals(scripts.length, 1);
  assertStringIncludes(scripts[0] ?? "", `nonce="${nonce}"`);
  assertStringIncludes(scripts[0] ?? "", 'type="module"');
  assert(text.endsWith("</script></body></html>"));
  for (const name of ["fresh-runtime", "Counter", "Pair"]) assertStringIncludes(text, `"${SCRIPTS}${name}.js"`);
});

Deno.test("islands are preloaded with the boot script, what they import() is not", async () => {
  const link = (await ask("/")).response.headers.get("link") ?? "";
  for (const name of ["fresh-runtime", "Counter", "Pair"]) {
    assertStringIncludes(link, `<${SCRIPTS}${name}.js>; rel="modulepreload"`);
  }
  assertFalse(link.includes("late"));
});

Deno.test("pages without islands ship no script", async () => {
  const { response, text } = await ask("/plain");
  assertNotMatch(text, /<script/);
  assertEquals(response.headers.get("link"), null);
});

Deno.test("islands share what they both import, and load what they import() only then", async () => {
  const scripts = await scriptsOf((await ask("/")).text);
  const holding = (text: string): string[] =>
    [...scripts].filter(([, code]) => code.includes(text)).map(([url]) => url);
  assertEquals(holding("one-shared-instance").length, 1);
  assertEquals(holding("loaded-when-asked-for"), []);
  const { response, text } = await ask(lateScript(scripts));
  assertEquals(response.status, 200);
  assertStringIncludes(text, "loaded-when-asked-for");
});

Deno.test("Builder.build() leaves imports of Node's modules in", async () => {
  const scripts = await scriptsOf((await ask("/")).text);
  assertStringIncludes((await ask(lateScript(scripts))).text, 'import("node:url")');
});

Deno.test("Builder.build() minifies for production and keeps names for development", async () => {
  const { text } = await ask(`${SCRIPTS}Pair.js`);
  assertNotMatch(text, /setText/);
  const developed = new Builder({ root: builder.config.root, outDir: builder.config.outDir });
  (await developed.build({ snapshot: "memory", mode: "development" }))(app);
  const answer = await app.handler()(new Request(`http://localhost${SCRIPTS}Pair.js`));
  assertMatch(await answer.text(), /setText/);
});

Deno.test("islands are looked for in subfolders, but not in tests", async () => {
  assertEquals((await ask(`${SCRIPTS}Pair.js`)).response.status, 200);
  assertEquals((await ask(`${SCRIPTS}Counter_test.js`)).response.status, 404);
});

Deno.test("islands refuse functions as props", async () => {
  const { response, text } = await ask("/function");
  assertEquals(response.status, 500);
  assertStringIncludes(text, "Sorry: 500");
});

Deno.test("asset() names the build, for paths of this host only", async () => {
  assertEquals(asset("/a.png"), `/a.png?__frsh_c=${builder.config.buildId}`);
  assertEquals(asset("/a.png?x=1#y"), `/a.png?x=1&__frsh_c=${builder.config.buildId}#y`);
  for (const path of ["https://other.example/a.png", "//other.example/a.png", "a.png"]) assertEquals(asset(path), path);
  assertStringIncludes((await ask("/")).text, `<img src="${asset("/pixel.svg")}"`);
});

Deno.test("staticFiles() lets only what names the build be cached", async () => {
  const forEver = "public, max-age=31536000, immutable";
  const never = "no-cache, no-store, max-age=0, must-revalidate";
  const expected: [string, string, RegExp][] = [
    ["/pixel.svg", never, /^image\/svg\+xml/],
    [asset("/pixel.svg"), forEver, /^image\/svg\+xml/],
    [`${SCRIPTS}Counter.js`, forEver, /^text\/javascript; charset=utf-8$/i],
  ];
  for (const [path, caching, type] of expected) {
    const { response, text } = await ask(path);
    assertEquals([response.status, response.headers.get("cache-control")], [200, caching], path);
    assertMatch(response.headers.get("content-type") ?? "", type);
    assertEquals(response.headers.get("content-length"), String(text.length));
    assertGreater(text.length, 0);
  }
});

Deno.test("staticFiles() sends the plain address when the key is of another build", async () => {
  const { response } = await ask("/pixel.svg?__frsh_c=other&x=1");
  assertEquals([response.status, response.headers.get("location")], [307, "/pixel.svg?x=1"]);
});

Deno.test("staticFiles() answers GET and HEAD only", async () => {
  const head = await ask("/pixel.svg", { method: "HEAD" });
  assertEquals([head.response.status, head.text], [200, ""]);
  assertGreater(Number(head.response.headers.get("content-length")), 0);
  for (const method of ["POST", "PUT", "DELETE"]) {
    assertEquals((await ask("/pixel.svg", { method })).response.status, 405, method);
  }
});

Deno.test("staticFiles() finds nothing outside of static/", async () => {
  const paths = [
    "/../main.ts",
    "/%2e%2e/main.ts",
    "/..%2fmain.ts",
    "/static/pixel.svg",
    "/main.ts",
    "/%00",
    "/%ff",
    "/lib",
  ];
  for (const path of paths) {
    const { response, text } = await ask(path);
    assert([404, 500].includes(response.status), `${path} is answered with ${response.status}`);
    assertFalse(text.includes("fsRoutes"));
  }
});

Deno.test("staticFiles() spares the pages when a browser asks for an icon that is not there", async () => {
  const { response, text } = await ask("/favicon.ico");
  assertEquals([response.status, text], [404, ""]);
});
