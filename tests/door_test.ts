/** Who may come in, as seen from outside: requests by hand, as fetch() would not let a page choose its Host. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TestServer } from "./test_server.ts";
import { type Answer, request, upgrade } from "./raw_http.ts";
import { SocketClient } from "./socket_client.ts";

const TOKEN = "open-sesame";

Deno.test("a foreign Host is refused with what to do, before anything else", async () => {
  await using server = await TestServer.open({ config: { server: { allowedOrigins: ["https://chat.example"] } } });
  const port = portOf(server);
  for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, "app.localhost"]) {
    assertEquals((await request(port, "/app-config.json", { host })).status, 200, host);
  }
  // A name of ours, but one that only a proxy can have given to this machine.
  assertEquals((await request(port, "/app-config.json", { host: "chat.example" })).status, 401);
  for (
    const host of [
      "evil.example",
      `evil.example:${port}`,
      "192.168.1.5",
      "localhost.evil.example",
      "x@localhost",
    ]
  ) {
    for (const path of ["/", "/app-config.json", "/styles.css", "/healthz"]) {
      const answer = await request(port, path, { host });
      assertEquals(answer.status, 421, `${host} ${path}`);
      assertProtected(answer);
    }
    assertEquals((await upgrade(port, "/ws", { host })).status, 421, host);
  }
  assertEquals((await request(port, "/", { host: "a b" })).status, 400);
  const { body } = await request(port, "/", { host: "evil.example" });
  assertStringIncludes(body, '"evil.example" is no name of this server');
  assertStringIncludes(body, "server.allowedOrigins");
});

Deno.test("a socket is for our own page, allowed origins, and programs", async () => {
  await using server = await TestServer.open({ config: { server: { allowedOrigins: ["https://chat.example"] } } });
  const port = portOf(server);
  const host = `localhost:${port}`;
  for (
    const headers of [
      { host },
      { host, origin: `http://localhost:${port}` },
      { host, origin: `http://127.0.0.1:${port}` },
      { host, origin: `http://[::1]:${port}` },
      { host: `127.0.0.1:${port}`, origin: `http://localhost:${port}` },
      { host, origin: "https://chat.example" },
    ]
  ) {
    assertEquals((await upgrade(port, "/ws", headers)).status, 101, JSON.stringify(headers));
  }
  const proxied = { host: "chat.example", origin: "https://chat.example" };
  assertEquals((await upgrade(port, "/ws", proxied)).status, 401);
  for (const origin of ["null", "http://evil.example", `http://evil.example:${port}`, "http://localhost:1", "x", ""]) {
    const answer = await upgrade(port, "/ws", { host, origin });
    assertEquals(answer.status, 403, origin);
    assertStringIncludes(answer.body, "server.allowedOrigins");
    assertProtected(answer);
  }
  // A proxy's headers, which anyone may send, open nothing.
  const forged = {
    host,
    origin: "http://evil.example",
    "x-forwarded-host": "evil.example",
    forwarded: "host=evil.example",
  };
  assertEquals((await upgrade(port, "/ws", forged)).status, 403);
});

Deno.test("a foreign page may not send anything but a GET", async () => {
  await using server = await TestServer.open();
  const port = portOf(server);
  for (const [method, origin, status] of [["POST", "http://evil.example", 403], ["OPTIONS", "null", 403]] as const) {
    assertEquals((await request(port, "/", { origin }, method)).status, status, `${method} ${origin}`);
  }
  const own = await request(port, "/", { origin: `http://localhost:${port}` }, "POST");
  assert(own.status !== 403, `our own page was answered ${own.status}`);
  const read = await request(port, "/app-config.json", { origin: "http://evil.example" });
  assertEquals(read.status, 200);
  assertEquals(read.headers.get("access-control-allow-origin"), null);
  assertEquals(read.headers.get("cross-origin-resource-policy"), "same-origin");
});

Deno.test("beyond loopback every path wants the token, as link, header or cookie", async () => {
  await using server = await TestServer.open({ config: { server: { host: "0.0.0.0", token: TOKEN } } });
  const port = portOf(server);
  const host = `192.168.1.5:${port}`;
  for (
    const path of [
      "/",
      "/app-config.json",
      "/styles.css",
      "/ws",
      "/metrics",
      "/none",
      "/.env",
      "/model/x",
      "/avatars/0/x",
      "/%zz",
    ]
  ) {
    const answer = await request(port, path, { host });
    assertEquals(answer.status, 401, path);
    assertMatch(answer.headers.get("www-authenticate")!, /^Bearer/);
    assertProtected(answer);
  }
  assertEquals((await upgrade(port, "/ws", { host })).status, 401);
  assertEquals((await upgrade(port, "/ws", { host, origin: `http://${host}` })).status, 401);
  assert((await request(port, "/healthz", { host })).status !== 401, "/healthz is open");

  const link = await request(port, `/?token=${TOKEN}&theme=dark`, { host });
  assertEquals([link.status, link.headers.get("location")], [303, "/?theme=dark"]);
  const set = link.headers.get("set-cookie")!;
  assertMatch(set, /; HttpOnly; SameSite=Strict/);
  assert(!set.includes("Secure"), "on a home network there is no https");
  assert(!set.includes(TOKEN), "the cookie need not hold the token itself");
  const cookie = set.split(";")[0]!;
  assertEquals((await request(port, "/", { host, cookie })).status, 200);
  assertEquals((await upgrade(port, "/ws", { host, cookie, origin: `http://${host}` })).status, 101);
  assertEquals((await upgrade(port, "/ws", { host, cookie, origin: "http://evil.example" })).status, 403);
  assertEquals((await upgrade(port, `/ws?token=${TOKEN}`, { host })).status, 101);
  assertEquals((await request(port, "/app-config.json", { host, authorization: `Bearer ${TOKEN}` })).status, 200);
  const away = await request(port, `//evil.example/?token=${TOKEN}`, { host });
  assertEquals(away.headers.get("location"), "/evil.example/");
});

Deno.test("a visitor without the token gets a page that asks for it, and wrong ones are counted", async () => {
  await using server = await TestServer.open({ config: { server: { host: "0.0.0.0", token: TOKEN } } });
  const port = portOf(server);
  const accept = "text/html,*/*";
  const bare = await request(port, "/", { accept });
  assertEquals(bare.status, 401);
  assertMatch(bare.body, /<form action="\/" method="get">[^]*name="token"/);
  const nonce = /<style nonce="([^"]+)">/.exec(bare.body)![1];
  assertStringIncludes(bare.headers.get("content-security-policy")!, `style-src 'self' 'nonce-${nonce}'`);
  assertProtected(bare);
  assertEquals(bare.headers.get("cache-control"), "no-store");
  // Once more by itself, for cookies that a browser kept back, but not for ever.
  assertStringIncludes(bare.body, 'content="0; url=/?enter"');
  assert(!(await request(port, "/?enter", { accept })).body.includes("http-equiv"));
  assertStringIncludes((await request(port, "/", { accept, "accept-language": "ja" })).body, 'lang="ja"');

  const entered = await request(port, `/?token=${TOKEN}`, { accept });
  const cookie = entered.headers.getSetCookie()[0]!.split(";")[0]!;
  for (let i = 0; i < 10; i++) assertEquals((await request(port, `/?token=guess${i}`, { accept })).status, 401);
  // From here on every token waits for a second; a cookie does not.
  const right = request(port, `/?token=${TOKEN}`, { accept });
  const guesses = Array.from({ length: 10 }, (_, i) => request(port, `/?token=again${i}`, { accept }));
  const blocked = await Promise.any(guesses);
  assertEquals([blocked.status, blocked.headers.get("retry-after")], [429, "60"]);
  assertEquals((await upgrade(port, "/ws", { cookie })).status, 101);
  assertEquals((await right).status, 303);
  assertEquals(countOf((await Promise.all(guesses)).map(({ status }) => status)), { 401: 4, 429: 6 });
});

Deno.test("behind a proxy that is trusted, ten wrong tokens slow the one who guesses, and keep nobody out", async () => {
  const serverConfig = { host: "0.0.0.0", token: TOKEN, trustedProxies: ["127.0.0.1"] };
  await using server = await TestServer.open({ config: { server: serverConfig } });
  const port = portOf(server);
  const from = (address: string) => ({ "x-forwarded-for": address });
  const cookie = (await request(port, `/?token=${TOKEN}`)).headers.getSetCookie()[0]!.split(";")[0]!;
  for (let i = 0; i < 10; i++) {
    // What stands before its address, the guesser has made up.
    const made = from(`198.51.100.${i}, 203.0.113.7`);
    assertEquals((await request(port, `/?token=guess${i}`, made)).status, 401);
  }
  const [slow, other, kept] = await Promise.all([
    timed(request(port, `/?token=${TOKEN}`, from("203.0.113.7"))),
    timed(request(port, `/?token=${TOKEN}`, from("203.0.113.8"))),
    timed(request(port, "/app-config.json", { ...from("203.0.113.7"), cookie })),
  ]);
  assertEquals([slow.status, other.status, kept.status], [303, 303, 200]);
  assert(slow.ms >= 990, `it waited for ${slow.ms} ms`);
  assert(other.ms < 900 && kept.ms < 900, `others waited for ${other.ms} and ${kept.ms} ms`);
});

Deno.test("whoever is no trusted proxy says in vain from where it passes things on", async () => {
  await using server = await TestServer.open({ config: { server: { host: "0.0.0.0", token: TOKEN } } });
  const port = portOf(server);
  const from = (i: number) => ({ "x-forwarded-for": `203.0.113.${i}`, forwarded: `for=203.0.113.${i}` });
  for (let i = 0; i < 10; i++) assertEquals((await request(port, `/?token=guess${i}`, from(i))).status, 401);
  const slow = await timed(request(port, "/?token=guess", from(99)));
  assertEquals(slow.status, 401);
  assert(slow.ms >= 990, `it waited for ${slow.ms} ms`);
});

Deno.test("on loopback, what a proxy or a tunnel passes on needs a token, or a trusted proxy's word", async () => {
  const statuses = async (server: TestServer, headers: Record<string, string>) => {
    const port = portOf(server);
    return [(await request(port, "/app-config.json", headers)).status, (await upgrade(port, "/ws", headers)).status];
  };
  const passed = [
    { "x-forwarded-for": "203.0.113.7" },
    { "x-forwarded-for": "127.0.0.1" },
    { forwarded: "for=127.0.0.1" },
    { via: "1.1 tunnel" },
    { "x-real-ip": "127.0.0.1" },
  ];
  await using server = await TestServer.open({ config: { server: { allowedOrigins: ["https://chat.example"] } } });
  assertEquals(await statuses(server, {}), [200, 101]);
  for (const headers of passed) assertEquals(await statuses(server, headers), [401, 401], JSON.stringify(headers));
  assertEquals(await statuses(server, { host: "chat.example" }), [401, 401]);
  assertStringIncludes((await request(portOf(server), "/", { via: "1.1 tunnel" })).body, "server.token");
  assertEquals((await request(portOf(server), "/healthz", { host: "chat.example", via: "x" })).status, 200);
  // Guests come in by such a way all the same.
  await server.services.secrets.makeGuestToken();
  const authorization = `Bearer ${server.services.secrets.guestToken}`;
  assertEquals(await statuses(server, { authorization, host: "chat.example", via: "x" }), [200, 101]);
  assertEquals((await request(portOf(server), "/metrics", { authorization, via: "x" })).status, 403);

  await using trusting = await TestServer.open({ config: { server: { trustedProxies: ["127.0.0.0/8"] } } });
  assertEquals(await statuses(trusting, { "x-forwarded-for": "127.0.0.1" }), [200, 101]);
  assertEquals(await statuses(trusting, { "x-forwarded-for": "203.0.113.7" }), [401, 401]);
  assertEquals(await statuses(trusting, { "x-forwarded-for": "127.0.0.1, 203.0.113.7" }), [401, 401]);
  assertEquals(await statuses(trusting, { via: "1.1 tunnel" }), [401, 401]);
});

Deno.test("beyond loopback a token is made where none is set, and none is needed on loopback", async () => {
  await using open = await TestServer.open();
  assertEquals([open.guard.locked, open.guard.madeToken], [false, undefined]);
  await using locked = await TestServer.open({ config: { server: { host: "192.168.1.5" } } });
  assertEquals((await fetch(locked.url)).status, 401);
  assertEquals((await fetch(`${locked.url}/?token=${locked.guard.madeToken}`, { redirect: "manual" })).status, 303);
  await using chosen = await TestServer.open({ config: { server: { token: TOKEN } } });
  assertEquals((await fetch(chosen.url)).status, 401);
});

Deno.test("a socket shows the token once, and speaks from then on", async () => {
  await using server = await TestServer.open({ config: { server: { host: "0.0.0.0", token: TOKEN } } });
  const client = await SocketClient.open<{ type: "error"; message: string }>(`${server.socketUrl}?token=${TOKEN}`);
  client.send("");
  assertStringIncludes((await client.next("error")).message, "empty");
  await client.close();
});

function assertProtected({ headers }: Answer): void {
  assertStringIncludes(headers.get("content-security-policy") ?? "", "frame-ancestors 'none'");
  assertEquals(headers.get("x-content-type-options"), "nosniff");
}

function countOf(values: number[]): Record<number, number> {
  return Object.fromEntries(Map.groupBy(values, (value) => value).entries().map(([value, all]) => [value, all.length]));
}

async function timed(asked: Promise<Answer>): Promise<Answer & { ms: number }> {
  const begun = performance.now();
  return { ...await asked, ms: performance.now() - begun };
}

function portOf(server: TestServer): number {
  return Number(new URL(server.url).port);
}
