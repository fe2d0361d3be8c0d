import { assertEquals } from "@std/assert";
import { LLM_SERVERS } from "@/lib/protocol/llm_servers.ts";
import { startStub, type StubOptions } from "@/tests/stub_ollama.ts";
import { OpenAiMonitor, type OpenAiMonitorOptions } from "./status.ts";

function serverOf(id: string) {
  return LLM_SERVERS.find((server) => server.id === id)!;
}

async function look(stubbed: StubOptions, options: Partial<OpenAiMonitorOptions> = {}) {
  await using stub = startStub(stubbed);
  const monitor = new OpenAiMonitor({ server: serverOf("openai-compatible"), host: stub.url, model: "m", ...options });
  return { ...await monitor.refresh(), context: monitor.contextLength };
}

Deno.test("OpenAiMonitor tells the models, and whether the configured one is among them", async () => {
  const models = [{ name: "m" }, { name: "text-embedding-3-small" }];
  const seen = await look({ kind: "openai", models });
  assertEquals([seen.reachable, seen.modelPresent, seen.away], [true, true, false]);
  assertEquals(seen.models, [
    { name: "m", away: false },
    { name: "text-embedding-3-small", away: false, mute: true },
  ]);
  assertEquals((await look({ kind: "openai", models }, { model: "other" })).modelPresent, false);
  assertEquals((await look({ kind: "openai", models: [] })).modelPresent, null);
});

Deno.test("OpenAiMonitor finds how long the context is, where each server tells it", async (t) => {
  const models = [{ name: "m", contextLength: 12_345 }];
  for (const kind of ["llamacpp", "lmstudio", "vllm", "koboldcpp", "openrouter"] as const) {
    await t.step(kind, async () => {
      for (const server of [kind, "openai-compatible"]) {
        assertEquals((await look({ kind, models }, { server: serverOf(server) })).context, 12_345, server);
      }
    });
  }
  await t.step("nowhere", async () => assertEquals((await look({ kind: "openai", models })).context, undefined));
  await t.step("the configuration", async () => {
    assertEquals((await look({ kind: "vllm", models }, { contextLength: 2_048 })).context, 2_048);
  });
});

Deno.test("OpenAiMonitor takes the one model of a server that has just that, whatever is asked for", async () => {
  const seen = await look({ kind: "llamacpp", models: [{ name: "own.gguf" }] }, { server: serverOf("llamacpp") });
  assertEquals([seen.model, seen.modelPresent], ["own.gguf", true]);
});

Deno.test("OpenAiMonitor says what is wrong", async (t) => {
  const key = "sk-hush-hush-hush";
  await t.step("no key", async () => {
    const { reachable, error } = await look({ kind: "openai", key });
    assertEquals([reachable, error?.code, error?.message.includes("wants a key")], [false, "llm_unauthorized", true]);
  });
  await t.step("a wrong key, which is not repeated", async () => {
    const { error } = await look({ kind: "openai", key }, { authorization: "Bearer sk-other-hush" });
    assertEquals([error?.code, error?.message.includes("hush")], ["llm_unauthorized", false]);
  });
  await t.step("the right key", async () => {
    assertEquals((await look({ kind: "openai", key }, { authorization: `Bearer ${key}` })).reachable, true);
  });
  await t.step("silence", async () => {
    assertEquals((await look({ hang: ["/v1/models"] }, { timeoutMs: 20 })).error?.code, "timeout");
  });
  await t.step("nobody", async () => {
    const stub = startStub();
    await stub.close();
    const { reachable, error } = await look({}, { host: stub.url });
    assertEquals([reachable, error?.code], [false, "llm_unreachable"]);
  });
});
