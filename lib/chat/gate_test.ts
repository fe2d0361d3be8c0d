import { assertEquals } from "@std/assert";
import { FakeBrain } from "./fake_brain.ts";
import { gated } from "./gate.ts";
import { type Brain, runTurn } from "./turn.ts";
import { LlmError } from "@/lib/llm/provider.ts";

const request = { model: "m", messages: [] };

/** Runs a turn, and resolves with how it ended. */
function ending(brain: Brain, signal = new AbortController().signal): Promise<string> {
  return new Promise((resolve) => {
    const sink = {
      start() {},
      text() {},
      thinking() {},
      end: resolve,
      fail: ({ code }: { code: string }) => resolve(code),
    };
    void runTurn(brain, () => request, sink, signal);
  });
}

Deno.test("gated() refuses more answers at once, and takes the next when one has ended, however it did", async () => {
  const inner = new FakeBrain();
  const brain = gated(inner, 2);
  const stopped = new AbortController();
  const first = ending(brain, stopped.signal);
  const second = ending(brain);
  assertEquals(await ending(brain), "too_many");

  stopped.abort();
  assertEquals(await first, "cancelled");
  const third = ending(brain);
  assertEquals(await ending(brain), "too_many");
  (await inner.answer(1)).fail(new LlmError("ollama_failed", "x"));
  assertEquals(await second, "ollama_failed");
  (await inner.answer(2)).end();
  assertEquals(await third, "stop");
});

Deno.test("gated() counts no answer that was never begun", async () => {
  const brain = gated({ open: () => Promise.reject(new LlmError("ollama_unreachable", "x")) }, 1);
  assertEquals([await ending(brain), await ending(brain)], ["ollama_unreachable", "ollama_unreachable"]);
});
