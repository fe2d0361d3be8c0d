import { assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { CallRouter } from "@/lib/server/calls/router.ts";
import { STATUS } from "./chat_server_fixture.ts";
import { FakeModel } from "@/lib/chat/fake_model.ts";
import { type Chat, openChat as open } from "@/lib/server/chat.ts";
import { RequestError } from "@/lib/protocol/request_error.ts";
import { SqliteStore } from "@/lib/store/sqlite_store.ts";
import type { Store } from "@/lib/store/store.ts";
import { configSchema } from "@/lib/config/schema.ts";
import { OWNER, type Principal } from "@/lib/principal.ts";

const ANNA: Principal = { role: "guest", id: "guest:anna" };
const BEN: Principal = { role: "guest", id: "guest:ben" };

let epoch = 0;

function openChat(file: string, store: Store = new SqliteStore(file)): Chat {
  return open({
    epoch: ++epoch,
    model: () => "m",
    languageModel: new FakeModel(),
    store,
    limits: configSchema.parse({}).limits,
    request: () => ({ model: "m", messages: [] }),
    status: () => STATUS,
  });
}

/** Each operation takes a while, before and after. */
function slow(store: Store): Store {
  const pause = () => new Promise((resolve) => setTimeout(resolve, 2));
  return new Proxy(store, {
    get: (target, name: keyof Store) => async (...args: unknown[]) => {
      await pause();
      const result = await (target[name] as (...args: unknown[]) => Promise<unknown>).apply(target, args);
      await pause();
      return result;
    },
  });
}

Deno.test("after a restart a session is found again by whose it is, and by nobody else", async () => {
  const file = await Deno.makeTempFile({ suffix: ".db" });
  const before = openChat(file);
  const sessions = await Promise.all([OWNER, ANNA].map((principal) => before.sessions.open(principal)));
  for (const session of sessions) await before.sessions.prompt(session, "t", `of ${session.principal.id}`);
  await before.close();
  const after = openChat(file);
  const [owners = "", annas = ""] = sessions.map(({ id }) => id);
  for (const [thief, id] of [[BEN, annas], [BEN, owners], [ANNA, owners]] as const) {
    const session = await after.sessions.open(thief, id);
    assertNotEquals(session.id, id);
    assertEquals([session.conversation.turns, session.conversation.owner], [[], thief.id]);
  }
  for (const [principal, id] of [[ANNA, annas], [OWNER, owners]] as const) {
    const session = await after.sessions.open(principal, id);
    assertEquals([session.id, session.conversation.owner], [id, principal.id]);
    assertEquals(session.conversation.turns.map(({ prompt }) => prompt), [`of ${principal.id}`]);
    // While it is alive, it is as little another's.
    assertNotEquals((await after.sessions.open(BEN, id)).id, id);
  }
  await after.close();
  await Deno.remove(file);
});

Deno.test("a conversation that the owner deletes leaves its guest in a new one of its own", async () => {
  const chat = openChat(":memory:");
  const [session, bens, owners] = [
    await chat.sessions.open(ANNA),
    await chat.sessions.open(BEN),
    await chat.sessions.open(OWNER),
  ];
  await chat.sessions.prompt(session, "t", "hello");
  const { id: conversation } = session.conversation;
  await assertRejects(() => chat.sessions.deleteConversation(bens, conversation), RequestError, "no such conversation");
  await chat.sessions.deleteConversation(owners, conversation);
  assertEquals([session.conversation.turns, session.conversation.owner], [[], ANNA.id]);
  await chat.close();
});

Deno.test("a guest gets nothing of the owner's while a slow store brings it to life", async () => {
  const file = await Deno.makeTempFile({ suffix: ".db" });
  const before = openChat(file);
  const { id, conversation: { id: conversation } } = await before.sessions.open(OWNER);
  await before.sessions.prompt(await before.sessions.open(OWNER, id), "t", "a secret");
  await before.close();
  for (const order of [0, 1]) {
    const chat = openChat(file, slow(new SqliteStore(file)));
    const anna = await chat.sessions.open(ANNA);
    const steal = [
      () => chat.sessions.open(ANNA, id).then((session) => session.conversation.turns.length),
      ...[
        () => chat.sessions.openConversation(anna, conversation),
        () => chat.conversations.read(conversation, ANNA),
        () => chat.conversations.rename(conversation, "mine", ANNA),
        () => chat.sessions.deleteConversation(anna, conversation),
      ].map((attempt) => () => attempt().then(() => "got it", (error: Error) => error.message)),
      () => chat.conversations.list(ANNA, "secret").then((list) => list.length),
    ];
    const own = () => chat.sessions.open(OWNER, id);
    const all = order === 0 ? [own(), ...steal.map((one) => one())] : [...steal.map((one) => one()), own()];
    const results = await Promise.all(all as Promise<unknown>[]);
    const stolen = order === 0 ? results.slice(1) : results.slice(0, -1);
    const no = "There is no such conversation: it may have been deleted";
    assertEquals(stolen, [0, no, no, no, no, 0]);
    assertEquals((await own()).conversation.turns.map(({ prompt }) => prompt), ["a secret"]);
    assertEquals((await own()).conversation.id, conversation);
    await chat.close();
  }
  await Deno.remove(file);
});

Deno.test("a call to which nobody has given a role is refused at the start", () => {
  const handler = () => Promise.resolve(null);
  assertThrows(() => new CallRouter().register({ "server.explode": handler } as never), Error, "has no role");
});
