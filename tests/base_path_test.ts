/** A2: the server below a path of another one, as a reverse proxy shows it. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { testBrowser } from "./browser.ts";
import { openPage } from "./open_page.ts";
import { HAS_NGINX, startNginx } from "./nginx.ts";
import { request, upgrade } from "./raw_http.ts";
import { bringSmallerTextures } from "./smaller_textures.ts";
import { startStub } from "./stub_ollama.ts";
import { TestServer } from "./test_server.ts";
import { CALM, logSays, say } from "./visit.ts";
import { PROGRAM } from "@/lib/paths.ts";

const TOKEN = "open-sesame";
const LOCAL = { basePath: "/chat", trustedProxies: ["127.0.0.1"] };

function portOf(server: TestServer): number {
  return Number(new URL(server.url).port);
}

/** The README's recipe, for a server at another port. `slash`: with the path taken off. */
async function recipe(server: TestServer, slash: "" | "/"): Promise<string> {
  const readme = await Deno.readTextFile(join(PROGRAM, "README.md"));
  const [, block] = /```nginx\n(.*?)```/s.exec(readme) ?? [];
  assert(block !== undefined, "the README has the recipe");
  return block.replace("127.0.0.1:8000", `127.0.0.1:${portOf(server)}${slash}`);
}

for (const [how, slash] of [["passes it on", ""], ["takes it off", "/"]] as const) {
  Deno.test({
    name: `A2: behind nginx that ${how}, page, socket, files and cookies lie below the base path`,
    ignore: !HAS_NGINX,
    fn: async () => {
      await using stub = startStub({ behaviour: { answer: "Hello from below." } });
      const config = { avatar: CALM, server: LOCAL };
      await using server = await TestServer.open({ config, env: { OLLAMA_HOST: stub.url } });
      await bringSmallerTextures(server.services);
      await using nginx = await startNginx(await recipe(server, slash));
      const browser = await testBrowser();
      await using opened = await openPage(browser, { figure: true });
      const { page, complaints } = opened;
      const paths = new Set<string>();
      page.on("request", (sent) => {
        const url = new URL(sent.url());
        if (url.origin === nginx.origin) paths.add(url.pathname);
      });
      await page.goto(`${nginx.origin}/chat/`);
      await page.waitForSelector(".chat.ready");
      await say(page, "Hello?");
      await logSays(page, "Hello from below.");
      await page.waitForSelector('canvas[data-state="ready"]');
      const manifest = await page.$eval('link[rel="manifest"]', (link) => (link as HTMLLinkElement).href);
      const { start_url, icons: [icon] } = await (await fetch(manifest)).json();
      assertEquals(new URL(start_url, manifest).href, `${nginx.origin}/chat/`);
      const picture = await fetch(new URL(icon.src, manifest));
      await picture.body?.cancel();
      assertEquals([picture.status, picture.headers.get("content-type")], [200, "image/svg+xml"]);
      for (const path of paths) assertMatch(path, /^\/chat\//);
      assert([...paths].some((path) => path.startsWith("/chat/avatars/")), [...paths].join());
      assertEquals(complaints(), []);
    },
  });
}

// deno-lint-ignore no-console -- a test that is skipped says so
if (!HAS_NGINX) console.warn("No nginx here: the reverse proxy's own tests are skipped");

Deno.test("A2: with and without the path that a proxy takes off, the same is answered, with addresses below it", async () => {
  await using server = await TestServer.open({ config: { server: { basePath: "chat/" } } });
  const port = portOf(server);
  for (const base of ["/chat", ""]) {
    const page = await request(port, `${base}/`);
    assertEquals(page.status, 200);
    const addresses = [...page.body.matchAll(/(?:href|src|from) ?=? ?"(\/[^"]*)"/g)].map(([, path]) => path!);
    assert(addresses.length > 5);
    for (const address of addresses) {
      assertMatch(address, /^\/chat\//);
      // As this proxy passes it on.
      assertEquals((await request(port, base + address.slice("/chat".length))).status, 200, address);
    }
    assertStringIncludes(page.headers.get("link")!, "</chat/_fresh/js/");
    assertEquals((await upgrade(port, `${base}/ws`, {})).status, 101);
    const told = JSON.parse((await request(port, `${base}/app-config.json`)).body);
    assertMatch(told.entry, /^\/chat\/model\//);
    assertMatch(told.avatarUrl, /^\/chat\/avatars\//);
    assertMatch(told.llm.backendWsUrl, /\/chat\/ws$/);
    assertEquals((await request(port, `${base}/nothing-here`)).status, 404);
    assertEquals((await request(port, `${base}/healthz`)).status, 200);
  }
  assertEquals((await request(port, "/chat")).status, 200);
  for (const path of ["/chatter/styles.css", "/chat/chat/styles.css", "/chat//etc/passwd", "/chat/..%2fdeno.json"]) {
    assertEquals((await request(port, path)).status, 404, path);
  }
});

Deno.test("A2: the door and its cookies lie below the base path", async () => {
  await using server = await TestServer.open({
    config: { server: { basePath: "/chat", host: "0.0.0.0", token: TOKEN } },
  });
  const port = portOf(server);
  const html = { accept: "text/html" };
  for (const base of ["/chat", ""]) {
    const closed = await request(port, `${base}/`, html);
    assertStringIncludes(closed.body, 'action="/chat/"');
    assertStringIncludes(closed.body, "url=/chat/?enter");
    const entered = await request(port, `${base}/?token=${TOKEN}`, html);
    assertEquals([entered.status, entered.headers.get("location")], [303, "/chat/"]);
    assertMatch(entered.headers.getSetCookie()[0]!, /; Path=\/chat; /);
    // No path is anybody's that is not without the base.
    assertEquals((await request(port, `${base}/metrics`)).status, 401);
    assertEquals((await request(port, `${base}/healthz`)).status, 200);
  }
});

Deno.test("A2: X-Forwarded-Proto, -Host and -Prefix are believed of named proxies alone", async () => {
  const told = { "x-forwarded-proto": "https", "x-forwarded-host": "chat.example", "x-forwarded-for": "192.0.2.1" };
  for (const trustedProxies of [[], ["127.0.0.1"]]) {
    const believed = trustedProxies.length > 0;
    await using server = await TestServer.open({
      config: { server: { trustedProxies, allowedOrigins: ["https://chat.example"], token: TOKEN } },
    });
    const port = portOf(server);
    const entered = await request(port, `/?token=${TOKEN}`, told);
    assertEquals(entered.headers.getSetCookie()[0]?.includes("; Secure;"), believed);
    const own = { ...told, authorization: `Bearer ${TOKEN}` };
    const policy = (await request(port, "/", own)).headers.get("content-security-policy")!;
    assertStringIncludes(policy, believed ? "wss://chat.example;" : `wss://localhost:${port};`);
    // A name that is not known stays unknown, whoever tells it.
    const foreign = await request(port, "/", { ...own, "x-forwarded-host": "evil.example" });
    assertEquals(foreign.status, believed ? 421 : 200);
    const elsewhere = await request(port, "/", { ...own, "x-forwarded-prefix": "/chat/" });
    assertEquals(elsewhere.status, believed ? 421 : 200);
    if (believed) assertStringIncludes(elsewhere.body, "server.basePath");
  }
});
