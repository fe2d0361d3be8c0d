import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { pullLines, startStub, type StubOptions } from "@/tests/stub_ollama.ts";
import { LlmError } from "@/lib/providers/provider.ts";
import { type OllamaPullProgress, pull } from "./pull.ts";

const NEVER = new AbortController().signal;

async function pulled(options: StubOptions, model = "mistral"): Promise<OllamaPullProgress[]> {
  await using stub = startStub(options);
  return await Array.fromAsync(pull(model, { host: stub.url }, { signal: NEVER }));
}

Deno.test("pull() tells how far it is, and ends when the model is there", async () => {
  await using stub = startStub();
  const steps = await Array.fromAsync(pull("mistral", { host: stub.url }, { signal: NEVER }));
  assertEquals(stub.requests[0]?.body, { model: "mistral", stream: true });
  assertEquals(steps[0], { status: "pulling manifest", overall: { total: 0, completed: 0 } });
  assertEquals(steps.map(({ overall }) => overall.completed), [
    0,
    0,
    0,
    250_000,
    500_000,
    750_000,
    1_000_000,
    1_000_068,
    1_000_068,
    1_000_068,
    1_000_068,
  ]);
  assertEquals(steps.at(-1), { status: "success", overall: { total: 1_000_068, completed: 1_000_068 } });
  const answer = await fetch(`${stub.url}/api/show`, { method: "POST", body: '{"model":"mistral"}' });
  assert(answer.ok);
  await answer.body?.cancel();
});

Deno.test("pull() never goes back when Ollama does", async () => {
  const digest = "sha256:1";
  const steps = await pulled({
    pull: [
      { status: "pulling 1", digest, total: 100, completed: 60 },
      { status: "pulling 1", digest, total: 100, completed: 20 },
      { status: "pulling 1", digest },
      { status: "pulling 1", digest, total: 100, completed: 60 },
      { status: "success" },
    ],
  });
  assertEquals(steps.map(({ overall }) => overall.completed), [60, 60, 60, 60, 60]);
  assertEquals(steps.map(({ completed }) => completed), [60, 20, undefined, 60, undefined]);
});

Deno.test("pull() says what to do when it fails", async (t) => {
  const cases: [string, StubOptions, string, string][] = [
    [
      "unknown",
      { pull: [{ status: "pulling manifest" }, { error: "pull model manifest: file does not exist" }] },
      "model_missing",
      "library",
    ],
    [
      "offline",
      { pull: [{ error: "dial tcp: lookup models.example: no such host" }] },
      "llm_failed",
      "internet",
    ],
    ["full", { pull: [{ error: "write /x: no space left on device" }] }, "llm_failed", "space"],
    ["broken off", { pull: pullLines().slice(0, 4) }, "incomplete", "goes on"],
    ["empty", { pull: [] }, "incomplete", "goes on"],
  ];
  for (const [name, options, code, hint] of cases) {
    await t.step(name, async () => {
      const error = await assertRejects(() => pulled(options), LlmError);
      assertEquals(error.code, code);
      assertStringIncludes(error.hint ?? "", hint);
    });
  }
  await t.step("a bad name", async () => {
    assertEquals((await assertRejects(() => pulled({}, ""), LlmError)).message, "Ollama failed: invalid model name");
  });
  await t.step("no Ollama", async () => {
    const gone = startStub();
    await gone.close();
    const error = await assertRejects(() => pull("x", { host: gone.url }, { signal: NEVER }).next(), LlmError);
    assertEquals(error.code, "llm_unreachable");
  });
  await t.step("a killed Ollama", async () => {
    const stub = startStub({ pullMs: 1, pull: Array(1000).fill({ status: "pulling manifest" }) });
    const steps = pull("x", { host: stub.url }, { signal: NEVER });
    await steps.next();
    await stub.close();
    assertEquals((await assertRejects(() => Array.fromAsync(steps), LlmError)).code, "incomplete");
  });
  await t.step("a standstill", async () => {
    await using stub = startStub({ pullMs: 1_000_000 });
    const error = await assertRejects(
      () => pull("x", { host: stub.url, idleMs: 20 }, { signal: NEVER }).next(),
      LlmError,
    );
    assertEquals(error.code, "timeout");
  });
});

Deno.test("pull() stops Ollama when aborted", async () => {
  await using stub = startStub({ pullMs: 1, pull: Array(100_000).fill({ status: "pulling manifest" }) });
  const abort = new AbortController();
  const steps = pull("mistral", { host: stub.url }, { signal: abort.signal });
  await steps.next();
  abort.abort(new Error("enough"));
  await assertRejects(() => Array.fromAsync(steps), Error, "enough");
  await stub.requests[0]?.closed;
  assertEquals(stub.requests[0]?.finished, false);
});
