/** What every provider over HTTP makes of what its server says. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Knobs, startStub } from "@/tests/stub_ollama.ts";
import { ask, contract, doneOf, failure, foreignWords, met } from "./contract_fixture.ts";

contract("streams one event a line when the answer is plain", async (tongue) => {
  const answer = await met(tongue, { answer: ["Hel", "lo", ", you"] });
  assertEquals(answer.events, [
    { type: "text", text: "Hel" },
    { type: "text", text: "lo" },
    { type: "text", text: ", you" },
    { type: "done", reason: "stop", promptTokens: 1, outputTokens: 3 },
  ]);
});

contract("tells what the server counted, of answers that came to their end alone", async (tongue) => {
  await using stub = startStub({
    behaviour: { thinking: ["Hm", "m"], answer: ["He", "llo"], tokensOf: (text) => text.length },
  });
  const counted: unknown[] = [];
  const provider = tongue.providerOf(stub, {
    onCounted: ({ output, promptTokens, outputTokens, messages }) => {
      counted.push([messages, output, promptTokens, outputTokens]);
    },
  });
  await ask(provider, { prompt: "four" });
  assertEquals(counted.splice(0), [[[{ role: "user", content: "four" }], "HmmHello", 4, 8]]);
  stub.set({ behaviour: { answer: ["He", "llo"], metrics: false } });
  await ask(provider, { prompt: "four" });
  assertEquals(counted.splice(0), [[[{ role: "user", content: "four" }], "Hello", undefined, undefined]]);
  stub.set({ behaviour: { answer: ["He", "llo"], endAfter: 1 } });
  failure(await ask(provider));
  assertEquals(counted, []);
});

contract("gives the same answer when the body is cut anywhere", async (tongue, t) => {
  const pieces = ["Zoë ", "👩‍🚀🇯🇵 ", "<&> \u2028", "日本"];
  const whole = await met(tongue, { answer: pieces });
  await t.step("into two at every byte", async () => {
    await using stub = startStub({ behaviour: (_request, index) => ({ answer: pieces, cuts: [index + 1] }) });
    const provider = tongue.providerOf(stub);
    for (let at = 1; at <= 700; at++) assertEquals((await ask(provider)).text, whole.text, `cut at ${at}`);
  });
  for (const knobs of [{ cutEvery: 1 }, { cutEvery: 3 }, { coalesce: 2 }, { coalesce: 100 }]) {
    await t.step(JSON.stringify(knobs), async () => {
      assertEquals((await met(tongue, { answer: pieces, ...knobs })).events, whole.events);
    });
  }
});

contract("keeps every character when graphemes are spread over lines", async (tongue) => {
  const pieces = ["👩", "\u200d", "🚀", "e", "\u0301", "🇯", "🇵", "\u2029", "\u0007", "\\\"'/"];
  const answer = await met(tongue, { answer: pieces });
  assertEquals(answer.events.slice(0, -1), pieces.map((text) => ({ type: "text", text })));
});

contract("hands on the reason of the end when the server names one", async (tongue, t) => {
  for (const [doneReason, reason] of [["length", "length"], ["tired", "tired"], ["", "stop"]] as const) {
    await t.step(doneReason, async () => {
      assertEquals(doneOf(await met(tongue, { answer: ["a"], doneReason })).reason, reason);
    });
  }
});

contract("hands on thinking apart from text", async (tongue, t) => {
  await t.step("on lines of its own", async () => {
    const answer = await met(tongue, { thinking: ["hm", "m"], answer: ["yes"] });
    assertEquals(answer.events.map(({ type }) => type), ["thinking", "thinking", "text", "done"]);
    assertEquals([answer.thinking, answer.text], ["hmm", "yes"]);
  });
  await t.step("on a line with text", async () => {
    const answer = await met(tongue, { thinking: ["hm"], thinkingWithText: true, answer: ["yes", "!"] });
    assertEquals(answer.events.slice(0, 3), [
      { type: "thinking", text: "hm" },
      { type: "text", text: "yes" },
      { type: "text", text: "!" },
    ]);
  });
  await t.step("with nothing else", async () => {
    const answer = await met(tongue, { thinking: ["hm"], answer: [], doneReason: "length" });
    assertEquals([answer.thinking, answer.text, doneOf(answer).reason], ["hm", "", "length"]);
  });
});

const HTML = "<!doctype html><html><style>p{}</style><body><h1>Bad Gateway</h1></body></html>";
const REFUSED: [name: string, knobs: Knobs, code: string, text: string][] = [
  ["an error first", { error: "no luck", status: 500 }, "llm_failed", ""],
  ["an error after lines", { answer: ["par", "tial"], error: "boom", errorAfter: 1 }, "llm_failed", "par"],
  [
    "an error that is the last line",
    { answer: ["par"], error: "x", errorAfter: 1, finalNewline: false },
    "llm_failed",
    "par",
  ],
  ["an error in another form", { status: 500, body: '{"error":{"secret":"hush"}}' }, "llm_wrong_address", ""],
  ["not enough memory", { error: "the model is out of memory" }, "llm_out_of_memory", ""],
  ["429", { error: "slow down", status: 429 }, "llm_busy", ""],
  ["503 for good", { error: "server busy", status: 503 }, "llm_busy", ""],
  ["a silent end after text", { answer: ["par", "tial"], endAfter: 1 }, "incomplete", "par"],
  ["a silent end without a line", { endAfter: 0 }, "incomplete", ""],
  ["a socket gone between lines", { answer: ["par", "tial"], destroyAfter: 1 }, "incomplete", "par"],
  ["a connection closed unanswered", { hangUp: true }, "llm_unreachable", ""],
  ["rubbish instead of a stream", { lines: ["rubbish"] }, "llm_wrong_address", ""],
  ["a page at 200", { status: 200, body: HTML }, "llm_wrong_address", ""],
  ["a page at 404", { status: 404, body: HTML }, "llm_wrong_address", ""],
  ["a page at 502", { status: 502, body: HTML }, "llm_bad_gateway", ""],
  ["a page at 401", { status: 401, body: HTML }, "llm_unauthorized", ""],
  ["500 without a word", { status: 500 }, "llm_failed", ""],
  ["405", { status: 405, body: "405 method not allowed" }, "llm_wrong_address", ""],
  [
    "a redirect with secrets",
    { status: 307, headers: { location: "https://u:pw@login.example/in?token=hush" } },
    "llm_wrong_address",
    "",
  ],
];

contract("names the failure, repeats nothing foreign, and keeps the text before it", async (tongue, t) => {
  for (const [name, knobs, code, text] of REFUSED) {
    await t.step(name, async () => {
      const answer = await met(tongue, knobs);
      const error = failure(answer);
      assertEquals([error.code, answer.text, foreignWords(error)], [code, text, []]);
      assertEquals(typeof error.hint, "string");
    });
  }
});

contract("bounds the length of a line", async (tongue, t) => {
  for (const size of [1_000_000, 8 * 1024 * 1024]) {
    await t.step(`takes ${size} bytes of text`, async () => {
      const answer = await met(tongue, { answer: ["x".repeat(size)] });
      assertEquals(answer.text.length, size);
      doneOf(answer);
    });
  }
  await t.step("refuses more, and lets go of the rest", async () => {
    await using stub = startStub({ behaviour: { answer: ["ok", "x".repeat(9_000_000)] } });
    const answer = await ask(tongue.providerOf(stub));
    assertEquals([answer.text, failure(answer).code], ["ok", "llm_failed"]);
    assertStringIncludes(failure(answer).message, "more than 8 MB");
  });
  await t.step("refuses more than a smaller cap", async () => {
    assertEquals(
      failure(await met(tongue, { answer: ["x".repeat(500)], cutEvery: 7 }, { maxLineBytes: 400 })).code,
      "llm_failed",
    );
    doneOf(await met(tongue, { answer: Array(100).fill("x".repeat(100)), coalesce: 50 }, { maxLineBytes: 400 }));
  });
});

contract("says what to do when its server is not running", async (tongue) => {
  const stub = startStub();
  await stub.close();
  const error = failure(await ask(tongue.providerOf(stub)));
  assertEquals([error.code, error.message], ["llm_unreachable", `${tongue.server} is not running at ${stub.url}`]);
  assertStringIncludes(error.hint ?? "", "Start it");
});

contract("refuses an empty prompt before asking", async (tongue) => {
  await using stub = startStub();
  for (const prompt of ["", " \n\t"]) {
    assertEquals(failure(await ask(tongue.providerOf(stub), { prompt })).code, "empty_prompt");
  }
  assertEquals(failure(await ask(tongue.providerOf(stub), { messages: [] })).code, "empty_prompt");
  assertEquals(stub.requests.length, 0);
});
