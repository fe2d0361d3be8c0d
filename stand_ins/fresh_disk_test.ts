import { assert, assertEquals, assertExists, assertMatch, assertStringIncludes } from "@std/assert";
import { Builder } from "fresh/dev";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const outDir = await Deno.makeTempDir();
const builder = new Builder({ root: new URL("./fixtures/site/", import.meta.url).href, outDir });
builder.onTransformStaticFile({ pluginName: "loud", filter: /space\.txt$/ }, ({ text, mode }) => ({
  content: `${text.trim().toUpperCase()} in ${mode}`,
}));
builder.onTransformStaticFile({ pluginName: "idle", filter: /\.svg$/ }, () => {});
await builder.build();

interface Server {
  fetch(request: Request): Promise<Response>;
}
const { default: server } = await import(pathToFileURL(join(outDir, "server.js")).href) as { default: Server };

async function ask(path: string, init?: RequestInit): Promise<{ response: Response; text: string }> {
  const response = await server.fetch(new Request(`http://localhost${path}`, init));
  return { response, text: await response.text() };
}

Deno.test("Builder.build() writes a server that answers with pages, islands and their scripts", async () => {
  const { response, text } = await ask("/");
  assertEquals(response.status, 200);
  assertStringIncludes(text, "<!--frsh:island:Counter:0:-->");
  for (const name of ["fresh-runtime", "Counter", "Pair"]) {
    const url = `/_fresh/js/${builder.config.buildId}/${name}.js`;
    assertStringIncludes(text, url);
    const script = await ask(url);
    assertEquals(script.response.headers.get("cache-control"), "public, max-age=31536000, immutable");
    assertEquals(script.text, await Deno.readTextFile(join(outDir, "static", url)));
  }
});

Deno.test("Builder.build() writes a server whose static files have etags", async () => {
  for (const path of ["/pixel.svg", "/with%20space.txt", "/.well-known/ok.txt"]) {
    const { response } = await ask(path);
    assertEquals([response.status, response.headers.get("vary")], [200, "If-None-Match"], path);
    const etag = response.headers.get("etag");
    assertExists(etag);
    assertMatch(etag, /^W\/"[0-9a-f]{64}"$/);
    const hash = etag.slice(3, -1);
    for (const known of [etag, hash]) {
      const again = await ask(path, { headers: { "If-None-Match": known } });
      assertEquals([again.response.status, again.text], [304, ""]);
    }
    const other = await ask(path, { headers: { "If-None-Match": 'W/"other"' } });
    assertEquals(other.response.status, 200);
  }
});

Deno.test("Builder.onTransformStaticFile() decides what the build has of a static file", async () => {
  const { response, text } = await ask("/with%20space.txt");
  assertEquals([response.status, text], [200, "PLAIN in production"]);
  assertEquals(response.headers.get("content-length"), String(text.length));
  const svg = new URL("./fixtures/site/static/pixel.svg", import.meta.url);
  assertEquals((await ask("/pixel.svg")).text, await Deno.readTextFile(svg));
});

Deno.test("Builder.build() leaves out what is hidden, and what is no static file", async () => {
  for (const path of ["/.hidden/secret.txt", "/snapshot.js", "/server.js", "/_fresh/server.js", "/main.ts"]) {
    assertEquals((await ask(path)).response.status, 404, path);
  }
});

Deno.test("Builder.build() gives the app its root and the mode it is served in", async () => {
  const { app } = await import("./fixtures/site/main.ts");
  assertEquals(app.config.mode, "production");
  assert(join(app.config.root, "/") === join(builder.config.root, "/"), app.config.root);
});
