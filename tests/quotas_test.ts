/** What one guest may use, over real sockets: more is refused in clear words, others and the owner go on. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Page, RefusedCall } from "./page_calls.ts";
import { SocketClient } from "./socket_client.ts";
import { startStub } from "./stub_ollama.ts";
import type { TestServer } from "./test_server.ts";
import { enter, openServer, OWNER, say } from "./visitors.ts";
import type { Session } from "@/lib/chat/session.ts";
import type { PlainMessage } from "@/lib/protocol/plain.ts";
import { RequestError } from "@/lib/protocol/request_error.ts";
import type { ServerFrame, TurnError } from "@/lib/protocol/v2.ts";

type ErrorFrame = Extract<ServerFrame, { type: "error" }>;

const VOICE = { engine: "off" };

async function withServer(
  guests: Record<string, number>,
  scene: (server: TestServer) => Promise<void>,
  answer = "A word.",
): Promise<void> {
  await using stub = startStub({ behaviour: { answer } });
  await using server = await openServer({ guests, voice: VOICE }, { env: { OLLAMA_HOST: stub.url } });
  await scene(server);
}

/** Says something that is not taken. */
async function refused({ client }: Page, turn: string): Promise<ErrorFrame> {
  client.send({ type: "prompt", turn, text: "More" });
  return await client.first(
    (frame) => frame.type === "error" && frame.turn === turn,
    0,
    `error of ${turn}`,
  ) as ErrorFrame;
}

async function refusal(asked: Promise<unknown>): Promise<TurnError> {
  return (await assertRejects(() => asked, RefusedCall)).error;
}

Deno.test("a guest's messages are counted, whichever way they come, and nobody else's with them", async () => {
  await withServer({ promptsPerDay: 4 }, async (server) => {
    const [anna, ben] = [await enter(server), await enter(server)];
    await using a = await Page.open(server, anna);
    await say(a, "t", "One");
    // What is sent again after a line was lost is no second message.
    a.client.send({ type: "prompt", turn: "t", text: "One" });
    await a.call("turn.regenerate", { turn: "t", as: "u" });
    await a.client.first((frame) => frame.type === "end" && frame.turn === "u");
    const plain = await SocketClient.open<PlainMessage>(server.socketUrl, undefined, anna);
    plain.send("Three");
    await plain.next("end");
    await using elsewhere = await Page.open(server, anna);
    await say(elsewhere, "v", "Four");

    const error = await refused(a, "w");
    assertEquals([error.code, error.message], [
      "quota_used",
      "Cannot take another message today: this guest has used up guests.promptsPerDay, which is 4",
    ]);
    assert(error.retryAfter! > 20_000 && error.retryAfter! <= 21_600, `again in ${error.retryAfter} s`);
    assertEquals((await refused(elsewhere, "w")).code, "quota_used");
    assertEquals((await refusal(a.call("turn.edit", { turn: "u", text: "New", as: "x" }))).code, "quota_used");
    plain.send("Five");
    assertStringIncludes((await plain.next("error")).message, ": try again in 2");
    await plain.close();
    // Nothing has been changed by what was refused.
    assertEquals((await a.call("conversations.list", {})).map(({ turns }) => turns), [1, 1]);

    await using b = await Page.open(server, ben);
    await using owner = await Page.open(server, OWNER);
    await say(b, "t", "One");
    for (let i = 0; i < 8; i++) await say(owner, `t${i}`, "Again");
  });
});

Deno.test("what is begun while a guest pauses is counted once, and so is what is gone on with", async () => {
  await withServer({ promptsPerDay: 3 }, async (server) => {
    const { sessions } = server.services.chat;
    const session: Session = await sessions.open({ role: "guest", id: "guest:anna" });
    const mustWait = async (asked: Promise<unknown>) => {
      const { error } = await assertRejects(() => asked, RequestError);
      assertEquals(error.code, "quota_used");
    };
    await sessions.prepare(session, "t", "One");
    await sessions.prompt(session, "t", "One");
    sessions.stop(session, "t");
    await session.conversation.settled();
    await sessions.prepare(session, "u", "Two, and");
    await sessions.prepare(session, "u", "Two, and more");
    await mustWait(sessions.prepare(session, "u", "Two, and more, and so on"));
    await sessions.prompt(session, "u", "Two, and more");
    await mustWait(sessions.prompt(session, "v", "Three"));
    await session.conversation.settled();
    await mustWait(sessions.askAgain(session, { turn: "u", as: "w" }));
    await mustWait(sessions.continueAnswer(session, "u"));
    assertEquals(session.conversation.turns.map(({ turn }) => turn), ["t", "u"]);
  });
});

Deno.test("what a guest writes and is answered is counted by its length", async () => {
  await withServer({ charactersPerDay: 1_000 }, async (server) => {
    await using a = await Page.open(server, await enter(server));
    await say(a, "t", "Tell me");
    const { code, message, retryAfter } = await refused(a, "u");
    assertEquals([code, message], [
      "quota_used",
      "Cannot take a message of this length today: this guest has used up guests.charactersPerDay, which is 1000",
    ]);
    // 7 and 1200 of 1000 have been used, and 4 more were asked for.
    assertEquals(Math.round(retryAfter! / 86_400 * 1_000), 211);
  }, "word ".repeat(240).trimEnd() + ".");
});

Deno.test("so many conversations are kept of a guest: it deletes one to begin another", async () => {
  await withServer({ conversations: 2 }, async (server) => {
    await using a = await Page.open(server, await enter(server));
    for (const turn of ["t", "u"]) {
      await say(a, turn, "Begin");
      a.client.send({ type: "reset" });
    }
    const error = await refused(a, "v");
    assertEquals([error.code, error.message, error.retryAfter], [
      "quota_used",
      "Cannot begin another conversation: guests.conversations is 2, so one has to be deleted first",
      undefined,
    ]);
    const [newest, oldest] = await a.call("conversations.list", {});
    await a.call("conversations.open", { conversation: newest!.id });
    await say(a, "w", "Going on is always possible");
    await a.call("conversations.delete", { conversation: oldest!.id });
    a.client.send({ type: "reset" });
    await say(a, "x", "Begin");
  });
});

Deno.test("a guest has so many sockets, the owner any number", async () => {
  await withServer({ sockets: 1 }, async (server) => {
    const anna = await enter(server);
    await using _ = await Page.open(server, anna);
    const second = await SocketClient.open<PlainMessage>(server.socketUrl, undefined, anna);
    assertEquals(
      (await second.next("error")).message,
      "Cannot take another connection of this guest: it has 1 already: Close another page",
    );
    assertEquals((await second.closed()).code, 1013);
    for (const who of [await enter(server), OWNER, OWNER]) await (await Page.open(server, who)).client.close();
  });
});

Deno.test("a guest is listened to by one microphone, whatever it opens, and others are not held up by it", async () => {
  await using server = await openServer({ hearing: { engine: "browser" }, voice: VOICE });
  const listen = async ({ client }: Page) => {
    client.send({ type: "listen", stream: 1, mode: "hold" });
    await client.next("listening");
  };
  const [anna, ben] = [await enter(server), await enter(server)];
  await using first = await Page.open(server, anna);
  await using second = await Page.open(server, anna);
  await using other = await Page.open(server, ben);
  for (const page of [first, other, second]) await listen(page);
  const { code, stream, message } = await first.client.next("error");
  assertEquals([code, stream, message], ["hearing_failed", 1, "Another tab of this browser is listened to now"]);
  assertEquals([second, other].flatMap(({ client }) => client.received.filter(({ type }) => type === "error")), []);
});

Deno.test("so much is said aloud to a guest, then its answers are there to be read; to the owner all is said", async () => {
  await using stub = startStub({
    behaviour: { answer: "This is a sentence of some length. And here is another one." },
  });
  const config = { guests: { speechSecondsPerDay: 1 }, voice: { engine: "flite" } };
  await using server = await openServer(config, { env: { OLLAMA_HOST: stub.url } });
  const spoken = async (page: Page, turn: string) => {
    const from = page.client.received.length;
    await say(page, turn, "Tell me");
    // Each of the two sentences has its place, with a sound or without.
    await page.client.first((frame) => frame.type === "speech" && frame.turn === turn && frame.index === 1, from);
    return page.client.received.slice(from).filter((frame) => frame.type === "speech").map(({ url }) =>
      url !== undefined
    );
  };
  const complaints = ({ client }: Page) =>
    client.received.filter((frame) => frame.type === "error").map(({ message }) => message);
  await using a = await Page.open(server, await enter(server));
  await using owner = await Page.open(server, OWNER);
  for (const page of [a, owner]) page.client.send({ type: "voice", on: true });
  const [first] = await spoken(a, "t");
  assertEquals(first, true);
  assertEquals(await spoken(a, "u"), [false, false]);
  assertEquals(await spoken(a, "v"), [false, false]);
  assertEquals(complaints(a), [
    "Cannot have anything said aloud: this guest has used up guests.speechSecondsPerDay, which is 1",
  ]);
  for (const turn of ["t", "u", "v"]) assertEquals(await spoken(owner, turn), [true, true]);
  assertEquals(complaints(owner), []);
});
