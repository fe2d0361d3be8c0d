/** The language model is loaded while its first prompt is being written. */
import { assertEquals } from "@std/assert";
import { Page } from "./page_calls.ts";
import { startStub, type Stub, type StubOptions } from "./stub_ollama.ts";
import { TestServer } from "./test_server.ts";

const loads = (stub: Stub) => stub.requests.filter(({ path }) => path === "/api/generate").map(({ body }) => body);

/** What the server is asked when pages write prompts. */
async function preloaded(llm: Record<string, unknown>, options: StubOptions = {}): Promise<unknown[]> {
  await using stub = startStub(options);
  await using server = await TestServer.open({ config: { llm: { host: stub.url, ...llm } } });
  await using first = await Page.open(server);
  await using second = await Page.open(server);
  await Promise.all([first, second].map((page) => page.call("llm.preload", {})));
  // It has been begun: this waits for the same one.
  await server.services.modelService.preload();
  return loads(stub);
}

Deno.test("llm.preload loads the model once, as its prompts are going to ask for it", async () => {
  assertEquals(await preloaded({ keepAlive: "10m", contextLength: 8192, options: { temperature: 0.5 } }), [
    { model: "qwen2.5", stream: false, keep_alive: "10m", options: { num_ctx: 8192, temperature: 0.5 } },
  ]);
  assertEquals(await preloaded({}), [{ model: "qwen2.5", stream: false }]);
});

Deno.test("llm.preload asks for nothing where the model is loaded, not kept, elsewhere, or it is switched off", async () => {
  assertEquals(await preloaded({}, { models: [{ name: "qwen2.5:latest", loaded: true }] }), []);
  assertEquals(await preloaded({ preload: false }), []);
  assertEquals(await preloaded({ keepAlive: 0 }), []);
  assertEquals(await preloaded({ model: "big:cloud" }), []);
  assertEquals(await preloaded({ provider: "llamacpp" }, { kind: "llamacpp" }), []);
  assertEquals(await preloaded({ provider: "demo" }), []);
});

Deno.test("llm.preload tells nobody that it has failed: the prompt does", async () => {
  await using stub = startStub({ models: [] });
  await using server = await TestServer.open({ config: { llm: { host: stub.url, fallback: "none" } } });
  await using page = await Page.open(server);
  assertEquals(await page.call("llm.preload", {}), null);
  await server.services.modelService.preload();
  page.client.send({ type: "prompt", turn: "t", text: "Hi" });
  const over = await page.client.first(({ type }) => type === "end" || type === "error");
  assertEquals("code" in over && over.code, "model_missing");
});
