/** What comes of an answer between whoever gives it and the page. */
import { assertEquals, assertMatch } from "@std/assert";
import { Page } from "./page_calls.ts";
import { SocketClient } from "./socket_client.ts";
import { startStub } from "./stub_ollama.ts";
import { TestServer } from "./test_server.ts";
import type { PlainMessage } from "@/lib/protocol/plain.ts";

/** Of the predecessor, which knows no `llm.api`. */
const PREDECESSORS = { model: "hiyori", timeScale: 1, llm: { provider: "ollama", model: "qwen2.5", wsPath: "/ws" } };
const RUNS_ON = "I am fine.\nUser: and you?\nAssistant: Me too.";

async function answerTo(page: Page, text: string): Promise<string> {
  const turn = crypto.randomUUID();
  page.client.send({ type: "prompt", turn, text });
  await page.client.first((frame) => frame.type === "end" && frame.turn === turn);
  return page.client.received.map((frame) => frame.type === "chunk" && frame.turn === turn ? frame.data : "").join("");
}

Deno.test("A14: with a file that says nothing of llm.api no answer goes on as the transcript", async () => {
  await using stub = startStub({ behaviour: { answer: RUNS_ON } });
  await using server = await TestServer.open({ config: PREDECESSORS, env: { OLLAMA_HOST: stub.url } });
  await using page = await Page.open(server);
  for (const prompt of ["How are you?", "And now?"]) assertEquals(await answerTo(page, prompt), "I am fine.");
  const asked = stub.requests.filter(({ path }) => path === "/api/generate").map(({ body }) => body);
  assertEquals(asked, [
    { model: "qwen2.5", prompt: "How are you?", stream: true },
    {
      model: "qwen2.5",
      prompt: "User: How are you?\nAssistant: I am fine.\nUser: And now?\nAssistant:",
      stream: true,
      options: { stop: ["\nUser:", "\nAssistant:"] },
    },
  ]);
  // Plain clients get what the model says, as it is.
  const plain = await SocketClient.open<PlainMessage>(server.socketUrl);
  plain.send("How are you?");
  await plain.next("end");
  assertEquals(plain.received.map((message) => message.type === "chunk" ? message.data : "").join(""), RUNS_ON);
  await plain.close();
});

Deno.test("A17: without Ollama it is the chosen character who answers, by her own name", async () => {
  for (
    const [config, name] of [
      [{}, "Sora"],
      [{ prompt: "kai", prompts: { kai: { name: "Kai", text: "You are Kai." } } }, "Kai"],
      [PREDECESSORS, "Hiyori"],
    ] as const
  ) {
    await using server = await TestServer.open({ config, env: { OLLAMA_HOST: "127.0.0.1:9" } });
    await using page = await Page.open(server);
    assertMatch(await answerTo(page, "Who are you?"), new RegExp(`I am ${name}\\b`));
  }
});
