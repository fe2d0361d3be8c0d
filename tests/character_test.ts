import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { TestServer } from "./test_server.ts";
import { SocketClient } from "./socket_client.ts";
import { startStub } from "./stub_ollama.ts";
import { BUILTIN_PERSONAS } from "@/lib/config/personas.ts";
import type { PlainMessage } from "@/lib/protocol/plain.ts";
import { type ServerFrame, SUBPROTOCOL } from "@/lib/protocol/v2.ts";

const MARKED = "<think>Use [sad]?</think>\n\n[happy:0.5] Hello [1] there. [shy] Oh.";

async function ask(client: SocketClient<ServerFrame>, turn: string, text: string): Promise<void> {
  const from = client.received.length;
  client.send({ type: "prompt", turn, text });
  await client.next("end", from);
}

async function enter(server: TestServer): Promise<SocketClient<ServerFrame>> {
  const client = await SocketClient.open<ServerFrame>(server.socketUrl, SUBPROTOCOL);
  client.send({ type: "hello" });
  await client.next("welcome");
  return client;
}

function joined(client: SocketClient<ServerFrame>, type: "chunk" | "thinking"): string {
  return client.received.map((frame) => frame.type === type ? frame.data : "").join("");
}

Deno.test("a character is told to the model, and its feelings come apart from its words", async () => {
  await using stub = startStub({ behaviour: { answer: MARKED } });
  await using server = await TestServer.open({
    config: { llm: { api: "chat" }, prompt: "tutor" },
    env: { OLLAMA_HOST: stub.url },
  });
  const client = await enter(server);
  await ask(client, "a", "Hi");
  assertEquals(joined(client, "chunk"), "Hello [1] there. Oh.");
  assertEquals(joined(client, "thinking"), "Use [sad]?");
  assertEquals(
    client.received.flatMap((frame) => frame.type === "emotion" ? [[frame.name, frame.intensity, frame.at]] : []),
    [["happy", 0.5, 0], ["shy", 1, 17]],
  );

  await ask(client, "b", "And?");
  const { messages } = stub.requests.at(-1)!.body as { messages: { role: string; content: string }[] };
  const [system, ...spoken] = messages;
  assertEquals(system?.role, "system");
  assertStringIncludes(system!.content, BUILTIN_PERSONAS.tutor.text);
  assertStringIncludes(system!.content, "[happy]");
  assertEquals(spoken.slice(2 * BUILTIN_PERSONAS.tutor.examples.length), [
    { role: "assistant", content: BUILTIN_PERSONAS.tutor.greeting },
    { role: "user", content: "Hi" },
    { role: "assistant", content: "Hello [1] there. Oh." },
    { role: "user", content: "And?" },
  ]);
  await client.close();
});

const ALICE = {
  spec: "chara_card_v2",
  data: { name: "Alice", first_mes: "First.", alternate_greetings: ["Second, {{user}}.", "Third."] },
};

Deno.test("C7: the greeting that was chosen is what the model is told, and stays with the conversation", async () => {
  await using stub = startStub({ behaviour: { answer: "Fine." } });
  const root = await Deno.makeTempDir();
  await Deno.writeTextFile(join(root, "alice.json"), JSON.stringify(ALICE));
  await using server = await TestServer.open({
    root,
    config: { llm: { api: "chat" }, prompts: { alice: { card: "alice.json" } } },
    env: { OLLAMA_HOST: stub.url },
  });
  const client = await enter(server);
  const { session, character } = await client.next("welcome");
  assertEquals(character, { name: "Alice", greeting: "First.", otherGreetings: ["Second, User.", "Third."] });
  client.send({ type: "prompt", turn: "a", text: "Hi", greeting: 1 });
  await client.next("end");
  assertEquals((await client.next("queued")).greeting, "Second, User.");
  const told = () =>
    (stub.requests.findLast(({ path }) => path === "/api/chat")!.body as { messages: { content: string }[] }).messages
      .map(({ content }) => content).slice(1);
  assertEquals(told(), ["Second, User.", "Hi"]);
  // Only a first message tells of a greeting.
  const from = client.received.length;
  client.send({ type: "prompt", turn: "b", text: "And?", greeting: 2 });
  await client.next("end", from);
  assertEquals(told(), ["Second, User.", "Hi", "Fine.", "And?"]);
  await client.close();

  const again = await SocketClient.open<ServerFrame>(server.socketUrl, SUBPROTOCOL);
  again.send({ type: "hello", session });
  const { history } = await again.next("welcome");
  assertEquals(history.map(({ greeting }) => greeting), ["Second, User.", undefined]);
  again.send({ type: "call", id: "1", method: "turn.regenerate", params: { turn: "a", as: "c" } });
  await again.next("end");
  assertEquals(told(), ["Second, User.", "Hi"]);
  await again.close();
  await Deno.remove(root, { recursive: true });
});

Deno.test("a greeting that is not there is the first one", async () => {
  await using stub = startStub({ behaviour: { answer: "Fine." } });
  await using server = await TestServer.open({
    config: { llm: { api: "chat" }, prompt: "tutor" },
    env: { OLLAMA_HOST: stub.url },
  });
  const client = await enter(server);
  client.send({ type: "prompt", turn: "a", text: "Hi", greeting: 7 });
  assertEquals((await client.next("queued")).greeting, BUILTIN_PERSONAS.tutor.greeting);
  await client.next("end");
  await client.close();
});

Deno.test("what the model's server counts decides how much of the conversation is told", async () => {
  // Two characters are a token: twice as many tokens as are expected of English.
  await using stub = startStub({
    behaviour: { answer: "a simple answer in some words. ".repeat(20), tokensOf: (text) => text.length / 2 },
  });
  await using server = await TestServer.open({
    config: { llm: { api: "chat", contextLength: 2_048 }, prompts: { brief: { text: "Be brief." } } },
    env: { OLLAMA_HOST: stub.url },
  });
  const client = await enter(server);
  for (let turn = 0; turn < 9; turn++) await ask(client, `${turn}`, "tell me more about it please. ".repeat(10));
  const { messages } = stub.requests.at(-1)!.body as { messages: { content: string }[] };
  const tokens = messages.reduce((sum, { content }) => sum + content.length / 2, 0);
  assert(tokens < 2_048, `${tokens} tokens of 2048 were told`);
  assert(messages.length > 2);
  await client.close();
});

Deno.test("a model that cannot think answers where thinking is configured", async () => {
  await using stub = startStub({ behaviour: { answer: "Fine." } });
  await using server = await TestServer.open({
    config: { llm: { api: "chat", think: true } },
    env: { OLLAMA_HOST: stub.url },
  });
  await server.services.modelService.refreshStatus();
  const client = await enter(server);
  client.send({ type: "prompt", turn: "a", text: "Hi" });
  const { type } = await client.first((frame) => frame.type === "end" || (frame.type === "error" && "turn" in frame));
  assertEquals(type, "end");
  assertEquals(joined(client, "chunk"), "Fine.");
  await client.close();
});

Deno.test("the predecessor's configuration asks as it did, and feelings are guessed", async () => {
  await using stub = startStub({ behaviour: { answer: "I am so glad! Bye." } });
  const llm = { provider: "ollama", model: "qwen2.5", host: stub.url, wsPath: "/ws" };
  await using server = await TestServer.open({ config: { model: "mao", timeScale: 6, llm } });
  const client = await enter(server);
  await ask(client, "a", "Hi");
  assertEquals(stub.requests.at(-1)!.body, { model: "qwen2.5", prompt: "Hi", stream: true });
  assert(client.received.some((frame) => frame.type === "emotion" && frame.name === "happy" && frame.at === 0));
  await client.close();
});

Deno.test("no feelings are guessed where the configuration says so", async () => {
  await using stub = startStub({ behaviour: { answer: "I am so glad! Bye." } });
  await using server = await TestServer.open({
    config: { emotions: { classifier: false } },
    env: { OLLAMA_HOST: stub.url },
  });
  const client = await enter(server);
  await ask(client, "a", "Hi");
  assertEquals(client.received.filter((frame) => frame.type === "emotion"), []);
  await client.close();
});

Deno.test("the plain protocol passes everything on as the model said it, and tells it of no character", async () => {
  await using stub = startStub({ behaviour: { answer: MARKED } });
  await using server = await TestServer.open({
    config: { llm: { api: "chat" }, prompt: "tutor" },
    env: { OLLAMA_HOST: stub.url },
  });
  const client = await SocketClient.open<PlainMessage>(server.socketUrl);
  client.send({ prompt: "Hi" });
  await client.next("end");
  assertEquals(client.received.map((message) => message.type === "chunk" ? message.data : "").join(""), MARKED);
  assertEquals((stub.requests.at(-1)!.body as { messages: unknown }).messages, [{ role: "user", content: "Hi" }]);
  await client.close();
});
