import { assertEquals } from "@std/assert";
import { FakeModel } from "./fake_model.ts";
import { limitConcurrency } from "./concurrency_limit.ts";
import { type LanguageModel, runTurn } from "./turn.ts";
import { LlmError } from "@/lib/providers/provider.ts";

const request = { model: "m", messages: [] };

/** Runs a turn, and resolves with how it ended. */
function ending(languageModel: LanguageModel, signal = new AbortController().signal): Promise<string> {
  return new Promise((resolve) => {
    void runTurn(languageModel, () => request, (event) => {
      if (event.type === "end") resolve(event.reason);
      else if (event.type === "error") resolve(event.error.code);
    }, signal);
  });
}

Deno.test("gated() refuses more answers at once, and takes the next when one has ended, however it did", async () => {
  const inner = new FakeModel();
  const languageModel = limitConcurrency(inner, 2);
  const stopped = new AbortController();
  const first = ending(languageModel, stopped.signal);
  const second = ending(languageModel);
  assertEquals(await ending(languageModel), "too_many");

  stopped.abort();
  assertEquals(await first, "cancelled");
  const third = ending(languageModel);
  assertEquals(await ending(languageModel), "too_many");
  (await inner.answer(1)).fail(new LlmError("llm_failed", "x"));
  assertEquals(await second, "llm_failed");
  (await inner.answer(2)).end();
  assertEquals(await third, "stop");
});

Deno.test("gated() counts no answer that was never begun", async () => {
  const languageModel = limitConcurrency({ open: () => Promise.reject(new LlmError("llm_unreachable", "x")) }, 1);
  assertEquals([await ending(languageModel), await ending(languageModel)], [
    "llm_unreachable",
    "llm_unreachable",
  ]);
});
