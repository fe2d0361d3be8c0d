import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { App, csp } from "fresh";
import { ask, type State, trail } from "./fixtures/trail.ts";

Deno.test("Context tells what is asked and by whom", async () => {
  const app = new App<State>().get("/at/:place", (ctx) => {
    const { pathname, search } = ctx.url;
    const { method } = ctx.req;
    const { route, params, error, isPartial } = ctx;
    const { mode, basePath } = ctx.config;
    return ctx.json({ pathname, search, method, route, params, error, isPartial, mode, basePath });
  });
  assertEquals(JSON.parse((await ask(app, "/at/home?x=1")).text), {
    pathname: "/at/home",
    search: "?x=1",
    method: "GET",
    route: "/at/:place",
    params: { place: "home" },
    error: null,
    isPartial: false,
    mode: "production",
    basePath: "",
  });
});

Deno.test("Context.info carries the peer of the connection when it is served", async () => {
  const app = new App<State>().get("/", (ctx) => ctx.text((ctx.info.remoteAddr as Deno.NetAddr).hostname));
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, app.handler());
  assertEquals(await (await fetch(`http://127.0.0.1:${server.addr.port}/`)).text(), "127.0.0.1");
});

Deno.test("Context.redirect() stays on this host when the path begins with slashes", async () => {
  const expected = {
    "/there": "/there",
    "//evil.example/x": "/evil.example/x",
    "/a//b?to=//c": "/a/b?to=//c",
    "https://other.example/": "https://other.example/",
    "/": "/",
  };
  for (const [to, location] of Object.entries(expected)) {
    const { response } = await ask(new App<State>().get("/", (ctx) => ctx.redirect(to)), "/");
    assertEquals([response.status, response.headers.get("location")], [302, location]);
  }
  const { response } = await ask(new App<State>().get("/", (ctx) => ctx.redirect("/x", 303)), "/");
  assertEquals(response.status, 303);
});

Deno.test("Context.text(), html() and json() set the type of the content", async () => {
  const app = new App<State>()
    .get("/text", (ctx) => ctx.text("a", { status: 201 }))
    .get("/html", (ctx) => ctx.html("<p>a</p>", { headers: { "x-own": "1" } }))
    .get("/json", (ctx) => ctx.json({ a: 1 }));
  const expected: [string, RegExp, string][] = [
    ["/text", /^text\/plain/, "a"],
    ["/html", /^text\/html; charset=utf-8$/, "<p>a</p>"],
    ["/json", /^application\/json/, '{"a":1}'],
  ];
  for (const [path, type, text] of expected) {
    const answer = await ask(app, path);
    assertMatch(answer.response.headers.get("content-type") ?? "", type);
    assertEquals(answer.text, text);
  }
  assertEquals((await ask(app, "/html")).response.headers.get("x-own"), "1");
});

Deno.test("Context.render() gives inline scripts and styles the nonce of the policy", async () => {
  const app = new App<State>()
    .use(csp({ useNonce: true, csp: ["img-src *"] }))
    .get("/", (ctx) =>
      ctx.render(
        <main>
          <script>one()</script>
          <style>{"p { color: red }"}</style>
        </main>,
        { status: 203 },
      ))
    .get("/text", (ctx) => ctx.text("a"));
  const nonces = new Set<string>();
  for (let count = 0; count < 2; count++) {
    const { response, text } = await ask(app, "/");
    assertEquals(response.status, 203);
    const policy = response.headers.get("content-security-policy") ?? "";
    const nonce = /script-src 'self' 'nonce-(\w+)'/.exec(policy)?.[1] ?? "";
    assertMatch(policy, new RegExp(`style-src 'self' 'nonce-${nonce}';`));
    assertStringIncludes(policy, "img-src *");
    assertEquals(policy.match(/img-src/g)?.length, 1);
    assertStringIncludes(policy, "frame-ancestors 'none'");
    assertMatch(text, new RegExp(`<script nonce="${nonce}">one\\(\\)</script>`));
    assertMatch(text, new RegExp(`<style nonce="${nonce}">`));
    nonces.add(nonce);
  }
  assertEquals(nonces.size, 2);
  assertStringIncludes((await ask(app, "/text")).response.headers.get("content-security-policy") ?? "", "script-src");
});

Deno.test("csp() only reports when told so", async () => {
  const app = new App<State>().use(csp({ reportOnly: true, reportTo: "/reports" })).get("/", trail);
  const { headers } = (await ask(app, "/")).response;
  assertEquals(headers.get("content-security-policy"), null);
  assertStringIncludes(headers.get("content-security-policy-report-only") ?? "", "report-uri /reports");
  assertEquals(headers.get("reporting-endpoints"), 'csp-endpoint="/reports"');
});

Deno.test("Context.upgrade() refuses when no WebSocket is asked for", async () => {
  const app = new App<State>().get("/bare", (ctx) => ctx.upgrade().response).ws("/managed", { message() {} });
  for (const path of ["/bare", "/managed"]) {
    const { response, text } = await ask(app, path);
    assertEquals([response.status, text], [400, "Expected a WebSocket upgrade request"]);
  }
});

Deno.test("Context.upgrade() serves sockets with handlers and without, and agrees on a protocol", async () => {
  const closed = Promise.withResolvers<string>();
  const app = new App<State>()
    .get("/bare", (ctx) => {
      const { socket, response } = ctx.upgrade({ protocol: "echo.v1" });
      socket.onmessage = ({ data }) => socket.send(`bare ${data}`);
      return response;
    })
    .ws("/managed", {
      open: (socket) => socket.send("opened"),
      message: (socket, { data }) => socket.send(`managed ${data}`),
      close: (_socket, code, reason) => closed.resolve(`${code} ${reason}`),
    });
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, app.handler());

  async function talk(path: string, protocols: string[], count: number): Promise<[string, string[]]> {
    const socket = new WebSocket(`ws://127.0.0.1:${server.addr.port}${path}`, protocols);
    const received: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.onopen = () => socket.send("hi");
    socket.onmessage = ({ data }) => {
      received.push(data);
      if (received.length === count) socket.close(4001, "enough");
    };
    socket.onclose = () => resolve();
    await promise;
    return [socket.protocol, received];
  }

  assertEquals(await talk("/bare", ["echo.v1"], 1), ["echo.v1", ["bare hi"]]);
  assertEquals(await talk("/managed", [], 2), ["", ["opened", "managed hi"]]);
  assertEquals(await closed.promise, "4001 enough");
});
