/** The card of the first run, and what watches over the server. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { TestServer } from "./test_server.ts";
import { Page, RefusedCall } from "./page_calls.ts";
import { startStub } from "./stub_ollama.ts";

Deno.test("llm.preflight tells what is there", async () => {
  await using stub = startStub({
    models: [
      { name: "qwen2.5:latest", size: 123, contextLength: 40_960 },
      { name: "big:cloud", size: 4, remoteHost: "https://ollama.com" },
    ],
  });
  await using server = await TestServer.open({ config: { llm: { host: stub.url } } });
  await using page = await Page.open(server);
  const { server: seen, model, installed } = await page.call("llm.preflight", {});
  assertEquals([seen.host, seen.reachable, typeof seen.version], [stub.url, true, "string"]);
  assertEquals(model, { name: "qwen2.5", present: true, contextLength: 40_960 });
  assertEquals(installed, [
    { name: "qwen2.5:latest", size: 123, parameters: "7.6B", away: false },
    { name: "big:cloud", size: 4, parameters: "7.6B", away: true },
  ]);
});

Deno.test("llm.preflight tells which models are in memory, and what of them is on the graphics card", async () => {
  await using stub = startStub({
    models: [{ name: "qwen2.5:latest", size: 400, vram: 100, loaded: 8192 }, {
      name: "mini:3b",
      size: 30,
      loaded: true,
    }],
  });
  await using server = await TestServer.open({ config: { llm: { host: stub.url } } });
  await using page = await Page.open(server);
  assertEquals((await page.call("llm.preflight", {})).loaded, [
    { name: "qwen2.5:latest", size: 400, onCard: 0.25, contextLength: 8192 },
    { name: "mini:3b", size: 30, onCard: 1, contextLength: 4096 },
  ]);
});

Deno.test("llm.preflight tells what is wrong when Ollama is not there", async () => {
  await using server = await TestServer.open({ env: { OLLAMA_HOST: "127.0.0.1:9" } });
  await using page = await Page.open(server);
  const { server: seen, model, installed } = await page.call("llm.preflight", {});
  assertEquals([seen.reachable, seen.problem?.code, model.present, installed], [
    false,
    "llm_unreachable",
    null,
    [],
  ]);
  assert(seen.problem?.hint !== undefined);
});

Deno.test("llm.preflight offers no model that cannot talk", async () => {
  await using stub = startStub({
    models: [
      { name: "nomic-embed-text:latest", capabilities: ["embedding"] },
      { name: "qwen3:latest", capabilities: ["completion", "tools", "thinking"] },
      { name: "old:1b", capabilities: [] },
    ],
  });
  await using server = await TestServer.open({ config: { llm: { host: stub.url } } });
  await using page = await Page.open(server);
  const { installed } = await page.call("llm.preflight", {});
  assertEquals(installed.map(({ name }) => name), ["qwen3:latest", "old:1b"]);
});

Deno.test("llm.pull brings the model, tells how far it is, and every page hears when it is there", async () => {
  await using stub = startStub({ models: [] });
  await using server = await TestServer.open({ config: { llm: { host: stub.url } } });
  await using page = await Page.open(server);
  await using second = await Page.open(server);
  assertEquals((await page.call("llm.preflight", {})).model.present, false);
  const from = second.client.received.length;
  const { id, result } = page.begin("llm.pull", { model: "qwen2.5" });
  assertEquals(await result, null);
  const heard = page.client.received.flatMap((frame) =>
    frame.type === "progress" && frame.id === id ? [frame.value] : []
  );
  assertEquals(heard[0], { status: "pulling manifest" });
  assertEquals(heard.at(-1), { status: "success", total: 1_000_068, completed: 1_000_068 });
  await second.client.first((frame) => frame.type === "status" && frame.modelPresent === true, from);
});

Deno.test("llm.pull ends at Ollama when it is cancelled, or its page is closed", async () => {
  await using stub = startStub({ models: [], pullMs: 20, pull: Array(10_000).fill({ status: "pulling" }) });
  await using server = await TestServer.open({ config: { llm: { host: stub.url } } });
  await using page = await Page.open(server);
  const { id, result } = page.begin("llm.pull", { model: "qwen2.5" });
  await page.client.next("progress");
  page.client.send({ type: "cancel", id });
  assertEquals((await assertRejects(() => result, RefusedCall)).error.code, "cancelled");

  const leaving = await Page.open(server);
  void leaving.begin("llm.pull", { model: "other" }).result.catch(() => {});
  await leaving.client.next("progress");
  await leaving[Symbol.asyncDispose]();
  const pulls = stub.requests.filter(({ path }) => path === "/api/pull");
  await Promise.all(pulls.map(({ closed }) => closed));
  assertEquals(pulls.map(({ finished }) => finished), [false, false]);
});

Deno.test("llm.pull says why Ollama cannot fetch a model", async () => {
  await using stub = startStub({
    models: [],
    pull: [{ status: "pulling manifest" }, { error: "pull model manifest: file does not exist" }],
  });
  await using server = await TestServer.open({ config: { llm: { host: stub.url } } });
  await using page = await Page.open(server);
  const refused = await assertRejects(() => page.call("llm.pull", { model: "qwen0" }), RefusedCall);
  assertEquals(refused.error.code, "model_missing");
  await assertRejects(() => page.call("llm.pull", { model: "  " }), RefusedCall, "params.model");
});

Deno.test("/healthz is ok as long as the server answers; /readyz when Ollama is there with the model", async () => {
  await using stub = startStub();
  await using server = await TestServer.open({ config: { llm: { host: stub.url } } });
  await using page = await Page.open(server);
  const ready = async () => {
    const response = await fetch(`${server.url}/readyz`);
    return [response.status, await response.json()];
  };
  assertEquals(await ready(), [200, {
    ready: true,
    server: { name: "Ollama", reachable: true },
    model: { name: "qwen2.5", present: true },
    store: { reachable: true },
  }]);
  await page.write("llm.model", "absent");
  assertEquals(await ready(), [503, {
    ready: false,
    server: { name: "Ollama", reachable: true },
    model: { name: "absent", present: false },
    store: { reachable: true },
  }]);
  await page.write("llm.host", "http://127.0.0.1:9");
  const [status, { server: seen, ready: isReady }] = await ready();
  assertEquals([status, isReady, seen.reachable, typeof seen.problem], [503, false, false, "string"]);
  const alive = await fetch(`${server.url}/healthz`);
  assertEquals([alive.status, await alive.text()], [200, "ok"]);
});
