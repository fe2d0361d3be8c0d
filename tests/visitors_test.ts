/** Everybody comes in, and finds nothing of anybody else's: the table of roles with two guests and the owner. */
import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Page, RefusedCall } from "./page_calls.ts";
import { request, upgrade } from "./raw_http.ts";
import { startStub } from "./stub_ollama.ts";
import { TestServer } from "./test_server.ts";
import { until } from "./until.ts";
import { enter, enterByLink, type Headers, load, openServer, OWNER, portOf, say, TOKEN } from "./visitors.ts";
import { parseConfig } from "@/lib/config/load.ts";
import type { Method, Params } from "@/lib/protocol/calls.ts";
import { CALL_ROLES, DECLARED_PATHS, declaredRole } from "@/lib/protocol/roles.ts";
import { LINK_REVOKED, type ServerFrame } from "@/lib/protocol/v2.ts";

Deno.test("an open server wants an owner who shows a token", () => {
  const open = { guests: { access: "open" } };
  const error = (() => {
    try {
      parseConfig(JSON.stringify(open));
    } catch (error) {
      return String(error);
    }
  })();
  assertStringIncludes(error ?? "", `guests.access is "open": it should be "link" or "off" unless server.token is set`);
  parseConfig(JSON.stringify({ ...open, server: { token: TOKEN } }));
});

Deno.test("on an open server everybody is a guest with a cookie of its own, and the owner shows a token", async () => {
  await using server = await openServer();
  const port = portOf(server);
  const first = await load(server);
  const [cookie = "", ...more] = first.headers.getSetCookie();
  assertEquals([first.status, more], [200, []]);
  assertMatch(cookie, /^vtuber_guest_\d+=[\w-]{22}\.[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Lax$/);
  const anna: Headers = { cookie: cookie.split(";")[0]! };
  // Who comes back is known, also by a link on another site, and where an older cookie opens nothing any more.
  const again = { ...anna, cookie: `${anna.cookie}; vtuber_token_${port}=old`, "sec-fetch-site": "cross-site" };
  for (const headers of [anna, again]) {
    const { status, headers: answered } = await load(server, headers);
    assertEquals([status, answered.getSetCookie()], [200, []]);
  }
  assertNotEquals((await enter(server)).cookie, anna.cookie);
  // What nobody here has made is no guest's: another one is made.
  const forged = { cookie: anna.cookie!.replace(/\.[\w-]+$/, `.${"A".repeat(43)}`) };
  assertEquals((await load(server, forged)).headers.getSetCookie().length, 1);
  assertEquals((await request(port, "/styles.css")).headers.getSetCookie(), []);

  // The owner comes in by a link with the token, or by the page that asks for it.
  for (const headers of [{}, anna]) {
    const door = await load(server, headers, "/?enter");
    assertEquals(door.status, 401);
    assertMatch(door.body, /name="token"/);
  }
  const wrong = await load(server, {}, "/?token=open-sesami");
  assertEquals([wrong.status, wrong.headers.getSetCookie()], [401, []]);
  const own = await load(server, anna, `/?token=${TOKEN}`);
  const owner = { cookie: `${anna.cookie}; ${own.headers.getSetCookie()[0]!.split(";")[0]}` };
  assertEquals((await load(server, owner, "/?enter")).headers.get("location"), "/");
  for (const [headers, role] of [[{}, "guest"], [anna, "guest"], [owner, "owner"], [OWNER, "owner"]] as const) {
    await using page = await Page.open(server, headers);
    assertEquals((await page.client.next("welcome")).role, role);
    assertEquals((await request(port, "/metrics", headers)).status, role === "owner" ? 200 : 403);
  }
  assertEquals((await upgrade(port, "/ws", { ...anna, origin: "http://evil.example" })).status, 403);
});

Deno.test("behind https the cookie is for https alone; a proxy's visitors are guests, whatever its marks", async () => {
  await using server = await openServer({ server: { trustedProxies: ["127.0.0.1"] } });
  for (const from of ["203.0.113.7", "127.0.0.1"]) {
    const { headers } = await load(server, { "x-forwarded-for": from, "x-forwarded-proto": "https" });
    assertMatch(headers.getSetCookie()[0]!, /; HttpOnly; Secure; SameSite=Lax$/);
  }
});

Deno.test("every process with the same secret knows the same guest, and no other process does", async () => {
  const server = { cookieKey: "a secret of sixteen words or more, such as this".replaceAll(" ", "-") };
  await using one = await openServer({ server });
  await using two = await openServer({ server });
  await using other = await openServer();
  const anna = await enter(one);
  assertEquals((await load(two, sentTo(two, anna))).headers.getSetCookie(), []);
  assertEquals((await load(other, sentTo(other, anna))).headers.getSetCookie().length, 1);
});

Deno.test("new guests from one address are counted, who was here before and the owner are not", async () => {
  await using server = await openServer({ guests: { newPerHour: 2 }, server: { trustedProxies: ["127.0.0.1"] } });
  const from = (address: string): Headers => ({ "x-forwarded-for": address });
  const here = from("203.0.113.7");
  const anna = await enter(server, here);
  // A program's socket without a cookie is a guest of its own.
  assertEquals((await upgrade(portOf(server), "/ws", here)).status, 101);
  const crowded = await load(server, { ...here, "accept-language": "de" });
  assertEquals([crowded.status, crowded.headers.get("retry-after")], [429, "1800"]);
  assertEquals(crowded.headers.getSetCookie(), []);
  assertStringIncludes(crowded.body, "Many new guests have come from your network. Try again in 30 minutes.");
  assert(!crowded.body.includes("<form"), "a guest is asked for a token");
  for (const language of ["ja", "zh"]) {
    assertStringIncludes((await load(server, { ...here, "accept-language": language })).body, "30");
  }
  assertEquals((await upgrade(portOf(server), "/ws", here)).status, 429);
  for (const headers of [anna, { ...here, ...OWNER }, from("203.0.113.8")]) {
    assertEquals((await load(server, headers)).status, 200);
    assertEquals((await upgrade(portOf(server), "/ws", { ...anna, ...headers })).status, 101);
  }
});

Deno.test("the owner opens and closes the door while the server runs; closed, it lets everybody go", async () => {
  await using server = await TestServer.open({ config: { server: { token: TOKEN } } });
  await server.services.secrets.makeGuestToken();
  await using owner = await Page.open(server, OWNER);
  assertEquals([(await owner.setting("guests.access")).value, (await load(server)).status], ["link", 401]);
  const linked = await enterByLink(server);
  await owner.write("guests.access", "open");
  assertEquals((await load(server)).status, 200);
  const [anna, ben] = [await Page.open(server, await enter(server)), await Page.open(server, linked)];
  for (const [access, ...statuses] of [["off", 401, 401], ["link", 401, 200], ["open", 200, 200]] as const) {
    await owner.write("guests.access", access);
    assertEquals([(await load(server)).status, (await load(server, linked)).status], statuses, access);
  }
  for (const { client } of [anna, ben]) assertEquals((await client.closed()).code, LINK_REVOKED);
  await owner.call("settings.read", {});
});

/** What a guest may call, with what another one has; and what comes of it for one who knows the ids of that. */
interface Stolen {
  conversation: string;
  turn: string;
}

type Refusal = "not_found" | { result: unknown };

/** Every call that is not the owner's alone. */
const GUESSES: { [M in Method]?: [params: (theirs: Stolen) => Params<M>, comes: Refusal] } = {
  "conversations.list": [() => ({ query: "secret" }), { result: [] }],
  "conversations.open": [({ conversation }) => ({ conversation }), "not_found"],
  "conversations.rename": [({ conversation }) => ({ conversation, title: "mine" }), "not_found"],
  "conversations.delete": [({ conversation }) => ({ conversation }), "not_found"],
  "conversations.export": [({ conversation }) => ({ conversation, format: "json" }), "not_found"],
  "turn.edit": [({ turn }) => ({ turn, text: "mine", as: "edited" }), "not_found"],
  "turn.regenerate": [({ turn }) => ({ turn, as: "again" }), "not_found"],
  "speech.turn": [({ turn }) => ({ turn, from: 0 }), "not_found"],
  // About what is shown before anything is said, and what the model is told of the guest's own conversation.
  "speech.greeting": [() => ({ greeting: 9, from: 0 }), "not_found"],
  "llm.preload": [() => ({}), { result: null }],
  "context.use": [() => ({}), { result: { turns: 0, turnsTold: 0 } }],
};

Deno.test("a guest finds nothing of another's or the owner's, by no call, no frame and no path", async () => {
  await using stub = startStub();
  await using server = await openServer({ voice: FLITE }, { env: { OLLAMA_HOST: stub.url } });
  await guessAll(server, server);
});

Deno.test("nor by another process with the same conversations", async () => {
  await using stub = startStub();
  const env = { OLLAMA_HOST: stub.url };
  await using server = await openServer({ voice: FLITE }, { env });
  const shared = { ...env, VTUBER_SERVER_DATA_DIR: server.services.dataDir };
  await using second = await openServer({ voice: FLITE }, { env: shared });
  await guessAll(server, second);
});

const FLITE = { engine: "flite" };

/** Anna and the owner talk by `server`, Ben knows all of their ids and comes by `second`. */
async function guessAll(server: TestServer, second: TestServer): Promise<void> {
  const [anna, ben] = [await enter(server), await enter(second)];
  await using owner = await Page.open(server, OWNER);
  await using a = await Page.open(server, anna);
  await using b = await Page.open(second, ben);
  await say(owner, "of-owner", "The owner's secret plan.");
  await say(a, "of-anna", "Anna's secret plan.");
  const spoken = await Promise.all(
    ([[owner, "of-owner"], [a, "of-anna"]] as const).map(async ([page, turn]) => {
      const { id, result } = page.begin("speech.turn", { turn, from: 0 });
      await result;
      const part = page.client.received.find((frame) => frame.type === "progress" && frame.id === id);
      return (part as ServerFrame & { value: { url: string } }).value.url;
    }),
  );
  const all = await owner.call("conversations.list", {});
  assertEquals(all.map(({ title, guest }) => [title, guest]), [
    ["Anna's secret plan.", true],
    ["The owner's secret plan.", undefined],
  ]);
  const theirs: Stolen[] = [{ conversation: all[0]!.id, turn: "of-anna" }, {
    conversation: all[1]!.id,
    turn: "of-owner",
  }];
  const guessed: Stolen = { conversation: crypto.randomUUID(), turn: "of-nobody" };

  // Calls. What there is and what is made up are told apart by nothing.
  const guests = Object.entries(CALL_ROLES).filter(([, role]) => role === "guest").map(([method]) => method);
  assertEquals(Object.keys(GUESSES).toSorted(), guests.toSorted());
  for (const [method, [paramsOf, comes]] of Object.entries(GUESSES) as [Method, [(s: Stolen) => never, Refusal]][]) {
    const told = await Promise.all([...theirs, guessed].map(async (stolen) => {
      const answer = b.call(method, paramsOf(stolen));
      if (comes !== "not_found") return await answer;
      const { error } = await assertRejects(() => answer, RefusedCall);
      assertEquals(error.code, comes, method);
      return error.message.replace(stolen.turn, "…");
    }));
    if (comes !== "not_found") {
      const { result } = comes;
      if (result === null || Array.isArray(result)) assertEquals(told[0], result, method);
      else {for (const [key, value] of Object.entries(result as object)) {
          assertEquals((told[0] as Record<string, unknown>)[key], value, `${method} ${key}`);
        }}
    }
    assertEquals(new Set(told.map((one) => JSON.stringify(one))).size, 1, `${method} tells that there is something`);
  }
  for (const method of Object.keys(CALL_ROLES) as Method[]) {
    if (guests.includes(method)) continue;
    const { error } = await assertRejects(() => b.call(method, {} as never), RefusedCall);
    assertEquals(error.code, "forbidden", method);
  }

  // Frames that name a turn, or a session.
  for (const { turn } of [...theirs, guessed]) {
    const from = b.client.received.length;
    b.client.send({ type: "continue", turn });
    assertEquals((await b.client.next("error", from)).code, "not_found");
    b.client.send({ type: "stop", turn, heard: 0 });
    b.client.send({ type: "played", turn, index: 0 });
  }
  for (const page of [owner, a]) {
    const { session } = await page.client.next("welcome");
    await using stolen = await Page.open(second, ben, session);
    const welcome = await stolen.client.next("welcome");
    assertEquals([welcome.session === session, welcome.resumed, welcome.history], [false, false, []]);
  }

  // Paths.
  for (const url of spoken) {
    const asked = [[second, ben], [server, sentTo(server, ben)], [server, {}], [server, OWNER]] as const;
    const statuses = await Promise.all(asked.map(async ([at, who]) => (await request(portOf(at), url, who)).status));
    assertEquals(statuses, [404, 404, 404, 200], url);
  }
  assertEquals((await request(portOf(server), spoken[1]!, anna)).status, 200);
  const origin = { origin: second.url, host: new URL(second.url).host };
  for (const declared of DECLARED_PATHS) {
    const path = declared.replace("*", "some.txt");
    for (const method of ["GET", "POST", "HEAD", "DELETE"]) {
      const { status } = await request(portOf(second), path, { ...ben, ...origin }, method);
      assertEquals(status === 403, declaredRole(path, "/ws") === "owner", `${method} ${path} was answered ${status}`);
    }
  }

  // Nothing has happened to what is theirs, and not a word of it was told.
  assertEquals((await owner.call("conversations.list", {})).map(({ title, turns }) => [title, turns]), [
    ["Anna's secret plan.", 1],
    ["The owner's secret plan.", 1],
  ]);
  assertEquals((await a.call("conversations.list", {})).map(({ id }) => id), [all[0]!.id]);
  const wire = JSON.stringify(b.client.received);
  assert(!wire.includes("secret plan") && !wire.includes("guest:"), wire);
  for (const { conversation } of theirs) {
    assert(!wire.includes(conversation), "the id of another's conversation is told");
  }

  // Each may delete its own, and the owner anybody's.
  await say(b, "of-ben", "Ben's own plan.");
  // Another process may have it, and store it a moment later.
  const own = () => b.call("conversations.list", {});
  await until("Ben's own is stored", async () => (await own()).length === 1);
  await b.call("conversations.delete", { conversation: (await own())[0]!.id });
  await owner.call("conversations.delete", { conversation: all[0]!.id });
  assertEquals(await b.call("conversations.list", {}), []);
  assertEquals(await a.call("conversations.list", {}), []);
  assertEquals((await request(portOf(server), spoken[1]!, OWNER)).status, 404);
}

/** The same cookies for another server: they are named by the port, which is one where a proxy stands before both. */
function sentTo(server: TestServer, { cookie = "" }: Headers): Headers {
  return { cookie: cookie.replace(/\d+=/, `${portOf(server)}=`) };
}
