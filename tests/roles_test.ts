/** Who may do what, seen from outside: the table of roles against every call and every path that there is. */
import { App } from "fresh";
import { setTimeout as pause } from "node:timers/promises";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { TestServer } from "./test_server.ts";
import { Page, RefusedCall } from "./page_calls.ts";
import { request, upgrade } from "./raw_http.ts";
import { enterByLink, type Headers, OWNER, portOf, say, serverWithLink, TOKEN } from "./visitors.ts";
import { createApp } from "@/app.ts";
import { tempFolder } from "@/lib/avatars/model_fixture.ts";
import { encoded, png, textChunk } from "@/lib/characters/png_fixture.ts";
import { PROGRAM } from "@/lib/paths.ts";
import type { Method } from "@/lib/protocol/calls.ts";
import { CALL_ROLES, DECLARED_PATHS, declaredRole, FRAME_ROLES } from "@/lib/protocol/roles.ts";
import type { ServerFrame } from "@/lib/protocol/v2.ts";

/** Everything that adds a path to an app. */
const ADDING = ["get", "post", "put", "patch", "delete", "head", "all", "ws", "route"] as const;

Deno.test("every call and every path has a role", async () => {
  await using server = await TestServer.open();
  assertEquals(server.services.chat.calls.methods.toSorted(), Object.keys(CALL_ROLES).toSorted());
  const { wsPath } = server.services.live.current.llm;
  const paths = [...pathsAdded(() => createApp(server.services)), ...pagePaths(), ...staticPaths()];
  assert(paths.includes("/metrics") && paths.includes("/") && paths.includes("/styles.css"), paths.join());
  for (const path of paths) assert(declaredRole(path, wsPath) !== undefined, `${path} has no role`);
  assertEquals([declaredRole("/ws", "/ws"), declaredRole("/ws", "/chat")], ["guest", undefined]);
});

Deno.test("a guest is refused every call and every path that is the owner's, and no other", async () => {
  await using server = await serverWithLink({ limits: { queue: 4 } });
  const { chat: { calls }, live: { current: { llm } } } = server.services;
  const guest = await enterByLink(server);
  await using page = await Page.open(server, guest);
  assertEquals((await page.client.next("welcome")).role, "guest");
  for (const method of calls.methods as Method[]) {
    const refused = await page.call(method, {} as never).then(
      () => undefined,
      (error: RefusedCall) => error.error.code,
    );
    assertEquals(refused === "forbidden", CALL_ROLES[method] === "owner", `${method} was answered ${refused}`);
  }
  const moved = { changes: [{ path: ["llm", "host"], value: "http://192.168.1.9:11434" }] };
  assertEquals(await codeOf(page.call("settings.write", moved)), "forbidden");
  assertEquals(server.services.live.current.llm.host, llm.host);

  const port = portOf(server);
  for (const declared of DECLARED_PATHS) {
    const path = declared.replace("*", "some.txt");
    for (const method of ["GET", "POST", "HEAD", "DELETE"]) {
      const { status } = await request(
        port,
        path,
        { ...guest, origin: server.url, host: new URL(server.url).host },
        method,
      );
      const role = declaredRole(path, llm.wsPath);
      assertEquals(status === 403, role === "owner", `${method} ${path} was answered ${status}`);
    }
  }
  for (const path of ["/none", "//metrics", "/metrics/", "/METRICS", "/api", "/%6detrics"]) {
    assertEquals((await request(port, path, guest)).status, 403, path);
  }
  assertEquals((await request(port, "/model/..%2f..%2fmetrics", guest)).status, 404);
  for (const [path, status] of [["/metrics", 200], ["/none", 404], ["/app-config.json", 200]] as const) {
    assertEquals((await request(port, path, OWNER)).status, status, path);
  }
  await using own = await Page.open(server, OWNER);
  assertEquals((await own.client.next("welcome")).role, "owner");
  assert((await own.call("settings.read", {})).length > 0);
});

/** A frame of each kind. */
const FRAMES: Record<keyof typeof FRAME_ROLES, Record<string, unknown>> = {
  hello: { type: "hello" },
  prompt: { type: "prompt", turn: "walk", text: "Hi" },
  continue: { type: "continue", turn: "walk" },
  stop: { type: "stop", turn: "walk" },
  reset: { type: "reset" },
  voice: { type: "voice", on: false },
  played: { type: "played", turn: "walk", index: 0 },
  listen: { type: "listen", stream: 1, mode: "hold" },
  trial: { type: "listen", stream: 2, mode: "hold", trial: true },
  unlisten: { type: "unlisten", stream: 2 },
  playback: { type: "playback", stream: 2, position: 0 },
  utterance: { type: "utterance", id: "u", text: "Hi", final: false },
  call: { type: "call", id: "walk", method: "conversations.list", params: {} },
  cancel: { type: "cancel", id: "walk" },
};

Deno.test("a guest is refused every frame that is the owner's, and no other; what it says is its own", async () => {
  await using server = await serverWithLink({ hearing: { engine: "browser" } });
  await using guest = await Page.open(server, await enterByLink(server));
  await using owner = await Page.open(server, OWNER);
  for (const page of [guest, owner]) {
    for (const [kind, frame] of Object.entries(FRAMES)) {
      const before = page.client.received.length;
      page.client.send(frame);
      // Frames are taken in their order.
      await page.call("conversations.list", {});
      const told = page.client.received.slice(before);
      const isRefused = told.some((one) => one.type === "error" && one.code === "forbidden");
      const isTheirs = page === owner || FRAME_ROLES[kind as keyof typeof FRAME_ROLES] === "guest";
      assertEquals(isRefused, !isTheirs, `${kind} was answered ${JSON.stringify(told)}`);
    }
  }
  guest.client.send(FRAMES.listen);
  guest.client.send({ type: "utterance", id: "v", text: "my spoken secret", final: true });
  const isMine = (frame: ServerFrame) => frame.type === "queued" && frame.text === "my spoken secret";
  await guest.client.first(isMine, 0, "it is asked");
  // Not by its place: what the frames above have asked may be answered after it, and is listed before it then.
  const mine = (await guest.call("conversations.list", {})).map(({ title }) => title);
  assert(mine.includes("my spoken secret"), `its conversations are ${mine.join(", ")}`);
  await using stranger = await Page.open(server, await enterByLink(server));
  assertEquals(await stranger.call("conversations.list", {}), []);
});

Deno.test("a guest sees its own conversations, the owner all; who they are is on no wire", async () => {
  await using server = await serverWithLink();
  const [anna, ben] = [await enterByLink(server), await enterByLink(server)];
  await using owner = await Page.open(server, OWNER);
  await using a = await Page.open(server, anna);
  await using b = await Page.open(server, ben);
  await say(owner, "o1", "owner's secret plan");
  await say(a, "a1", "anna's secret plan");

  const titles = async (page: Page, query?: string) =>
    (await page.call("conversations.list", query === undefined ? {} : { query }))
      .map(({ title, guest }) => [title, guest ?? false]);
  assertEquals(await titles(b), []);
  assertEquals(await titles(b, "secret"), []);
  assertEquals(await titles(a, "SECRET"), [["anna's secret plan", false]]);
  assertEquals(await titles(owner), [["anna's secret plan", true], ["owner's secret plan", false]]);

  const all = await owner.call("conversations.list", {});
  const sessions = [owner, a].map((page) => sessionOf(page));
  for (const { id: conversation } of all) {
    assertEquals(await codeOf(b.call("conversations.open", { conversation })), "not_found");
    assertEquals(await codeOf(b.call("conversations.rename", { conversation, title: "mine" })), "not_found");
    assertEquals(await codeOf(b.call("conversations.delete", { conversation })), "not_found");
    assertEquals(await codeOf(b.call("conversations.export", { conversation, format: "json" })), "not_found");
  }
  for (const session of await Promise.all(sessions)) {
    // Another's session, alive or only stored, is nobody's for a guest.
    await using stolen = await Page.open(server, ben, session);
    const welcome = await stolen.client.next("welcome");
    assertEquals([welcome.session === session, welcome.resumed, welcome.history], [false, false, []]);
  }
  await using again = await Page.open(server, anna, await sessions[1]);
  assertEquals((await again.client.next("welcome")).history.map(({ prompt }) => prompt), ["anna's secret plan"]);

  // The owner may look in, and ask; the conversation stays the guest's.
  const [hers] = all;
  await owner.call("conversations.open", { conversation: hers!.id });
  await say(owner, "o2", "a word of the owner");
  const { text } = await owner.call("conversations.export", { conversation: hers!.id, format: "json" });
  assertEquals(await titles(a), [["anna's secret plan", false]]);
  await server.services.chat.conversations.save();
  const stored = await server.services.chat.conversations.read(hers!.id, { role: "owner", id: "owner" });
  assertMatch(stored.owner!, /^guest:[\w-]{43}$/);
  assertEquals(stored.turns.map(({ askedBy }) => askedBy), [stored.owner, undefined]);

  const wire = JSON.stringify([owner, a, b, again].map(({ client }) => client.received)) + text;
  assert(!wire.includes("guest:") && !wire.includes("askedBy"), "a principal is on the wire");
  for (const { cookie = "" } of [anna, ben]) {
    const secret = /vtuber_guest_\d+=([\w-]+)/.exec(cookie)![1]!;
    assert(!wire.includes(secret) && !JSON.stringify(stored).includes(secret), "a guest's secret is stored or told");
  }
  const told = a.client.received.find((frame) => frame.type === "welcome") as ServerFrame & { type: "welcome" };
  assertEquals(told.status.host, "");
});

Deno.test("a guest sees the picture of the character that is talked with, and no other", async () => {
  await using folder = await tempFolder();
  const cards = ["Mei", "Yu"].map((name) => [name, `${folder.path}/${name}.png`] as const);
  for (const [name, path] of cards) await Deno.writeFile(path, png(textChunk("chara", encoded({ data: { name } }))));
  await using server = await serverWithLink({
    prompt: "Mei",
    prompts: Object.fromEntries(cards.map(([name, card]) => [name, { card }])),
  });
  const guest = await enterByLink(server);
  const statusOf = async (id: string, headers: Headers) =>
    (await request(portOf(server), `/api/characters/picture?id=${id}`, headers)).status;
  for (const [id, toGuest, toOwner] of [["Mei", 200, 200], ["Yu", 404, 200], ["None", 404, 404]] as const) {
    assertEquals([await statusOf(id, guest), await statusOf(id, OWNER)], [toGuest, toOwner], id);
  }
});

Deno.test("the link is off at first; a new one or none lets go whoever came by the old one", async () => {
  await using server = await TestServer.open({ config: { server: { host: "0.0.0.0", token: TOKEN } } });
  await using owner = await Page.open(server, OWNER);
  assertEquals((await owner.call("guestLink.read", {})).path, null);
  const { path, origins } = await owner.call("guestLink.make", {});
  assertMatch(path!, /^\/\?token=[\w-]{22}$/);
  for (const origin of origins) assertMatch(origin, /^http:\/\/[\d.]+:\d+$/);
  const guest = await enterByLink(server);
  const first = await Page.open(server, guest);
  await say(first, "t", "remember me");
  const renewed = await owner.call("guestLink.make", {});
  assertEquals(await closedWith(first), 4403);
  const port = portOf(server);
  assertEquals((await request(port, path!, {})).status, 401);
  assertEquals((await upgrade(port, "/ws", guest)).status, 401);
  assert(renewed.path !== path);
  // Who comes back by the new one is the same guest.
  await using back = await Page.open(server, await enterByLink(server, guest));
  assertEquals((await back.call("conversations.list", {})).map(({ title }) => title), ["remember me"]);
  assertEquals((await owner.call("guestLink.revoke", {})).path, null);
  assertEquals(await closedWith(back), 4403);
  assertEquals((await request(port, renewed.path!, {})).status, 401);
  assertEquals((await owner.call("guestLink.read", {})).path, null);
});

Deno.test("a guest's cookies are its browser's alone, and for https where there is https", async () => {
  await using server = await serverWithLink({
    server: { host: "0.0.0.0", token: TOKEN, trustedProxies: ["127.0.0.1"] },
  });
  const port = portOf(server);
  const { path } = await (await Page.open(server, OWNER)).call("guestLink.read", {});
  const set = (await request(port, path!, { "x-forwarded-proto": "https" })).headers.getSetCookie();
  assertEquals(set.length, 2);
  for (const cookie of set) assertMatch(cookie, /; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=(Strict|Lax)$/);
  // A browser that lost the one cookie and kept the other gets a new one with the page, once.
  const [token = ""] = set.map((cookie) => cookie.split(";")[0]!);
  const html = { cookie: token, accept: "text/html" };
  const page = await request(port, "/", html);
  assertEquals([page.status, page.headers.getSetCookie().length], [200, 1]);
  assertEquals((await request(port, "/app-config.json", { cookie: token })).headers.getSetCookie(), []);
  const both = { ...html, cookie: `${token}; ${page.headers.getSetCookie()[0]!.split(";")[0]}` };
  assertEquals((await request(port, "/", both)).headers.getSetCookie(), []);
});

async function sessionOf({ client }: Page): Promise<string> {
  return (await client.next("welcome")).session;
}

/** The code with which the server closes a socket; 0 when it does not. */
async function closedWith({ client }: Page): Promise<number> {
  const end = new AbortController();
  const late = pause(5_000, 0, { signal: end.signal }).catch(() => 0);
  const code = await Promise.race([client.closed().then(({ code }) => code), late]);
  end.abort();
  return code;
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => call, RefusedCall)).error.code;
}

/** The paths that are added to an app while `make` runs. */
function pathsAdded(make: () => unknown): string[] {
  const paths: string[] = [];
  const proto = App.prototype as unknown as Record<string, (path: string, ...rest: unknown[]) => unknown>;
  const originals = ADDING.map((name) => [name, proto[name]!] as const);
  for (const [name, original] of originals) {
    proto[name] = function (this: unknown, path, ...rest) {
      paths.push(path);
      return original.call(this, path, ...rest);
    };
  }
  try {
    make();
  } finally {
    for (const [name, original] of originals) proto[name] = original;
  }
  return paths;
}

function pagePaths(): string[] {
  const names = [...Deno.readDirSync(`${PROGRAM}/routes`)].map(({ name }) => name.replace(/\.tsx?$/, ""));
  return names.filter((name) => !name.startsWith("_")).map((name) => name === "index" ? "/" : `/${name}`);
}

function staticPaths(): string[] {
  const entries = [...Deno.readDirSync(`${PROGRAM}/static`)];
  return entries.map(({ name, isDirectory }) => isDirectory ? `/${name}/file` : `/${name}`);
}
