/** The providers beside a real engine: llama.cpp, where its package can be installed. */
import { assert, assertEquals } from "@std/assert";
import { NoEngine, RealEngine } from "./engine/real_engine.ts";
import { SAYS } from "./engine/tiny_model.ts";
import { until } from "./until.ts";
import { ask, doneOf, TONGUES } from "@/lib/providers/contract_fixture.ts";

Deno.test("the providers talk with a real engine", async (t) => {
  const engine = await RealEngine.start().catch((error: unknown) => {
    if (error instanceof NoEngine) return error;
    throw error;
  });
  if (engine instanceof NoEngine) {
    await t.step({ name: `skipped: ${engine.message}`, ignore: true, fn() {} });
    return;
  }
  await using _engine = engine;
  for (const { name, providerOf } of TONGUES.filter(({ name }) => name !== "ollama, generate")) {
    const provider = providerOf(engine);
    await t.step(`${name}: tokens come one by one, and are counted`, async () => {
      const answer = await ask(provider, { prompt: "Who is there?" });
      const texts = answer.events.flatMap((event) => event.type === "text" ? [event.text] : []);
      assertEquals([texts.join(""), texts.length], [SAYS.trim(), SAYS.trim().match(/ ?\w+|\./g)!.length]);
      const { reason, promptTokens, outputTokens } = doneOf(answer);
      assertEquals([reason, outputTokens], ["stop", texts.length]);
      assert(promptTokens! >= "Who is there?".length, `${promptTokens} tokens`);
    });
    await t.step(`${name}: an answer without an end is ended at its source`, async () => {
      const stop = new AbortController();
      let count = 0;
      const messages = [{ role: "user" as const, content: "Sing!" }];
      try {
        for await (const _event of provider.generate({ model: "tiny", messages }, { signal: stop.signal })) {
          if (++count === 20) {
            assertEquals(await engine.active(), 1);
            stop.abort(new Error("enough"));
          }
        }
      } catch (error) {
        assertEquals(error, stop.signal.reason);
      }
      assertEquals(stop.signal.aborted, true);
      await until("the engine is at rest", async () => await engine.active() === 0);
    });
  }
});
