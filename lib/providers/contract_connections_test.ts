/** How every provider over HTTP waits, gives up, is aborted and lets go. */
import { assert, assertEquals, assertGreater, assertLess, assertRejects } from "@std/assert";
import { collectGarbage } from "@/tests/collector.ts";
import { type Knobs, startStub } from "@/tests/stub_ollama.ts";
import { ask, contract, doneOf, failure, NEVER } from "./contract_fixture.ts";
import type { ChatMessage, LlmEvent } from "./provider.ts";
contract("asks a busy server again, but not for ever", async (tongue) => {
  const busy: Knobs = { status: 503, error: "server busy, please try again.  maximum pending requests exceeded" };
  await using stub = startStub({ queue: [busy, busy, { answer: ["there"] }, busy, busy, busy] });
  assertEquals((await ask(tongue.providerOf(stub))).text, "there");
  assertEquals(stub.requests.length, 3);
  assertEquals(failure(await ask(tongue.providerOf(stub))).code, "llm_busy");
  assertEquals(stub.requests.length, 6);
});

contract("connects once more when the connection breaks before any byte", async (tongue) => {
  await using stub = startStub({ queue: [{}, { hangUp: true }] });
  const provider = tongue.providerOf(stub);
  doneOf(await ask(provider));
  doneOf(await ask(provider));
  assertEquals(stub.requests.length, 3);
});

contract("does not ask again when the answer had begun", async (tongue) => {
  await using stub = startStub({ queue: [{ answer: ["a", "b"], destroyAfter: 1 }] });
  assertEquals(failure(await ask(tongue.providerOf(stub))).code, "incomplete");
  assertEquals(stub.requests.length, 1);
});

contract("answers again after its server was restarted", async (tongue) => {
  const first = startStub();
  const provider = tongue.providerOf(first);
  doneOf(await ask(provider));
  await first.close();
  await using second = startStub({ port: first.port });
  doneOf(await ask(provider));
  assertEquals(second.requests.length, 1);
});

contract("waits for a late first byte", async (tongue) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using stub = startStub({ behaviour: { hold: promise } });
  const answer = ask(tongue.providerOf(stub, { idleMs: 60_000 }));
  await stub.request(0);
  resolve();
  doneOf(await answer);
});

contract("gives up when the first byte is later than allowed, and closes the socket", async (tongue) => {
  await using stub = startStub({ behaviour: { hold: new Promise(() => {}) } });
  const error = failure(await ask(tongue.providerOf(stub, { firstByteMs: 20 })));
  assertEquals([error.code, error.message], ["timeout", "No answer of qwen2.5 began within 20 ms"]);
  const request = await stub.request(0);
  await request.closed;
  assertGreater(request.disconnectedAt ?? 0, 0);
});

contract("gives up when a stream stalls, and keeps its text", async (tongue) => {
  await using stub = startStub({ behaviour: { answer: ["a", "b"], stallAfter: 1 } });
  const answer = await ask(tongue.providerOf(stub, { firstByteMs: 60_000, idleMs: 20 }));
  assertEquals([answer.text, failure(answer).code], ["a", "timeout"]);
  assertEquals(failure(answer).message, `Nothing more came from ${tongue.server} for 20 ms`);
  await stub.requests[0]?.closed;
});

contract("does not take a slow reader for a stall", async (tongue) => {
  await using stub = startStub({ behaviour: { answer: ["a", "b", "c"] } });
  const answer = tongue.providerOf(stub, { idleMs: 100 }).generate(
    { model: "qwen2.5", messages: [{ role: "user", content: "hi" }] },
    { signal: NEVER },
  );
  const texts: string[] = [];
  for await (const event of answer) {
    if (event.type === "text") texts.push(event.text);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  assertEquals(texts, ["a", "b", "c"]);
});

contract("ends at the done line when the socket stays open", async (tongue) => {
  await using stub = startStub({ behaviour: { answer: ["a"], staysOpen: true } });
  doneOf(await ask(tongue.providerOf(stub)));
  await stub.requests[0]?.closed;
});

contract("leaves no connection behind when its answer was read to the end", async (tongue) => {
  await using stub = startStub();
  const provider = tongue.providerOf(stub);
  for (let turn = 0; turn < 50; turn++) doneOf(await ask(provider));
  assertLess(stub.connections(), 10);
});

contract("closes the socket and throws the reason when aborted", async (tongue, t) => {
  const stages: [string, Knobs, number][] = [
    ["before the headers", { hold: new Promise(() => {}) }, 0],
    ["in mid-stream", { answer: ["a", "b", "c"], stallAfter: 2 }, 2],
    ["after one of many lines", { tokens: 1_000_000 }, 1],
  ];
  for (const [name, behaviour, after] of stages) {
    await t.step(name, async () => {
      await using stub = startStub({ behaviour });
      const abort = new AbortController();
      const reason = new Error("enough");
      const answer = tongue.providerOf(stub).generate(
        { model: "qwen2.5", messages: [{ role: "user", content: "hi" }] },
        { signal: abort.signal },
      );
      for (let count = 0; count < after; count++) assertEquals((await answer.next()).done, false);
      const next = answer.next();
      if (after === 0) await stub.request(0);
      else if (name !== "in mid-stream") await next;
      abort.abort(reason);
      const error = await assertRejects(
        () => name === "after one of many lines" ? drain(answer) : next,
        Error,
        "enough",
      );
      assert(error === reason);
      const request = await stub.request(0);
      await request.closed;
      assertEquals([request.finished, stub.active()], [false, 0]);
      assertGreater(request.disconnectedAt ?? 0, 0);
    });
  }
  await t.step("between lines that came together", async () => {
    await using stub = startStub({ behaviour: { answer: ["a", "b", "c"], coalesce: 4 } });
    const abort = new AbortController();
    const messages: ChatMessage[] = [{ role: "user", content: "hi" }];
    const answer = tongue.providerOf(stub).generate({ model: "qwen2.5", messages }, { signal: abort.signal });
    assertEquals((await answer.next()).value, { type: "text", text: "a" });
    abort.abort(new Error("enough"));
    await assertRejects(() => answer.next(), Error, "enough");
  });
  await t.step("before it begins", async () => {
    await using stub = startStub();
    assertEquals((await ask(tongue.providerOf(stub), { signal: AbortSignal.abort("no") })).error, "no");
    assertEquals(stub.requests.length, 0);
  });
  await t.step("between two tries", async () => {
    await using stub = startStub({ behaviour: { status: 503, error: "server busy" } });
    const abort = new AbortController();
    const answer = ask(tongue.providerOf(stub, { busyRetryMs: [1_000_000] }), { signal: abort.signal });
    await (await stub.request(0)).closed;
    abort.abort("enough");
    assertEquals((await answer).error, "enough");
  });
  await t.step("after the end", async () => {
    await using stub = startStub();
    const abort = new AbortController();
    doneOf(await ask(tongue.providerOf(stub), { signal: abort.signal }));
    abort.abort();
    assertEquals(stub.requests[0]?.finished, true);
  });
});

async function drain(answer: AsyncGenerator<LlmEvent>): Promise<void> {
  while ((await answer.next()).done !== true);
}

contract("closes the socket when its reader stops reading", async (tongue) => {
  await using stub = startStub({ behaviour: { tokens: 10_000_000 } });
  const messages: ChatMessage[] = [{ role: "user", content: "hi" }];
  for await (const event of tongue.providerOf(stub).generate({ model: "qwen2.5", messages }, { signal: NEVER })) {
    if (event.type === "text") break;
  }
  const request = await stub.request(0);
  await request.closed;
  assertEquals([request.finished, stub.active()], [false, 0]);
});

contract("bounds the wait of a new request when an aborted one still holds the slot", async (tongue) => {
  await using stub = startStub({ queue: [{ answer: ["a"], stallAfter: 1 }, { hold: new Promise(() => {}) }] });
  const provider = tongue.providerOf(stub, { firstByteMs: 30 });
  const abort = new AbortController();
  for await (
    const event of provider.generate(
      { model: "qwen2.5", messages: [{ role: "user", content: "hi" }] },
      { signal: abort.signal },
    )
  ) {
    assertEquals(event.type, "text");
    break;
  }
  abort.abort();
  assertEquals(failure(await ask(provider)).code, "timeout");
});

contract("lets parallel calls wait for a single slot", async (tongue) => {
  await using stub = startStub({ parallel: 1 });
  const provider = tongue.providerOf(stub);
  const answers = await Promise.all(["one", "two", "three"].map((prompt) => ask(provider, { prompt })));
  assertEquals(answers.map(({ text }) => text), ["You said: one", "You said: two", "You said: three"]);
});

contract("holds back the sender when its reader is slow", async (tongue) => {
  await using stub = startStub({ behaviour: { answer: Array(20_000).fill("x".repeat(2000)) } });
  const messages: ChatMessage[] = [{ role: "user", content: "hi" }];
  await collectGarbage();
  const before = Deno.memoryUsage().external;
  const answer = tongue.providerOf(stub).generate({ model: "qwen2.5", messages }, { signal: NEVER });
  await answer.next();
  const request = await stub.request(0);
  // 40 MB want out. Were they read ahead, the stub would be through with them now.
  await Promise.race([request.closed, new Promise((resolve) => setTimeout(resolve, 200))]);
  assertEquals(request.finished, false);
  await collectGarbage();
  assertLess(Deno.memoryUsage().external - before, 20_000_000);
  await answer.return();
});
