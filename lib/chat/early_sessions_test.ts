/** Answers that are begun early for a session: as prompts are taken, stored and counted. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { RequestError } from "@/lib/protocol/request_error.ts";
import { OWNER } from "@/lib/principal.ts";
import { within } from "@/tests/until.ts";
import { ChatServer } from "@/lib/server/sockets/chat_server_fixture.ts";

Deno.test("SessionRegistry.prepare() begins what prompt() releases, stored with its first turn and counted", async () => {
  await using server = new ChatServer({}, { character: () => ({ name: "Mia", greeting: "Hello!" }) });
  const { sessions, conversations, metrics } = server.chat;
  const session = await sessions.open(OWNER);
  const dropped = await sessions.prepare(session, "t", "how");
  assert(dropped !== undefined);
  dropped.drop();
  assertEquals(await conversations.list(OWNER), []);
  assertStringIncludes(await (await metrics.page()).text(), "vtuber_generating 0");
  // One was in vain, so that the next guess is the next turn's.
  await sessions.prompt(session, "t", "how are you");
  (await server.model.answer(1)).end();
  await session.conversation.settled();
  await sessions.prompt(session, "u", "typed");
  (await server.model.answer(2)).end();
  await session.conversation.settled();
  await sessions.prepare(session, "v", "and then");
  (await server.model.answer(3)).end();
  await sessions.prompt(session, "v", "And then?");
  await session.conversation.settled();
  assertEquals(server.model.answers.length, 4);
  const [listed] = await conversations.list(OWNER);
  const { turns } = await conversations.read(listed!.id, OWNER);
  assertEquals(turns.map(({ turn, prompt, greeting }) => [turn, prompt, greeting]), [
    ["t", "how are you", "Hello!"],
    ["u", "typed", undefined],
    ["v", "And then?", undefined],
  ]);
  const page = await (await metrics.page()).text();
  for (const [event, count] of [["begun", 2], ["dropped", 1], ["released", 1]]) {
    assertStringIncludes(page, `vtuber_early_answers_total{event="${event}"} ${count}`);
  }
  assertStringIncludes(page, 'vtuber_turns_total{outcome="stop",provider="demo"} 3');
});

Deno.test("SessionRegistry.prepare() refuses what could be no prompt", async () => {
  await using server = new ChatServer({ promptChars: 10 });
  const { sessions } = server.chat;
  const session = await sessions.open(OWNER);
  for (const text of [" ", "x".repeat(11)]) {
    await assertRejects(() => sessions.prepare(session, "t", text), RequestError);
  }
  assertEquals(server.model.answers, []);
});

Deno.test("an early answer is dropped when its conversation leaves the memory, or the server goes down", async () => {
  const leaving: Record<string, (server: ChatServer) => Promise<void>> = {
    "another one is begun": async ({ chat: { sessions } }) => await sessions.reset(await sessions.open(OWNER, id)),
    "another one is opened": async ({ chat: { sessions, conversations } }) => {
      const session = await sessions.open(OWNER, id);
      const other = await sessions.open(OWNER);
      await sessions.prompt(other, "o", "o");
      await conversations.save();
      await sessions.openConversation(session, other.conversation.id);
    },
    "the server goes down": ({ chat }) => chat.close(),
  };
  let id = "";
  for (const [what, leave] of Object.entries(leaving)) {
    await using server = new ChatServer();
    const session = await server.chat.sessions.open(OWNER);
    id = session.id;
    await server.chat.sessions.prepare(session, "t", "how are you");
    const { signal } = await server.model.answer(0);
    const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
    await leave(server);
    await within(what, aborted);
  }
});
