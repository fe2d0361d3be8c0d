import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { startStub, type Stub } from "@/tests/stub_ollama.ts";
import { type Opened, ProviderRouter, type ProviderRouterOptions } from "./router.ts";
import { DemoProvider } from "./demo/demo.ts";
import { OllamaProvider } from "./ollama/ollama.ts";
import { type GenerateRequest, LlmError } from "./provider.ts";

const NEVER = new AbortController().signal;
const REQUEST: GenerateRequest = { model: "qwen2.5", messages: [{ role: "user", content: "hello" }] };

function routerOf(stub: Pick<Stub, "url">, options: Partial<ProviderRouterOptions> = {}): ProviderRouter {
  const ollama = new OllamaProvider({ host: stub.url, api: "generate", firstByteMs: 0, idleMs: 0 });
  const candidates = () => [{ provider: ollama, model: "qwen2.5", mind: "llm" }];
  return new ProviderRouter({ candidates, fallback: new DemoProvider({ wordsPerSecond: 0 }), ...options });
}

async function textOf({ events }: Opened): Promise<string> {
  let text = "";
  for await (const event of events) if (event.type === "text") text += event.text;
  return text;
}

Deno.test("ProviderRouter lets Ollama answer when it is there", async () => {
  await using stub = startStub();
  const opened = await routerOf(stub).open(REQUEST, { signal: NEVER });
  assertEquals([opened.provider, opened.model], ["ollama", "qwen2.5"]);
  assertEquals(await textOf(opened), "You said: hello");
  assertEquals(stub.requests.map(({ path }) => path), ["/api/generate"]);
});

Deno.test("ProviderRouter lets the built-in brain answer while Ollama is not running, and asks Ollama each time", async () => {
  const gone = startStub();
  await gone.close();
  const router = routerOf(gone);
  const opened = await router.open(REQUEST, { signal: NEVER });
  assertEquals([opened.provider, opened.model], ["demo", "demo"]);
  assertMatch(await textOf(opened), /demo|built-in/i);
  await using back = startStub({ port: gone.port });
  assertEquals(await textOf(await router.open(REQUEST, { signal: NEVER })), "You said: hello");
  assertEquals(back.requests.length, 1);
});

Deno.test("ProviderRouter hands on the error when there is no fallback", async () => {
  const gone = startStub();
  await gone.close();
  const opened = await routerOf(gone, { fallback: undefined }).open(REQUEST, { signal: NEVER });
  assertEquals(opened.provider, "ollama");
  const error = await assertRejects(() => textOf(opened), LlmError);
  assertEquals(error.code, "llm_unreachable");
});

Deno.test("ProviderRouter does not fall back when Ollama is there and fails", async (t) => {
  for (
    const [knobs, code] of [
      [{ error: "boom" }, "llm_failed"],
      [{ status: 404, error: "model 'qwen2.5' not found" }, "model_missing"],
      [{ status: 403 }, "llm_refused"],
      [{ endAfter: 0 }, "incomplete"],
    ] as const
  ) {
    await t.step(code, async () => {
      await using stub = startStub({ behaviour: knobs });
      const opened = await routerOf(stub).open(REQUEST, { signal: NEVER });
      assertEquals(opened.provider, "ollama");
      assertEquals((await assertRejects(() => textOf(opened), LlmError)).code, code);
    });
  }
});

Deno.test("ProviderRouter falls back when the connection is closed unanswered", async () => {
  await using stub = startStub({ behaviour: { hangUp: true } });
  assertEquals((await routerOf(stub).open(REQUEST, { signal: NEVER })).provider, "demo");
});

Deno.test("ProviderRouter knows who answers before the first word when it is late", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using stub = startStub({ behaviour: { hold: promise } });
  const opened = await routerOf(stub, { graceMs: 1 }).open(REQUEST, { signal: NEVER });
  assertEquals(opened.provider, "ollama");
  resolve();
  assertEquals(await textOf(opened), "You said: hello");
});

Deno.test("ProviderRouter falls back when the address keeps silent, and lets go of it", async () => {
  await using stub = startStub({ behaviour: { hold: new Promise(() => {}) }, hang: ["/api/version"] });
  const opened = await routerOf(stub, { graceMs: 1, silenceMs: 20 }).open(REQUEST, { signal: NEVER });
  assertEquals(opened.provider, "demo");
  await (await stub.request(0)).closed;
  assertMatch(await textOf(opened), /demo|built-in/i);
});

Deno.test("ProviderRouter closes the connection when aborted, decided or not", async () => {
  await using stub = startStub({ behaviour: { hold: new Promise(() => {}) }, hang: ["/api/version"] });
  for (const graceMs of [1, 1_000_000]) {
    const abort = new AbortController();
    const opening = routerOf(stub, { graceMs, silenceMs: 1_000_000 }).open(REQUEST, { signal: abort.signal });
    const request = await stub.request(stub.requests.length);
    abort.abort(new Error("enough"));
    const opened = await opening;
    const error = await assertRejects(() => textOf(opened), Error);
    assertEquals(error.message, "enough");
    await request.closed;
    assert(!request.finished);
  }
});

Deno.test("ProviderRouter closes the connection when its events are left unfinished", async () => {
  await using stub = startStub({ behaviour: { tokens: 10_000_000 } });
  const { events } = await routerOf(stub).open(REQUEST, { signal: NEVER });
  for await (const event of events) {
    assertEquals(event.type, "text");
    break;
  }
  await stub.requests[0]?.closed;
  assertEquals(stub.active(), 0);
});

Deno.test("W11: ProviderRouter does not let the built-in brain go on with what a model has begun", async () => {
  const gone = startStub();
  await gone.close();
  const messages: GenerateRequest["messages"] = [...REQUEST.messages, { role: "assistant", content: "Once" }];
  const opened = await routerOf(gone).open({ ...REQUEST, messages }, { signal: NEVER });
  const error = await assertRejects(() => textOf(opened), LlmError);
  assertEquals([opened.provider, error.code], ["ollama", "llm_unreachable"]);
});
