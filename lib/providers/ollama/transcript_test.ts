import { assertEquals } from "@std/assert";
import { TranscriptCutter } from "./transcript.ts";
import { OllamaProvider } from "./ollama.ts";
import type { GenerateRequest } from "@/lib/providers/provider.ts";
import { startStub, type StubOptions } from "@/tests/stub_ollama.ts";

const RUNS_ON = "I am fine.\nReally: User: is a word.\n\nUser: and you?\nAssistant: Me too.";
const TRUE = "I am fine.\nReally: User: is a word.\n";

Deno.test("A14: an answer that runs on as the transcript is cut there, however it comes in pieces", () => {
  for (let size = 1; size <= RUNS_ON.length; size++) {
    const cutter = new TranscriptCutter();
    let text = "";
    for (let at = 0; at < RUNS_ON.length; at += size) text += cutter.add(RUNS_ON.slice(at, at + size));
    assertEquals([text + cutter.end(), cutter.isCut], [TRUE, true], `pieces of ${size}`);
  }
});

Deno.test("A14: what only looks like the beginning of a label is kept, and nothing is held longer than it must", () => {
  const cutter = new TranscriptCutter();
  assertEquals(cutter.add("a\nUse"), "a");
  assertEquals(cutter.add("ful\n"), "\nUseful");
  assertEquals(cutter.add("\n"), "\n");
  assertEquals(cutter.add("Assist"), "");
  assertEquals(cutter.end(), "\nAssist");
  assertEquals([cutter.isCut, cutter.add("User: x")], [false, "User: x"]);
});

async function answerOf(request: Omit<GenerateRequest, "model">, api: "generate" | "chat", stub: StubOptions = {}) {
  await using ollama = startStub({ behaviour: { answer: RUNS_ON.split(/(?<=\n)/) }, ...stub });
  const provider = new OllamaProvider({
    host: ollama.url,
    api,
    firstByteMs: 0,
    idleMs: 0,
    options: { stop: "###", temperature: 1 },
  });
  let text = "";
  let reason = "";
  for await (
    const event of provider.generate({ model: "qwen2.5", ...request }, { signal: new AbortController().signal })
  ) {
    if (event.type === "text") text += event.text;
    if (event.type === "done") reason = event.reason;
  }
  return { text, reason, options: (ollama.requests.at(-1)?.body as { options?: unknown }).options };
}

const CONVERSATION: GenerateRequest["messages"] = [
  { role: "user", content: "Hi" },
  { role: "assistant", content: "Hello." },
  { role: "user", content: "How are you?" },
];

Deno.test("A14: generate is told to stop at the labels of its transcript, besides what the options say", async () => {
  const { text, reason, options } = await answerOf({ messages: CONVERSATION }, "generate");
  assertEquals([text, reason], [TRUE, "stop"]);
  assertEquals(options, { stop: ["###", "\nUser:", "\nAssistant:"], temperature: 1 });
});

Deno.test("A14: the first answer of a character is cut too; a lone prompt and a chat are passed on as they are", async () => {
  const messages: GenerateRequest["messages"] = [{ role: "user", content: "Hi" }];
  assertEquals((await answerOf({ messages, character: {} }, "generate")).text, TRUE);
  const lone = await answerOf({ messages }, "generate");
  assertEquals([lone.text, lone.options], [RUNS_ON, { stop: "###", temperature: 1 }]);
  const chat = await answerOf({ messages: CONVERSATION, character: {} }, "chat");
  assertEquals([chat.text, chat.options], [RUNS_ON, { stop: "###", temperature: 1 }]);
});
