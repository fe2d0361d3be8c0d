/** The stores behind the settings, with a server that answers as the test says. */
import { assertEquals } from "@std/assert";
import { CallError } from "@/web/connection/call_client.ts";
import { STATUS } from "@/web/connection/fake_environment.ts";
import { ChoiceStore } from "./choice_store.ts";
import { FakeCalls } from "./fake_calls.ts";
import { checksOf, PreflightStore } from "./preflight_store.ts";
import { PullStore } from "./pull_store.ts";
import { SettingsStore } from "./settings_store.ts";
import type { Preflight, SettingField } from "@/lib/protocol/calls.ts";
import { until } from "@/tests/until.ts";

const REFUSED = new CallError({ code: "bad_value", message: "It should be a number" });

function field(value: unknown): SettingField {
  return { path: ["llm", "model"], description: "", value, default: "qwen2.5", kind: "text", restart: false };
}

Deno.test("PullStore tells bytes, rate and time left, and when the model is there", async () => {
  const calls = new FakeCalls();
  let now = 0;
  const pulls = new PullStore({ call: calls.call, now: () => now });
  const over = pulls.start("qwen2.5");
  assertEquals(pulls.current.value, { model: "qwen2.5", phase: "running", rate: null, secondsLeft: null });
  calls.last.progress({ status: "pulling manifest" });
  assertEquals(pulls.current.value?.total, undefined);
  for (; now <= 2000; now += 1000) calls.last.progress({ status: "pulling", total: 1000, completed: now / 10 });
  assertEquals(pulls.current.value, {
    model: "qwen2.5",
    phase: "running",
    total: 1000,
    completed: 200,
    rate: 100,
    secondsLeft: 8,
  });
  calls.last.resolve(null);
  assertEquals([await over, pulls.current.value?.phase], [true, "done"]);
  pulls.dismiss();
  assertEquals(pulls.current.value, null);
});

Deno.test("PullStore stops when it is told to, and says why it failed", async () => {
  const calls = new FakeCalls();
  const pulls = new PullStore({ call: calls.call, now: () => 0 });
  const stopped = pulls.start("a");
  pulls.dismiss();
  assertEquals(pulls.current.value?.phase, "running", "what runs cannot be put away");
  pulls.cancel();
  assertEquals([await stopped, pulls.current.value?.phase], [false, "stopped"]);
  const failed = pulls.start("b");
  calls.last.reject(REFUSED);
  assertEquals([await failed, pulls.current.value?.phase, pulls.current.value?.error?.message], [
    false,
    "failed",
    "It should be a number",
  ]);
});

Deno.test("PullStore leaves the first model for a second one, and hears no more of it", async () => {
  const calls = new FakeCalls();
  const pulls = new PullStore({ call: calls.call, now: () => 0 });
  const first = pulls.start("a");
  const second = pulls.start("b");
  assertEquals([await first, pulls.current.value?.model, pulls.current.value?.phase], [false, "b", "running"]);
  calls.last.resolve(null);
  assertEquals(await second, true);
});

Deno.test("SettingsStore writes one field, reads all of them again, and keeps what is wrong beside its field", async () => {
  const calls = new FakeCalls();
  const settings = new SettingsStore(calls.call);
  const written = settings.write("llm.model", "mini");
  assertEquals(calls.last.params, { changes: [{ path: ["llm", "model"], value: "mini" }] });
  assertEquals(settings.changes.value.get("llm.model"), { state: "saving" });
  calls.last.resolve({ restart: true });
  await until("a second call", () => calls.last.method === "settings.read", { every: 0 });
  calls.last.resolve([field("mini")]);
  assertEquals(await written, true);
  assertEquals([settings.field("llm.model")?.value, settings.needsRestart.value], ["mini", true]);
  assertEquals(settings.changes.value.get("llm.model"), { state: "saved" });

  const refused = settings.write("llm.model", 3);
  calls.last.reject(REFUSED);
  assertEquals(await refused, false);
  assertEquals(settings.changes.value.get("llm.model"), { state: "failed", error: REFUSED.error });
  settings.clearChanges();
  assertEquals([settings.changes.value.size, settings.needsRestart.value], [0, true]);
});

Deno.test("ChoiceStore shows what is chosen now, and why something cannot be had", async () => {
  let chosen = "a";
  const list = () => Promise.resolve(["a", "b", "c"].map((name) => ({ name, chosen: name === chosen })));
  const choices = new ChoiceStore(list, (name) => {
    if (name === "c") return Promise.reject(REFUSED);
    chosen = name;
    return Promise.resolve();
  });
  await choices.read();
  const going = choices.choose("b");
  assertEquals(choices.choosing.value, "b");
  await going;
  assertEquals([choices.choosing.value, choices.items.value?.find((item) => item.chosen)?.name], [null, "b"]);
  await choices.choose("c");
  assertEquals([choices.error.value, choices.items.value?.find((item) => item.chosen)?.name], [REFUSED.error, "b"]);
  choices.clearError();
  assertEquals(choices.error.value, null);
});

const SEEN: Preflight = {
  server: {
    name: "Ollama",
    host: STATUS.host,
    reachable: true,
    version: "0.12.0",
    pulls: true,
    key: "none",
    starts: false,
  },
  model: { name: STATUS.model, present: true, contextLength: 32_768 },
  installed: [],
};

Deno.test("PreflightStore looks once at a time, and tells when it cannot", async () => {
  const calls = new FakeCalls();
  const preflight = new PreflightStore(calls.call);
  const first = preflight.check();
  await preflight.check();
  assertEquals([calls.asked.length, preflight.checking.value], [1, true]);
  calls.last.resolve({ ...SEEN, installed: [] });
  await until("a second call", () => calls.asked.length === 2, { every: 0 });
  calls.last.resolve(SEEN);
  await first;
  assertEquals([preflight.result.value, preflight.checking.value], [SEEN, false]);
  const second = preflight.check();
  calls.last.reject(REFUSED);
  await second;
  assertEquals([preflight.result.value, preflight.error.value], [SEEN, REFUSED.error]);
});

Deno.test("checksOf() tells what is there, and does not take an old look for the truth", () => {
  const all = checksOf({ ...STATUS, version: "0.12.0" }, SEEN, true);
  assertEquals([all.server.verdict, all.model.verdict, all.webgl.verdict, all.context], [
    "good",
    "good",
    "good",
    { verdict: "good", tokens: 32_768 },
  ]);
  const away = checksOf({ ...STATUS, reachable: false, modelPresent: null }, null, null);
  assertEquals([away.server.verdict, away.model.verdict, away.webgl.verdict, away.context.verdict], [
    "bad",
    "unknown",
    "unknown",
    "unknown",
  ]);
  const other = checksOf({ ...STATUS, model: "mini", modelPresent: false }, SEEN, false);
  assertEquals([other.model, other.webgl.verdict, other.context, other.server.version], [
    { verdict: "bad", name: "mini" },
    "bad",
    { verdict: "unknown" },
    undefined,
  ]);
});

Deno.test("checksOf() tells whether the model is loaded, with how much context, and whether it fits the card", () => {
  const memory = (onCard: number) => {
    const model = { name: "qwen2.5:latest", size: 400, onCard, contextLength: 4096 };
    const { context, memory } = checksOf(STATUS, { ...SEEN, loaded: [{ ...model, name: "mini:3b" }, model] }, true);
    assertEquals([context.tokens, context.most, memory?.others], [4096, 32_768, ["mini:3b"]]);
    return memory?.verdict;
  };
  assertEquals([memory(1), memory(0.5), memory(0)], ["good", "weak", "weak"]);
  const none = checksOf(STATUS, { ...SEEN, loaded: [] }, true);
  assertEquals([none.memory, none.context], [{ verdict: "unknown", others: [] }, { verdict: "good", tokens: 32_768 }]);
  assertEquals(checksOf(STATUS, SEEN, true).memory, undefined, "this server does not tell");
});
