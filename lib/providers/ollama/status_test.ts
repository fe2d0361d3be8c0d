import { assert, assertEquals, assertRejects } from "@std/assert";
import { startStub, type StubModel } from "@/tests/stub_ollama.ts";
import { findModel, isCloudName, OllamaMonitor, probe } from "./status.ts";

Deno.test("probe() tells version, models and the configured one when Ollama is there", async () => {
  await using stub = startStub({
    version: "0.33.0",
    models: [
      { name: "qwen2.5:latest", size: 123, contextLength: 40_960, loaded: true, vram: 41 },
      { name: "old:1b", capabilities: [] },
    ],
  });
  const { models, ...status } = await probe({ host: stub.url, model: "qwen2.5" });
  assertEquals(status, {
    host: stub.url,
    reachable: true,
    version: "0.33.0",
    model: "qwen2.5",
    modelPresent: true,
    capabilities: ["completion"],
    contextLength: 40_960,
    loaded: [{ name: "qwen2.5:latest", size: 123, onCard: 1 / 3, contextLength: 4096 }],
    away: false,
    vision: false,
  });
  assertEquals(models, [
    {
      name: "qwen2.5:latest",
      size: 123,
      parameters: "7.6B",
      quantization: "Q4_K_M",
      away: false,
      capabilities: ["completion"],
    },
    { name: "old:1b", size: 4_683_087_332, parameters: "7.6B", quantization: "Q4_K_M", away: false },
  ]);
});

Deno.test("probe() tells that the model is not there when it is not", async () => {
  await using stub = startStub({ models: [] });
  const status = await probe({ host: stub.url, model: "qwen2.5" });
  assertEquals([status.reachable, status.modelPresent, status.models], [true, false, []]);
  assertEquals((await probe({ host: stub.url, model: "" })).modelPresent, false);
});

Deno.test("probe() says why when Ollama is not there", async () => {
  const stub = startStub();
  await stub.close();
  const status = await probe({ host: stub.url, model: "qwen2.5" });
  assertEquals([status.reachable, status.modelPresent, status.error?.code], [false, null, "llm_unreachable"]);
  assertEquals(status.error?.hint, "Start it with `ollama serve`");
});

Deno.test("probe() does not wait for what hangs", async (t) => {
  const cases: [string[], boolean, boolean | null, string | undefined][] = [
    [["/api/ps"], true, true, undefined],
    [["/api/tags"], true, true, "timeout"],
    [["/api/show"], true, true, undefined],
    [["/api/tags", "/api/show"], true, null, "timeout"],
    [["/api/version"], false, null, "timeout"],
  ];
  for (const [hang, reachable, present, code] of cases) {
    await t.step(hang.join(), async () => {
      await using stub = startStub({ hang });
      const status = await probe({ host: stub.url, model: "qwen2.5", timeoutMs: 60 });
      assertEquals([status.reachable, status.modelPresent, status.error?.code], [reachable, present, code]);
    });
  }
});

Deno.test("probe() throws the reason when aborted", async () => {
  await using stub = startStub({ hang: ["/api/tags"] });
  const abort = new AbortController();
  const looking = probe({ host: stub.url, model: "qwen2.5", signal: abort.signal });
  await stub.request(0);
  abort.abort(new Error("enough"));
  await assertRejects(() => looking, Error, "enough");
});

Deno.test("probe() tells that prompts leave the machine when the model or Ollama is elsewhere", async () => {
  await using stub = startStub({
    models: [{ name: "near:latest" }, { name: "far:latest", remoteHost: "https://ollama.com:443" }],
  });
  const aways = [];
  for (const model of ["near", "far", "gpt-oss:120b-cloud", "x:cloud"]) {
    aways.push((await probe({ host: stub.url, model })).away);
  }
  assertEquals(aways, [false, true, true, true]);
  const elsewhere = await probe({ host: "http://192.0.2.7:11434", model: "near", timeoutMs: 1 });
  assertEquals([elsewhere.away, elsewhere.reachable], [true, false]);
});

Deno.test("OllamaMonitor looks once when asked at once, and keeps what it saw", async () => {
  await using stub = startStub();
  const monitor = new OllamaMonitor({ host: stub.url, model: "qwen2.5" });
  assertEquals(monitor.latest, undefined);
  const [one, two] = await Promise.all([monitor.refresh(), monitor.refresh()]);
  assert(one === two && one === monitor.latest);
  assertEquals(stub.requests.filter(({ path }) => path === "/api/version").length, 1);
  assert(await monitor.refresh() !== one);
});

Deno.test("A12: OllamaMonitor tells the context of a model that is not in memory: as it was loaded, or as its settings ask", async () => {
  await using stub = startStub({ models: [{ name: "m:latest" }] });
  const monitor = new OllamaMonitor({ host: stub.url, model: "m" });
  const seen = async (model: Partial<StubModel>) => {
    stub.set({ models: [{ name: "m:latest", ...model }] });
    await monitor.refresh();
    return monitor.contextLength;
  };
  assertEquals(monitor.contextLength, undefined);
  assertEquals(await seen({}), undefined);
  const parameters = 'stop                           "<x>"\nnum_ctx                        8192';
  assertEquals(await seen({ parameters }), 8_192);
  assertEquals(await seen({ parameters, contextLength: 2_048 }), 2_048);
  assertEquals(await seen({ parameters, loaded: 16_384 }), 16_384);
  assertEquals(await seen({ parameters }), 16_384);
});

Deno.test("findModel() takes names as Ollama does", () => {
  const models = ["Qwen2.5:latest", "llama3.2:3b", "hf.co/bob/x:Q4"].map((name) => ({ name, size: 1 }));
  const cases: [string, string | undefined][] = [
    ["qwen2.5", "Qwen2.5:latest"],
    ["QWEN2.5:LATEST", "Qwen2.5:latest"],
    ["llama3.2", undefined],
    ["llama3.2:3B", "llama3.2:3b"],
    ["hf.co/bob/x:q4", "hf.co/bob/x:Q4"],
    ["", undefined],
  ];
  for (const [name, found] of cases) assertEquals(findModel(models, name)?.name, found, name);
});

Deno.test("isCloudName() knows the names that run elsewhere", () => {
  for (const name of ["x:cloud", "gpt-oss:120b-cloud", "X:CLOUD"]) assert(isCloudName(name), name);
  for (const name of ["cloud", "x:latest", "cloudy:1b", "x:cloudy", "cloud/x:1b"]) assert(!isCloudName(name), name);
});

Deno.test("probe() tells whether the model can see, as the configuration or Ollama says", async () => {
  await using stub = startStub({
    models: [
      { name: "seeing:latest", capabilities: ["completion", "vision"] },
      { name: "blind:latest" },
      { name: "old:latest", capabilities: [] },
    ],
  });
  const looks = (model: string, vision?: boolean) => probe({ host: stub.url, model, vision });
  const seen = await Promise.all([looks("seeing"), looks("blind"), looks("old"), looks("missing"), looks("old", true)]);
  assertEquals(seen.map(({ vision }) => vision), [true, false, false, undefined, true]);
});
