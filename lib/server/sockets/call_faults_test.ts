/** Faults in what pages ask for beside the conversation: the call is refused, and nothing of it has happened. */
import { assert, assertEquals } from "@std/assert";
import { call, type ChatServer, outcome } from "./chat_server_fixture.ts";
import { breaking, broken, echoServer, enter, STORE_FAULTS, talk, undisturbed, UNSHOWABLE } from "./fault_fixture.ts";
import { OWNER } from "@/lib/principal.ts";
import type { Method } from "@/lib/protocol/calls.ts";

/** What a page asks for, each with what is broken then. */
type CallFault = [string, (server: ChatServer) => Disposable, Method, (known: Known) => unknown];

const CALL_FAULTS: CallFault[] = [
  ...STORE_FAULTS.flatMap(([how, fault]): CallFault[] => [
    [`the store ${how} in list()`, ({ store }) => breaking(store, "list", fault), "conversations.list", () => ({})],
    [
      `the store ${how} in read()`,
      ({ store }) => breaking(store, "read", fault),
      "conversations.export",
      ({ conversation }) => ({ conversation, format: "json" }),
    ],
    [
      `the store ${how} in rename()`,
      ({ store }) => breaking(store, "rename", fault),
      "conversations.rename",
      ({ conversation }) => ({ conversation, title: "Other" }),
    ],
    [
      `the store ${how} in delete()`,
      ({ store }) => breaking(store, "delete", fault),
      "conversations.delete",
      ({ conversation }) => ({ conversation }),
    ],
  ]),
  ["who is asked throws", ({ chat }) => breaking(chat.calls, "answer"), "conversations.list", () => ({})],
  [
    "the result is none that can be sent",
    ({ chat }) => {
      const own = chat.calls.answer.bind(chat.calls);
      chat.calls.answer = () => Promise.resolve(1n);
      return { [Symbol.dispose]: () => chat.calls.answer = own };
    },
    "conversations.list",
    () => ({}),
  ],
  [
    "what is asked is rejected with no error",
    ({ chat }) => {
      const own = chat.calls.answer.bind(chat.calls);
      chat.calls.answer = () => Promise.reject(UNSHOWABLE);
      return { [Symbol.dispose]: () => chat.calls.answer = own };
    },
    "conversations.list",
    () => ({}),
  ],
];

interface Known {
  conversation: string;
  turn: string;
}

for (const [fault, breakIt, method, params] of CALL_FAULTS) {
  Deno.test(`a call fails alone when ${fault}`, async () => {
    await using server = echoServer();
    const client = await enter(server);
    await talk(client, "To be kept");
    const [{ id } = { id: "" }] = await call(client, "conversations.list", {});
    const { conversation } = await server.chat.sessions.open(
      OWNER,
      (await client.next("welcome")).session,
    );
    const before = JSON.stringify((await server.chat.conversations.read(id, OWNER)).turns);
    await undisturbed(server, async () => {
      {
        using _fault = breakIt(server);
        const told = await outcome(client, method, params({ conversation: id, turn: conversation.turns[0]!.turn }));
        assert(told.type === "refused" && told.code === "internal", JSON.stringify(told));
      }
      // Nothing of it has happened.
      assertEquals(JSON.stringify((await server.chat.conversations.read(id, OWNER)).turns), before);
      assertEquals(JSON.stringify(conversation.turns), before);
      await server.chat.conversations.open(id, OWNER, (open) => {
        assert(open === conversation, "the conversation is alive as it was");
      });
      await talk(client);
      assertEquals((await call(client, "conversations.list", {})).find((one) => one.id === id)?.turns, 2);
    });
    await client.close();
  });
}

Deno.test("a call fails alone when the context cannot be had", async () => {
  await using server = echoServer({ context: broken });
  const client = await enter(server);
  await undisturbed(server, async () => {
    const told = await outcome(client, "context.use", {});
    assert(told.type === "refused" && told.code === "internal", JSON.stringify(told));
    await talk(client);
  });
  await client.close();
});
