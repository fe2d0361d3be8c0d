// deno-lint-ignore-file no-console -- what is logged is part of what is tested
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { App, HttpError, type Middleware, page, type PageProps } from "fresh";
import { ask, mark, type State, trail } from "./fixtures/trail.ts";

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
