/** How long the stages of a turn took, over real sockets. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Page, RefusedCall } from "./page_calls.ts";
import { SocketClient } from "./socket_client.ts";
import { startStub } from "./stub_ollama.ts";
import { TestServer } from "./test_server.ts";
import { until } from "./until.ts";
import type { TurnTiming } from "@/lib/protocol/calls.ts";
import { type ServerFrame, SUBPROTOCOL } from "@/lib/protocol/v2.ts";

Deno.test("a turn's stages are told to the owner and counted, those of the voice where it speaks", async () => {
  await using ollama = startStub({ behaviour: { answer: "Hello there, my dear friend. How was your day?" } });
  await using server = await TestServer.open({ env: { OLLAMA_HOST: ollama.url } });
  const client = await SocketClient.open<ServerFrame>(server.socketUrl, SUBPROTOCOL);
  client.send({ type: "hello" });
  await client.next("welcome");
  client.send({ type: "prompt", turn: "silent", text: "Hi" });
  await client.next("end");
  client.send({ type: "voice", on: true });
  client.send({ type: "prompt", turn: "spoken", text: "Hi" });
  await client.first((frame) => frame.type === "speech" && frame.index === 0, 0, "the first sound");
  client.send({ type: "played", turn: "spoken", index: 0 });
  client.send({ type: "call", id: "c", method: "turns.timings", params: {} });
  const [spoken, silent] = (await client.next("result")).value as TurnTiming[];
  assertEquals([spoken!.turn, Object.keys(spoken!.seconds)], [
    "spoken",
    ["queue", "firstToken", "firstClause", "firstSound", "played"],
  ]);
  const times = Object.values(spoken!.seconds);
  assert(times.every((seconds, index) => seconds >= (times[index - 1] ?? 0)), `${times} never goes back`);
  assertEquals([silent!.turn, Object.keys(silent!.seconds)], ["silent", ["queue", "firstToken"]]);
  const page = await (await server.services.chat.metrics.page()).text();
  assertStringIncludes(page, 'vtuber_turn_stage_seconds_count{stage="firstToken"} 2');
  assertStringIncludes(page, 'vtuber_turn_stage_seconds_count{stage="played"} 1');
  await until("the turn is over", () => client.received.some((one) => one.type === "end" && one.turn === "spoken"));
  await client.close();
});

Deno.test("whoever follows the timings is told how far each turn has come, until the call is cancelled", async () => {
  await using ollama = startStub({ behaviour: { answer: "Hi there." } });
  await using server = await TestServer.open({
    config: { voice: { engine: "blips" } },
    env: { OLLAMA_HOST: ollama.url },
  });
  await using page = await Page.open(server);
  const { client } = page;
  const { id, result } = page.begin("turns.timings", { follow: true });
  const told = () =>
    client.received.findLast((one) => one.type === "progress" && one.id === id) as { value: TurnTiming[] } | undefined;
  await until("it is told of nothing", () => told()?.value.length === 0);
  client.send({ type: "voice", on: true });
  client.send({ type: "prompt", turn: "t", text: "Hi" });
  await client.next("end");
  await until("its sound is told of", () => told()?.value[0]?.seconds.firstSound !== undefined);
  assertEquals(told()!.value[0]!.seconds.played, undefined);
  client.send({ type: "played", turn: "t", index: 0 });
  await until("that it was heard is told of", () => told()?.value[0]?.seconds.played !== undefined);
  assert(Math.abs(told()!.value[0]!.at - Date.now()) < 60_000, "it is told when it was asked");
  client.send({ type: "cancel", id });
  const refused = await result.catch((error: unknown) => error);
  assertEquals(refused instanceof RefusedCall && refused.error.code, "cancelled");
});
