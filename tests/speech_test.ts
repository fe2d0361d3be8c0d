/** An answer said aloud, over real sockets and HTTP, by the built-in voice. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { watchChildren } from "./children.ts";
import { SocketClient } from "./socket_client.ts";
import { startStub, type StubOptions } from "./stub_ollama.ts";
import { TestServer, type TestServerOptions } from "./test_server.ts";
import { until } from "./until.ts";
import type { ServerFrame } from "@/lib/protocol/v2.ts";
import { SUBPROTOCOL } from "@/lib/protocol/v2.ts";

const ANSWER = "Hello there, my dear friend. How was your day? `code` is not **all** that I have.";

type Client = SocketClient<ServerFrame>;
type Frame<Type extends ServerFrame["type"]> = Extract<ServerFrame, { type: Type }>;

async function withServer(
  scene: (server: TestServer) => Promise<void>,
  stub: StubOptions = { behaviour: { answer: ANSWER } },
  config: TestServerOptions["config"] = {},
): Promise<void> {
  await using ollama = startStub(stub);
  await using server = await TestServer.open({ config, env: { OLLAMA_HOST: ollama.url } });
  await scene(server);
}

async function enter(server: TestServer, listens = true): Promise<Client> {
  const client: Client = await SocketClient.open(server.socketUrl, SUBPROTOCOL);
  client.send({ type: "hello" });
  await client.next("welcome");
  if (listens) client.send({ type: "voice", on: true });
  return client;
}

function all<Type extends ServerFrame["type"]>(client: Client, type: Type): Frame<Type>[] {
  return client.received.filter((frame): frame is Frame<Type> => frame.type === type);
}

async function spoken(client: Client, count: number): Promise<Frame<"speech">[]> {
  await client.first((frame) => frame.type === "speech" && frame.index === count - 1, 0, `sound ${count - 1}`);
  return all(client, "speech");
}

Deno.test({
  name: "the voice is started once a page listens, before anything is asked",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const processes = watchChildren();
    await withServer(async (server) => {
      const client = await enter(server, false);
      assertEquals(processes().length, 0);
      client.send({ type: "voice", on: true });
      await until("flite runs", () => processes().length === 1);
      await client.close();
    });
    await until("it has ended with the server", () => processes().length === 0);
  },
});

Deno.test("an answer is said sentence by sentence, and its sound can be fetched", async () => {
  await withServer(async (server) => {
    const client = await enter(server);
    client.send({ type: "prompt", turn: "t", text: "Hi" });
    await client.next("end");
    const sentences = all(client, "sentence");
    assertEquals(sentences.map(({ index }) => index), sentences.map((_, index) => index));
    const said = sentences.map(({ say }) => say).join(" ");
    assertEquals(said, "Hello there, my dear friend. How was your day? code is not all that I have.");
    const speech = await spoken(client, sentences.length);
    assertEquals(speech.map(({ index, engine }) => [index, engine]), sentences.map(({ index }) => [index, "flite"]));
    for (const { url, ms, visemes } of speech) {
      assertMatch(url!, /^\/speech\/[0-9a-f-]+$/);
      const response = await fetch(server.url + url);
      assertEquals([response.status, response.headers.get("content-type")], [200, "audio/wav"]);
      const bytes = await response.bytes();
      const rate = new DataView(bytes.buffer).getUint32(24, true);
      assert(Math.abs((bytes.length - 44) / 2 / rate * 1_000 - ms!) < 2, "as long as it says");
      assert(visemes!.some(({ shape }) => shape === "o" || shape === "a" || shape === "e"), "vowels are seen");
    }
    await client.close();
  });
});

Deno.test("nobody who does not listen is told of any speech, and plain clients never are", async () => {
  await withServer(async (server) => {
    const client = await enter(server, false);
    client.send({ type: "prompt", turn: "t", text: "Hi" });
    await client.next("end");
    assertEquals([all(client, "sentence"), all(client, "speech")], [[], []]);
    const listener = await enter(server);
    const plain = await SocketClient.open<{ type: string }>(server.socketUrl);
    plain.send("Hi");
    await plain.next("end");
    assertEquals(new Set(plain.received.map(({ type }) => type)), new Set(["start", "chunk", "end"]));
    await Promise.all([client.close(), listener.close(), plain.close()]);
  });
});

Deno.test("of an answer that was cut short what was heard is kept, and the model is told no more", async () => {
  await using ollama = startStub({ behaviour: { answer: ANSWER } });
  await using server = await TestServer.open({ env: { OLLAMA_HOST: ollama.url } });
  const client = await enter(server);
  client.send({ type: "prompt", turn: "t", text: "Hi" });
  await client.next("end");
  await spoken(client, 1);
  client.send({ type: "stop", turn: "t", heard: 12 });
  assertEquals((await client.next("heard")).heard, 12);
  client.send({ type: "prompt", turn: "u", text: "And then?" });
  await client.first((frame) => frame.type === "end" && frame.turn === "u");
  const asked = ollama.requests.filter(({ path }) => path === "/api/chat").at(-1)!;
  const { messages } = asked.body as { messages: { role: string; content: string }[] };
  assertEquals(messages.filter(({ role }) => role === "assistant").at(-1)!.content, ANSWER.slice(0, 12).trimEnd());
  await server.services.chat.conversations.save();
  const { session } = await client.next("welcome");
  await client.close();
  const again: Client = await SocketClient.open(server.socketUrl, SUBPROTOCOL);
  again.send({ type: "hello", session });
  assertEquals((await again.next("welcome")).history.map(({ heard }) => heard), [12, undefined]);
  await again.close();
});

Deno.test("a turn is said again to who asks for it, and a guest hears no sound of the owner's", async () => {
  await withServer(async (server) => {
    const client = await enter(server, false);
    client.send({ type: "prompt", turn: "t", text: "Hi" });
    await client.next("end");
    client.send({ type: "call", id: "c", method: "speech.turn", params: { turn: "t", from: 1 } });
    assertEquals((await client.next("result")).value, {});
    const parts = all(client, "progress").map(({ value }) => value as { index: number; say: string; url: string });
    assertEquals(parts.map(({ index }) => index), parts.map((_, at) => at + 1));
    assertEquals((await (await fetch(server.url + parts[0]!.url)).bytes()).length > 1_000, true);
    const id = parts[0]!.url.split("/").at(-1)!;
    assertEquals(server.services.speech.sound(id, { role: "guest", id: "somebody" }), undefined);
    const none = await fetch(`${server.url}/speech/nothing`);
    assertEquals([none.status, await none.text()], [404, "There is no such sound any more\n"]);
    client.send({ type: "call", id: "d", method: "speech.turn", params: { turn: "x", from: 0 } });
    assertEquals((await client.next("refused")).code, "not_found");
    client.send({ type: "call", id: "v", method: "voices.list", params: {} });
    const engines = (await client.first((one) => one.type === "result" && one.id === "v")) as Frame<"result">;
    assertEquals((engines.value as { id: string }[]).map(({ id }) => id), ["flite", "sherpa", "blips", "openai"]);
    await client.close();
  });
});

Deno.test("that nobody speaks a language is said once", async () => {
  await withServer(async (server) => {
    const client = await enter(server);
    for (const turn of ["t", "u"]) {
      client.send({ type: "prompt", turn, text: "Hi" });
      await client.first((frame) => frame.type === "speech" && frame.turn === turn, 0, "the sentence is passed over");
    }
    assertEquals(all(client, "speech").map(({ engine, url }) => [engine, url]), [["none", undefined], [
      "none",
      undefined,
    ]]);
    assertEquals(all(client, "error").map(({ code, message }) => [code, message]), [
      ["voice_failed", "No voice that is chosen here speaks Japanese. The settings have others"],
    ]);
    await client.close();
  }, { behaviour: { answer: "こんにちは。" } });
});

Deno.test("with the engine off nobody speaks; what the page says itself has no sound of ours", async () => {
  const off = { voice: { engine: "off" } };
  await withServer(
    async (server) => {
      const client = await enter(server);
      client.send({ type: "prompt", turn: "t", text: "Hi" });
      await client.next("end");
      assertEquals(all(client, "sentence"), []);
      await client.close();
    },
    undefined,
    off,
  );
  await withServer(async (server) => {
    const client = await enter(server, false);
    client.send({ type: "voice", on: true, speaks: ["en-GB"] });
    client.send({ type: "prompt", turn: "t", text: "Hi" });
    const [first] = await spoken(client, 1);
    assertEquals([first!.engine, first!.url], ["browser", undefined]);
    await client.close();
  });
});
