// deno-lint-ignore-file no-console -- what is logged is part of what is tested
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { App, csp, HttpError, type Middleware, page, type PageProps } from "fresh";

interface State {
  trail: string[];
}

async function ask(app: App<State>, path: string, init?: RequestInit): Promise<{ response: Response; text: string }> {
  const response = await app.handler()(new Request(`http://localhost${path}`, init));
  return { response, text: await response.text() };
}

/** Runs `action` with what it logs as errors kept from the test's output, and returns how often it logged. */
async function muted(action: () => Promise<void>): Promise<number> {
  const original = console.error;
  let count = 0;
  console.error = () => void count++;
  try {
    await action();
  } finally {
    console.error = original;
  }
  return count;
}

function mark(name: string): Middleware<State> {
  return (ctx) => {
    ctx.state.trail = [...(ctx.state.trail ?? []), name];
    return ctx.next();
  };
}

const trail: Middleware<State> = (ctx) => ctx.json(ctx.state.trail ?? []);

Deno.test("App.use() reaches what is registered after it and lies below its path", async () => {
  const app = new App<State>()
    .get("/early", trail)
    .use(mark("all"), mark("all too"))
    .use("/a", mark("a"))
    .use("/a/:id", mark("id"))
    .get("/", trail)
    .get("/a", trail)
    .get("/a/:id", trail)
    .get("/a/b/c", trail)
    .use(mark("late"))
    .get("/b", trail);
  const expected = {
    "/early": [],
    "/": ["all", "all too"],
    "/a": ["all", "all too", "a"],
    "/a/7": ["all", "all too", "a", "id"],
    "/a/b/c": ["all", "all too", "a"],
    "/b": ["all", "all too", "late"],
  };
  for (const [path, marks] of Object.entries(expected)) {
    assertEquals(JSON.parse((await ask(app, path)).text), marks, path);
  }
});

Deno.test("App.use() also runs when no route matches, but not that of a path", async () => {
  const seen: string[] = [];
  const see = (name: string): Middleware<State> => (ctx) => {
    seen.push(name);
    return ctx.next();
  };
  const app = new App<State>().use(see("all")).use("/a", see("a")).get("/a/b", trail);
  assertEquals((await ask(app, "/a/none")).response.status, 404);
  assertEquals(seen, ["all"]);
});

Deno.test("App.handler() picks the route by path and method", async () => {
  const name = (text: string): Middleware<State> => (ctx) => ctx.text(`${text} ${JSON.stringify(ctx.params)}`);
  const app = new App<State>()
    .get("/users/:id", name("user"))
    .get("/users/me", name("me"))
    .post("/users/me", name("posted"))
    .put("/users/me", name("put"))
    .patch("/users/me", name("patched"))
    .delete("/users/me", name("deleted"))
    .head("/headed", () => new Response(null, { headers: { "x-head": "1" } }))
    .get("/users/me", name("never"))
    .all("/any", name("any"))
    .get("/files/:path*", name("files"));
  const expected: [string, string, number, string][] = [
    ["GET", "/users/me", 200, "me {}"],
    ["GET", "/users/me/", 200, "me {}"],
    ["GET", "//users//me", 200, "me {}"],
    ["POST", "/users/me", 200, "posted {}"],
    ["PUT", "/users/me", 200, "put {}"],
    ["PATCH", "/users/me", 200, "patched {}"],
    ["DELETE", "/users/me", 200, "deleted {}"],
    ["GET", "/users/7", 200, 'user {"id":"7"}'],
    ["GET", "/users/a%20b", 200, 'user {"id":"a b"}'],
    ["GET", "/files/a/b", 200, 'files {"path":"a/b"}'],
    ["GET", "/files", 200, 'files {"path":""}'],
    ["HEAD", "/users/7", 200, ""],
    ["DELETE", "/any", 200, "any {}"],
    ["PUT", "/users/7", 405, "Method Not Allowed"],
    ["GET", "/headed", 405, "Method Not Allowed"],
    ["GET", "/none", 404, "Not Found"],
  ];
  for (const [method, path, status, text] of expected) {
    const answer = await ask(app, path, { method });
    assertEquals([answer.response.status, answer.text], [status, text], `${method} ${path}`);
  }
});

Deno.test("App.handler() lists the methods of a route when asked for OPTIONS", async () => {
  const app = new App<State>().get("/a", trail).post("/a", trail);
  const { response } = await ask(app, "/a", { method: "OPTIONS" });
  assertEquals([response.status, response.headers.get("allow")], [204, "GET, POST"]);
});

Deno.test("App.get() runs its middlewares in order when it is given several", async () => {
  const app = new App<State>().get("/", mark("first"), mark("second"), trail);
  assertEquals((await ask(app, "/")).text, '["first","second"]');
});

Deno.test("App.get() asks once for a middleware when it is given lazily", async () => {
  let asked = 0;
  const app = new App<State>().get("/", () => {
    asked++;
    return Promise.resolve(trail);
  });
  const handler = app.handler();
  for (let count = 0; count < 2; count++) await (await handler(new Request("http://localhost/"))).text();
  assertEquals(asked, 1);
});

Deno.test("App.handler() answers errors with their message when they are HttpErrors, else with none", async () => {
  const app = new App<State>()
    .get("/teapot", () => {
      throw new HttpError(418, "short and stout");
    })
    .get("/plain", () => {
      throw new HttpError(403);
    })
    .get("/down", () => {
      throw new HttpError(503, "the database is gone");
    })
    .get("/broken", () => {
      throw new Error("secret detail");
    })
    .get("/nothing", (() => "no response") as unknown as Middleware<State>);
  const logged = await muted(async () => {
    const expected: [string, number, string][] = [
      ["/teapot", 418, "short and stout"],
      ["/plain", 403, "Forbidden"],
      ["/down", 503, "the database is gone"],
      ["/broken", 500, "Internal server error"],
      ["/nothing", 500, "Internal server error"],
    ];
    for (const [path, status, text] of expected) {
      const answer = await ask(app, path);
      assertEquals([answer.response.status, answer.text], [status, text], path);
    }
  });
  assertEquals(logged, 3);
});

Deno.test("App.onError() answers below its path with the status of the error when it has one", async () => {
  const fail: Middleware<State> = () => {
    throw new HttpError(409, "taken");
  };
  const app = new App<State>()
    .use(mark("all"))
    .get("/early", fail)
    .onError("*", (ctx) => ctx.text(`root: ${(ctx.error as Error).message}`, { status: 500 }))
    .onError("/a", { component: ({ error }: PageProps<unknown, State>) => <p>a: {(error as Error).message}</p> })
    .get("/a/b", fail)
    .get("/b", fail);
  const early = await ask(app, "/early");
  assertEquals([early.response.status, early.text], [409, "taken"]);
  const inner = await ask(app, "/a/b");
  assertEquals(inner.response.status, 409);
  assertStringIncludes(inner.text, "<p>a: taken</p>");
  assertEquals((await ask(app, "/b")).text, "root: taken");
  assertEquals((await ask(app, "/none")).text, "root: ");
});

Deno.test("App.onError() lies outside the middlewares of its own path", async () => {
  const app = new App<State>()
    .use(async (ctx) => {
      const response = await ctx.next();
      response.headers.set("x-after", "yes");
      return response;
    })
    .onError("*", (ctx) => ctx.text("sorry"))
    .get("/fine", trail)
    .get("/broken", () => {
      throw new Error("broken");
    });
  assertEquals((await ask(app, "/fine")).response.headers.get("x-after"), "yes");
  assertEquals((await ask(app, "/broken")).response.headers.get("x-after"), null);
});

Deno.test("App.notFound() answers when there is no route, and when a route says so", async () => {
  const app = new App<State>()
    .notFound((ctx) => ctx.text(`no ${ctx.url.pathname}`, { status: 404 }))
    .get("/gone", () => {
      throw new HttpError(404);
    });
  for (const path of ["/none", "/gone"]) {
    const { response, text } = await ask(app, path);
    assertEquals([response.status, text], [404, `no ${path}`]);
  }
});

Deno.test("App.route() renders its component with the data of its handler", async () => {
  const app = new App<State>()
    .route("/only", { component: () => <p>only</p> })
    .route("/data", {
      handler: () => page({ name: "Ann" }, { status: 202, headers: { "x-page": "1" } }),
      component: ({ data }: PageProps<unknown, State>) => <p>{(data as { name: string }).name}</p>,
    })
    .route("/post", { handler: { POST: (ctx) => ctx.text("posted") }, component: () => <p>form</p> })
    .route("/lazy", () => Promise.resolve({ component: () => <p>lazy</p> }))
    .route("/wait", {
      component: async () => {
        await Promise.resolve();
        return <p>waited</p>;
      },
    })
    .route("/response", { component: () => Promise.resolve(new Response("itself")) as never });
  assertStringIncludes((await ask(app, "/only")).text, "<p>only</p>");
  const data = await ask(app, "/data");
  assertEquals([data.response.status, data.response.headers.get("x-page")], [202, "1"]);
  assertMatch(data.response.headers.get("content-type") ?? "", /^text\/html; ?charset=utf-8$/i);
  assertStringIncludes(data.text, "<p>Ann</p>");
  assertEquals((await ask(app, "/post", { method: "POST" })).text, "posted");
  assertStringIncludes((await ask(app, "/post")).text, "<p>form</p>");
  assertEquals((await ask(app, "/post", { method: "PUT" })).response.status, 405);
  assertStringIncludes((await ask(app, "/lazy")).text, "<p>lazy</p>");
  assertStringIncludes((await ask(app, "/wait")).text, "<p>waited</p>");
});

Deno.test("App.appWrapper() and App.layout() surround the pages after them unless a page skips them", async () => {
  const app = new App<State>()
    .route("/bare", { component: () => <p>bare</p> })
    .appWrapper(({ Component }) => (
      <html lang="en">
        <head>
          <title>App</title>
        </head>
        <body>
          <Component />
        </body>
      </html>
    ))
    .layout("*", ({ Component }) => (
      <main>
        <Component />
      </main>
    ))
    .layout("/a", ({ Component }) => (
      <section>
        <Component />
      </section>
    ))
    .route("/a/b", { component: () => <p>b</p> })
    .layout("/own", ({ Component }) => (
      <article>
        <Component />
      </article>
    ), { skipAppWrapper: true, skipInheritedLayouts: true })
    .route("/own/page", { component: () => <p>own</p> })
    .route("/alone", { component: () => <p>alone</p>, config: { skipAppWrapper: true, skipInheritedLayouts: true } });
  assertStringIncludes((await ask(app, "/a/b")).text, "<body><main><section><p>b</p></section></main></body>");
  assertStringIncludes((await ask(app, "/own/page")).text, "</head><body><article><p>own</p></article></body>");
  for (const path of ["bare", "alone"]) {
    assertEquals(
      (await ask(app, `/${path}`)).text,
      `<!DOCTYPE html><html><head><meta charset="utf-8"/></head><body><p>${path}</p></body></html>`,
    );
  }
});

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

Deno.test("A2: with a base path routes, scopes and pages lie below it, and nothing lies beside it", async () => {
  const app = new App<State>({ basePath: "/chat" })
    .use(mark("all"))
    .use("/a", mark("a"))
    .get("/", trail)
    .get("/a/:id", trail)
    .get("/url", (ctx) => ctx.json([ctx.url.pathname, ctx.route, ctx.config.basePath]));
  const expected = { "/chat": ["all"], "/chat/": ["all"], "/chat/a/7": ["all", "a"] };
  for (const [path, marks] of Object.entries(expected)) {
    assertEquals(JSON.parse((await ask(app, path)).text), marks, path);
  }
  assertEquals(JSON.parse((await ask(app, "/chat/url")).text), ["/chat/url", "/chat/url", "/chat"]);
  for (const path of ["/", "/a/7", "/url", "/chatter"]) {
    assertEquals((await ask(app, path)).response.status, 404, path);
  }
});
