/** Faults in sockets, and in what they are greeted with: one that cannot be served is closed, and nobody else notices. */
import { assertEquals } from "@std/assert";
import { type ChatServerOptions, STATUS } from "./chat_server_fixture.ts";
import {
  breaking,
  breakingRead,
  broken,
  echoServer,
  ended,
  enter,
  talk,
  textOf,
  undisturbed,
  type V2,
} from "./fault_fixture.ts";
import { OWNER } from "@/lib/principal.ts";

const SOCKET_FAULTS: [string, (socket: WebSocket) => Disposable][] = [
  ["sending throws", (socket) => breaking(socket, "send")],
  ["what waits in it cannot be read", (socket) => breakingRead(socket, "bufferedAmount")],
];

for (const [fault, breakSocket] of SOCKET_FAULTS) {
  Deno.test(`a socket fails alone when ${fault}`, async () => {
    const sockets: WebSocket[] = [];
    await using server = echoServer({ onSocket: (socket) => sockets.push(socket) });
    const client = await enter(server);
    await talk(client);
    const plain = await server.plain();
    const broken = sockets.map(breakSocket);
    await undisturbed(server, async () => {
      const { session } = await client.next("welcome");
      const { seq } = client.received.findLast((frame) => "seq" in frame) as { seq: number };
      client.send({ type: "prompt", turn: "t1", text: "Is anybody there?" });
      plain.send("Is anybody there?");
      assertEquals([(await client.closed()).code, (await plain.closed()).code], [1011, 1011]);
      const again = await enter(server, session, seq);
      if (fault === "sending throws") {
        assertEquals((await ended(again, "t1")).type, "end");
        assertEquals(textOf(again, "t1"), "Is anybody there?");
      }
      await talk(again);
      await again.close();
      const plainAgain = await server.plain();
      plainAgain.send("Again");
      await plainAgain.next("end");
      await plainAgain.close();
    });
    broken.forEach((one) => one[Symbol.dispose]());
  });
}

Deno.test("a ping, a call's answer and a refusal that cannot be sent cost one socket each", async () => {
  const sockets: WebSocket[] = [];
  await using server = echoServer({ onSocket: (socket) => sockets.push(socket) });
  await undisturbed(server, async () => {
    const causes: ((client: V2) => void)[] = [
      () => server.chat.connections.broadcast({ type: "ping" }),
      (client) => client.send({ type: "call", id: "c", method: "conversations.list", params: {} }),
      (client) => client.send("no frame at all"),
    ];
    for (const cause of causes) {
      const client = await enter(server);
      using _fault = breaking(sockets.at(-1)!, "send");
      cause(client);
      assertEquals((await client.closed()).code, 1011);
    }
  });
});

Deno.test("a connection that throws keeps no other from being told", async () => {
  await using server = echoServer();
  const client = await server.v2();
  const leave = server.chat.connections.add({ close: broken } as unknown as WebSocket, {
    principal: OWNER,
    busy: () => false,
    send: broken,
  });
  const second = await server.v2();
  server.chat.connections.broadcast({ type: "ping" });
  await Promise.all([client.next("ping"), second.next("ping")]);
  // Nor from being closed at the end, and everything from being stored.
  const talking = await enter(server);
  await talk(talking, "To be stored");
  let stored = 0;
  const save = server.store.save.bind(server.store);
  server.store.save = (changed) => {
    stored += changed.size;
    return save(changed);
  };
  await server.chat.close();
  assertEquals([(await client.closed()).code, (await second.closed()).code, stored], [1001, 1001, 1]);
  leave();
});

for (const part of ["status", "character"] as const) {
  Deno.test(`a socket that cannot be welcomed may come back: ${part}() throws`, async () => {
    let fault = false;
    const parts: ChatServerOptions = part === "status"
      ? { status: () => fault ? broken() : STATUS }
      : { character: () => fault ? broken() : { name: "Ada" } };
    await using server = echoServer(parts);
    const moving = await enter(server);
    await talk(moving);
    const restarted = await enter(server);
    await talk(restarted);
    await undisturbed(server, async () => {
      fault = true;
      const greeting = await server.v2();
      greeting.send({ type: "hello" });
      assertEquals((await greeting.next("error")).code, "internal");
      assertEquals((await greeting.closed()).code, 1011);
      // Those that are shown another conversation, or their own anew, are in it when they come back.
      moving.send({ type: "reset" });
      const { turn } = await restarted.next("queued");
      restarted.send({ type: "call", id: "c", method: "turn.regenerate", params: { turn, as: "anew" } });
      assertEquals([(await moving.closed()).code, (await restarted.closed()).code], [1011, 1011]);
      fault = false;
      const again = await enter(server, (await moving.next("welcome")).session);
      assertEquals((await again.next("welcome")).history, []);
      await talk(again);
      await again.close();
      const anew = await enter(server, (await restarted.next("welcome")).session);
      assertEquals((await anew.next("welcome")).history.map((record) => record.turn), ["anew"]);
      await anew.close();
    });
  });
}
