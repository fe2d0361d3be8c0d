import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TestServer } from "./test_server.ts";
import { SocketClient } from "./socket_client.ts";
import { startStub } from "./stub_ollama.ts";
import type { PlainMessage } from "@/lib/protocol/plain.ts";

Deno.test("the page is rendered on the server, with its islands, and starts them by a nonce", async () => {
  await using server = await TestServer.open();
  const response = await fetch(server.url);
  assertEquals(response.status, 200);
  assertStringIncludes(response.headers.get("content-type")!, "text/html");
  const html = await response.text();
  assertStringIncludes(html, 'role="log"');
  assertStringIncludes(html, 'data-state="loading"');
  const policy = response.headers.get("content-security-policy")!;
  const nonce = /<script[^>]* nonce="([^"]+)"/.exec(html)?.[1];
  assertStringIncludes(policy, `'nonce-${nonce}'`);
  assert(!/unsafe-(inline|eval)/.test(policy.replace("'wasm-unsafe-eval'", "")), policy);
  assert(!/ style=/.test(html), "an inline style would be refused by the policy");
  assert(!policy.includes("upgrade-insecure-requests"), "it would break plain http on a home network");
});

Deno.test("every response carries the security headers, errors too", async () => {
  await using server = await TestServer.open();
  for (const path of ["/", "/nothing-here", "/styles.css", "/app-config.json", "/model/none", "/ws", "/%00"]) {
    const response = await fetch(server.url + path);
    await response.body?.cancel();
    for (const name of ["content-security-policy", "x-content-type-options", "referrer-policy", "permissions-policy"]) {
      assert(response.headers.has(name), `${path} has no ${name}`);
    }
    assertStringIncludes(response.headers.get("content-security-policy")!, "frame-ancestors 'none'");
  }
});

Deno.test("an unknown path is a 404 with a page that says so and nothing more", async () => {
  await using server = await TestServer.open();
  const response = await fetch(`${server.url}/nothing-here`);
  assertEquals(response.status, 404);
  assertStringIncludes(await response.text(), 'class="error-page"');
});

Deno.test("text is compressed on the wire, and comes out the same", async () => {
  await using server = await TestServer.open();
  for (const path of ["/", "/styles.css", "/vendor/live2dcubismcore.min.js"]) {
    const plain = await fetch(server.url + path, { headers: { "accept-encoding": "identity" } });
    const body = await plain.text();
    assertEquals(plain.headers.get("content-encoding"), null);
    for (const encoding of ["br", "gzip"]) {
      const packed = await fetch(server.url + path, { headers: { "accept-encoding": encoding } });
      const text = await packed.text();
      // The page has another nonce each time.
      assertEquals(path === "/" ? text.length : text, path === "/" ? body.length : body);
      assertStringIncludes(packed.headers.get("vary")!, "Accept-Encoding");
    }
  }
});

Deno.test("model and Core are kept by the browser: an ETag, and 304 when it is known", async () => {
  await using server = await TestServer.open();
  const { entry } = server.services.settings.appConfig();
  for (const path of [entry, "/vendor/live2dcubismcore.min.js", "/model/Hiyori.2048/texture_00.png"]) {
    const first = await fetch(server.url + path);
    await first.body?.cancel();
    assertEquals([path, first.status], [path, 200]);
    assertEquals(first.headers.get("cache-control"), "no-cache");
    const again = await fetch(server.url + path, { headers: { "if-none-match": first.headers.get("etag")! } });
    assertEquals([path, again.status, await again.text()], [path, 304, ""]);
  }
});

Deno.test("nothing but static files and the build is served", async () => {
  await using server = await TestServer.open();
  const port = Number(new URL(server.url).port);
  const paths = [
    "/deno.json",
    "/main.ts",
    "/model/../../deno.json",
    "/model/..%2f..%2fdeno.json",
    "/model/%2e%2e/%2e%2e/deno.json",
    "/model/..%5c..%5cdeno.json",
    "/vendor/%2e%2e/%2e%2e/deno.json",
    "/vendor//etc/passwd",
    "/avatars/../../deno.json",
    "/avatars/..%2f..%2fdeno.json",
    "/avatars/%2e%2e/%2e%2e/%2e%2e/deno.json",
    "/avatars/x/..%2f..%2fconversations.db",
    "/avatars/.hidden/x",
    "/model/.hidden",
    "/model/%00",
    "/model/%zz",
    "/..%2fdeno.json",
    "/_fresh/../deno.json",
    "/model/",
    "/model/motions",
    "/model/x%2f..",
    "/model/x%2f..%2f..%2f..%2fdeno.json",
    "/static/../deno.json",
    "/static/styles.css",
    "/styles.css%00",
    "/styles.css%00.png",
    "/styles.css::$DATA",
    "/.env",
    "/.git/config",
    "/.well-known/../.env",
    "/app.ts",
    "/lib/services.ts",
    "/routes/index.tsx",
    "/islands/Avatar.tsx",
    "/vtuber.config.json",
    "/data/conversations.db",
    "/node_modules/preact/package.json",
    "/_fresh/server.js",
    "/_fresh/snapshot.js",
    "/_fresh/metafile.json",
    "/_fresh/js/1/metafile.json",
    "/_fresh/js/../../../deno.json",
    "/%2e%2e%2fdeno.json",
    "/..\\..\\deno.json",
    "/%5c..%5cdeno.json",
    "/%252e%252e/deno.json",
    "/%c0%ae%c0%ae/deno.json",
    "//etc/passwd",
    "/file:///etc/passwd",
    "http://localhost/../deno.json",
    `/model/${"x".repeat(5_000)}`,
  ];
  for (const path of paths) {
    // fetch() would tidy the path up, so it goes out by hand.
    const status = await rawStatus(port, path);
    assert(status >= 400 && status < 500, `${path.slice(0, 60)} answered ${status}`);
  }
});

Deno.test("/app-config.json says what the running server does", async () => {
  await using server = await TestServer.open({ config: { timeScale: 2, llm: { wsPath: "/chat" } } });
  const { port } = server.services.live.current.server;
  assertEquals(await (await fetch(`${server.url}/app-config.json`)).json(), {
    model: "hiyori",
    entry: "/model/Hiyori.model3.json",
    timeScale: 2,
    avatarUrl: server.services.avatars.shown(server.services.live.current).url,
    llm: { backendWsUrl: `ws://127.0.0.1:${port}/chat` },
  });
});

Deno.test("the socket at the configured path relays Ollama's tokens", async () => {
  await using stub = startStub({ behaviour: { answer: "Hello from the stub." } });
  await using server = await TestServer.open({ config: { llm: { wsPath: "/chat" } }, env: { OLLAMA_HOST: stub.url } });
  assertMatch(server.socketUrl, /\/chat$/);
  const client = await SocketClient.open<PlainMessage>(server.socketUrl);
  client.send({ prompt: "Say hello" });
  await client.next("end");
  const text = client.received.map((message) => message.type === "chunk" ? message.data : "").join("");
  assertEquals(text, "Hello from the stub.");
  const { body, path } = stub.requests.at(-1)!;
  assertEquals([path, body], ["/api/generate", { model: "qwen2.5", prompt: "Say hello", stream: true }]);
  await client.close();
});

Deno.test("a GET of the socket's path is a 4xx", async () => {
  await using server = await TestServer.open();
  const response = await fetch(`${server.url}/ws`);
  assertEquals(response.status, 426);
  await response.body?.cancel();
});

async function rawStatus(port: number, path: string): Promise<number> {
  using connection = await Deno.connect({ port, hostname: "127.0.0.1" });
  const request = `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`;
  await connection.write(new TextEncoder().encode(request));
  const head = new Uint8Array(64);
  await connection.read(head);
  return Number(new TextDecoder().decode(head).split(" ")[1]);
}
