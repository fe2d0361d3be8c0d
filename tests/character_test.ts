import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { House } from "./house.ts";
import { SocketClient } from "./socket_client.ts";
import { startStub } from "./stub_ollama.ts";
import { BUILTIN_PERSONAS } from "@/lib/config/personas.ts";
import type { PlainMessage } from "@/lib/protocol/plain.ts";
import { type ServerFrame, SUBPROTOCOL } from "@/lib/protocol/v2.ts";

const MARKED = "<think>Use [sad]?</think>\n\n[happy:0.5] Hello [1] there. [shy] Oh.";

async function ask(client: SocketClient<ServerFrame>, turn: string, text: string): Promise<void> {
  const from = client.heard.length;
  client.send({ type: "prompt", turn, text });
  await client.next("end", from);
}

async function enter(house: House): Promise<SocketClient<ServerFrame>> {
  const client = await SocketClient.open<ServerFrame>(house.socketUrl, SUBPROTOCOL);
  client.send({ type: "hello" });
  await client.next("welcome");
  return client;
}

function joined(client: SocketClient<ServerFrame>, type: "chunk" | "thinking"): string {
  return client.heard.map((frame) => frame.type === type ? frame.data : "").join("");
}

Deno.test("a character is told to the model, and its feelings come apart from its words", async () => {
  await using stub = startStub({ behaviour: { answer: MARKED } });
  await using house = await House.open({
    config: { llm: { api: "chat" }, prompt: "tutor" },
    env: { OLLAMA_HOST: stub.url },
  });
  const client = await enter(house);
  await ask(client, "a", "Hi");
  assertEquals(joined(client, "chunk"), "Hello [1] there. Oh.");
  assertEquals(joined(client, "thinking"), "Use [sad]?");
  assertEquals(
    client.heard.flatMap((frame) => frame.type === "emotion" ? [[frame.name, frame.intensity, frame.at]] : []),
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

Deno.test("the predecessor's configuration asks as it did, and feelings are guessed", async () => {
  await using stub = startStub({ behaviour: { answer: "I am so glad! Bye." } });
  await using house = await House.open({ env: { OLLAMA_HOST: stub.url } });
  const client = await enter(house);
  await ask(client, "a", "Hi");
  assertEquals(stub.requests.at(-1)!.body, { model: "qwen2.5", prompt: "Hi", stream: true });
  assert(client.heard.some((frame) => frame.type === "emotion" && frame.name === "happy" && frame.at === 0));
  await client.close();
});

Deno.test("no feelings are guessed where the configuration says so", async () => {
  await using stub = startStub({ behaviour: { answer: "I am so glad! Bye." } });
  await using house = await House.open({
    config: { emotions: { classifier: false } },
    env: { OLLAMA_HOST: stub.url },
  });
  const client = await enter(house);
  await ask(client, "a", "Hi");
  assertEquals(client.heard.filter((frame) => frame.type === "emotion"), []);
  await client.close();
});

Deno.test("the plain protocol passes everything on as the model said it, and tells it of no character", async () => {
  await using stub = startStub({ behaviour: { answer: MARKED } });
  await using house = await House.open({
    config: { llm: { api: "chat" }, prompt: "tutor" },
    env: { OLLAMA_HOST: stub.url },
  });
  const client = await SocketClient.open<PlainMessage>(house.socketUrl);
  client.send({ prompt: "Hi" });
  await client.next("end");
  assertEquals(client.heard.map((message) => message.type === "chunk" ? message.data : "").join(""), MARKED);
  assertEquals((stub.requests.at(-1)!.body as { messages: unknown }).messages, [{ role: "user", content: "Hi" }]);
  await client.close();
});
