/** Several servers behind nginx, with the recipe of docs/more-than-one-machine.md. */
import { assertEquals, assertMatch } from "@std/assert";
import { HAS_NGINX, readRecipe, startNginx } from "./nginx.ts";
import { Page } from "./page_calls.ts";
import { request } from "./raw_http.ts";
import { startStub } from "./stub_ollama.ts";
import { openServer, OWNER, portOf, say } from "./visitors.ts";

// deno-lint-ignore no-console -- a test that is skipped says so
if (!HAS_NGINX) console.warn("No nginx here: the test of several servers behind one is skipped");

Deno.test({
  name: "behind nginx a guest is the same at every server, whichever takes its requests",
  ignore: !HAS_NGINX,
  async fn() {
    await using stub = startStub({ behaviour: { answer: "Hello there." } });
    const config = { server: { trustedProxies: ["127.0.0.1"] }, voice: { engine: "off" } };
    const env = { OLLAMA_HOST: stub.url };
    await using first = await openServer(config, { env });
    const shared = { ...env, VTUBER_SERVER_DATA_DIR: first.services.dataDir };
    await using second = await openServer(config, { env: shared });
    await using nginx = await startNginx(...await readRecipe([first, second].map(portOf)));

    const load = (headers: Record<string, string> = {}) =>
      request(nginx.port, "/", { host: `127.0.0.1:${nginx.port}`, accept: "text/html", ...headers });
    const entered = await load();
    const [cookie = ""] = entered.headers.getSetCookie();
    assertMatch(cookie, new RegExp(`^vtuber_guest_${nginx.port}=`));
    const anna = { cookie: cookie.split(";")[0]! };
    // nginx goes round: each of them is asked.
    for (let i = 0; i < 4; i++) assertEquals((await load(anna)).headers.getSetCookie(), []);

    const socketUrl = `${nginx.origin.replace("http", "ws")}/ws`;
    await using a = await Page.open({ socketUrl }, anna);
    await using b = await Page.open({ socketUrl }, anna);
    for (const [page, words] of [[a, "One thing"], [b, "Another thing"]] as const) await say(page, "t", words);
    const sockets = [first, second].map(({ services }) => services.chat.connections.size);
    assertEquals(sockets, [1, 1], "each of them has one of the sockets");
    for (const { services } of [first, second]) await services.chat.conversations.save();
    for (const page of [a, b]) {
      const titles = (await page.call("conversations.list", {})).map(({ title }) => title);
      assertEquals(titles.toSorted(), ["Another thing", "One thing"]);
    }
    await using owner = await Page.open({ socketUrl }, OWNER);
    assertEquals((await owner.call("conversations.list", {})).map(({ guest }) => guest), [true, true]);
    await using stranger = await Page.open({ socketUrl });
    assertEquals(await stranger.call("conversations.list", {}), []);
    // What a visitor says of itself, nginx replaces.
    const [plain = ""] = (await load({ "x-forwarded-proto": "https" })).headers.getSetCookie();
    assertMatch(plain, /; HttpOnly; SameSite=Lax$/);
  },
});
