import { assertEquals, assertRejects } from "@std/assert";
import { ask, COMPATIBLE } from "./contract_fixture.ts";
import { OLLAMA } from "./ollama/definition.ts";
import { OPENAI_SERVERS } from "./openai/definition.ts";
import { configSchema } from "@/lib/config/schema.ts";
import { startStub, type Stub } from "@/tests/stub_ollama.ts";
import { until } from "@/tests/until.ts";
import { type Candidate, ProviderRouter } from "./router.ts";
import { ServerGroup } from "./server_group.ts";
import type { ConfiguredProvider, GenerateRequest } from "./provider.ts";

const NEVER = new AbortController().signal;
const REQUEST: GenerateRequest = { model: "qwen2.5", messages: [{ role: "user", content: "hi" }] };

function serverAt(host: string): ConfiguredProvider {
  const config = configSchema.parse({ llm: { host } });
  return OLLAMA.create({ llm: config.llm, limits: config.limits });
}

/** A group over stubs, on a clock of the test's own. */
function groupOf(stubs: readonly Pick<Stub, "url">[]) {
  const clock = { now: 0 };
  const group = new ServerGroup(stubs.map(({ url }) => serverAt(url)), { now: () => clock.now });
  const candidates = (): Candidate[] => group.inOrder().map((provider) => ({ provider, model: "qwen2.5", mind: "a" }));
  const router = new ProviderRouter({ candidates, graceMs: 20 });
  const say = async () => {
    let text = "";
    clock.now++;
    for await (const event of (await router.open(REQUEST, { signal: NEVER })).events) {
      if (event.type === "text") text += event.text;
    }
    return text;
  };
  return { clock, group, say };
}

const asked = (stub: Stub) => stub.requests.filter(({ path }) => path === "/api/chat").length;

Deno.test("ServerGroup has the least busy server answer, and takes turns among the idle", async () => {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  await using a = startStub({ behaviour: { hold: held } });
  await using b = startStub();
  const { say } = groupOf([a, b]);
  const first = say();
  await a.request(0);
  for (let turn = 0; turn < 3; turn++) await say();
  assertEquals([asked(a), asked(b)], [1, 3]);
  release();
  await first;
  for (let turn = 0; turn < 4; turn++) await say();
  assertEquals([asked(a), asked(b)], [3, 5]);
});

Deno.test("ServerGroup has the next server answer where one is not there, busy, or has not the model", async (t) => {
  const cases = [
    ["not there", async (stub: Stub) => await stub.close()],
    ["behind a proxy that cannot reach it", (stub: Stub) => stub.set({ behaviour: { status: 502, body: "<html>" } })],
    ["without the model", (stub: Stub) => stub.set({ models: [{ name: "other" }] })],
    ["hanging up", (stub: Stub) => stub.set({ behaviour: { hangUp: true } })],
  ] as const;
  for (const [name, spoil] of cases) {
    await t.step(name, async () => {
      await using a = startStub();
      await using b = startStub();
      await spoil(a);
      const { say } = groupOf([a, b]);
      assertEquals(await say(), "You said: hi");
      assertEquals(asked(b), 1);
    });
  }
});

Deno.test("ServerGroup lets one rest that has failed, longer each time, and asks it again", async () => {
  await using a = startStub({ behaviour: { status: 500, error: "broken" } });
  await using b = startStub();
  const { clock, say } = groupOf([a, b]);
  const failures: number[] = [];
  for (; clock.now < 8_000; clock.now += 99) {
    const before = asked(a);
    await say();
    if (asked(a) > before) failures.push(clock.now);
  }
  const rests = failures.slice(1).map((at, index) => Math.round((at - failures[index]!) / 1_000));
  assertEquals(rests.slice(0, 3), [1, 2, 4]);
  a.set({ behaviour: {} });
  clock.now += 60_000;
  const before = asked(a);
  await say();
  await say();
  assertEquals(asked(a), before + 1);
});

Deno.test("ServerGroup asks one that rests where all do", async () => {
  await using a = startStub({ queue: [{ status: 500, error: "broken" }] });
  await using b = startStub({ queue: [{ status: 500, error: "broken" }] });
  const { say } = groupOf([a, b]);
  await assertRejects(say, Error, "broken");
  assertEquals(await say(), "You said: hi");
});

Deno.test("ServerGroup ends an answer whose server dies in mid-answer, and has the other one answer from then on", async () => {
  const a = startStub({ behaviour: { answer: ["one", " two"], stallAfter: 1 } });
  await using b = startStub();
  const { group, say } = groupOf([a, b]);
  const provider = group.inOrder()[0]!;
  const answer = ask(provider);
  await a.request(0);
  await until("the answer has begun", () => a.active() === 1);
  await a.close();
  const { error } = await answer;
  assertEquals((error as { code?: string }).code, "incomplete");
  for (let turn = 0; turn < 3; turn++) assertEquals(await say(), "You said: hi");
  assertEquals(asked(b), 3);
});

Deno.test("ServerGroup tells what all of its servers have, by the one that can answer", async () => {
  const gone = startStub();
  await gone.close();
  await using b = startStub({ models: [{ name: "qwen2.5:latest", loaded: 8_192 }] });
  await using c = startStub({ models: [{ name: "qwen2.5:latest", loaded: 2_048 }, { name: "gemma3:latest" }] });
  const { group } = groupOf([gone, b, c]);
  const seen = await group.monitor.refresh();
  assertEquals([seen.reachable, seen.modelPresent, seen.host], [
    true,
    true,
    [gone, b, c].map(({ url }) => url).join(", "),
  ]);
  assertEquals(seen.models.map(({ name }) => name), ["qwen2.5:latest", "gemma3:latest"]);
  assertEquals(group.monitor.contextLength, 2_048);
});

Deno.test("ProviderRouter asks the next language model where one cannot be reached, and says whose answer it is", async () => {
  const gone = startStub();
  await gone.close();
  await using far = startStub({ kind: "openai", models: [{ name: "gpt" }] });
  const { create } = OPENAI_SERVERS.find(({ id }) => id === COMPATIBLE.id)!;
  const config = configSchema.parse({ llm: { provider: COMPATIBLE.id, host: far.url, model: "gpt" } });
  const router = new ProviderRouter({
    candidates: () => [
      { provider: serverAt(gone.url), model: "qwen2.5", mind: "llm" },
      { provider: create({ llm: config.llm, limits: config.limits }), model: "gpt", mind: "far" },
    ],
  });
  const { events, ...opened } = await router.open(REQUEST, { signal: NEVER });
  let text = "";
  for await (const event of events) if (event.type === "text") text += event.text;
  assertEquals([opened, text], [{ provider: COMPATIBLE.id, model: "gpt", mind: "far" }, "You said: hi"]);
  // One that is there, and fails, fails itself.
  await using busy = startStub({ behaviour: { status: 500, error: "broken" } });
  const strict = new ProviderRouter({
    candidates: () => [
      { provider: serverAt(busy.url), model: "qwen2.5", mind: "llm" },
      { provider: serverAt(far.url), model: "gpt", mind: "far" },
    ],
  });
  const failing = await strict.open(REQUEST, { signal: NEVER });
  assertEquals(failing.mind, "llm");
  await assertRejects(
    async () => {
      for await (const _ of failing.events);
    },
    Error,
    "broken",
  );
});
