import { assert, assertEquals, assertGreater, assertLess, assertRejects, assertStringIncludes } from "@std/assert";
import { type Knobs, startStub, type Stub, type StubOptions } from "@/tests/stub_ollama.ts";
import { type OllamaOptions, OllamaProvider } from "./ollama.ts";
import { type ChatMessage, LlmError, type LlmEvent } from "@/lib/providers/provider.ts";

const NEVER = new AbortController().signal;

function providerOf(stub: Pick<Stub, "url">, options: Partial<OllamaOptions> = {}): OllamaProvider {
  return new OllamaProvider({
    host: stub.url,
    api: "generate",
    firstByteMs: 0,
    idleMs: 0,
    busyRetryMs: [1, 1],
    ...options,
  });
}

interface Answer {
  events: LlmEvent[];
  text: string;
  thinking: string;
  error?: unknown;
}

async function ask(
  provider: OllamaProvider,
  {
    prompt = "hi",
    model = "qwen2.5",
    messages = [{ role: "user", content: prompt }] as ChatMessage[],
    signal = NEVER,
  } = {},
): Promise<Answer> {
  const answer: Answer = { events: [], text: "", thinking: "" };
  try {
    for await (const event of provider.generate({ model, messages }, { signal })) {
      answer.events.push(event);
      if (event.type === "text") answer.text += event.text;
      if (event.type === "thinking") answer.thinking += event.text;
    }
  } catch (error) {
    answer.error = error;
  }
  return answer;
}

/** Asks a fresh stub that behaves so. */
async function met(knobs: Knobs, options: Partial<OllamaOptions> = {}, stubOptions: StubOptions = {}): Promise<Answer> {
  await using stub = startStub({ behaviour: knobs, ...stubOptions });
  return await ask(providerOf(stub, options));
}

function failure(answer: Answer): LlmError {
  assert(answer.error instanceof LlmError, `wanted an LlmError, got ${answer.error}`);
  return answer.error;
}

function doneOf(answer: Answer): Extract<LlmEvent, { type: "done" }> {
  const last = answer.events.at(-1);
  assert(last?.type === "done", `wanted done last, got ${JSON.stringify(last)} ${answer.error}`);
  return last;
}

Deno.test("OllamaProvider streams one event a line when the answer is plain", async (t) => {
  for (const api of ["generate", "chat"] as const) {
    await t.step(api, async () => {
      const answer = await met({ answer: ["Hel", "lo", ", you"] }, { api });
      assertEquals(answer.events, [
        { type: "text", text: "Hel" },
        { type: "text", text: "lo" },
        { type: "text", text: ", you" },
        { type: "done", reason: "stop", promptTokens: 1, outputTokens: 3 },
      ]);
    });
  }
});

Deno.test("OllamaProvider sends just model, prompt and stream when nothing else is configured", async () => {
  await using stub = startStub();
  await ask(providerOf(stub), { prompt: "Hi 👋 <b>&\n" });
  assertEquals(stub.requests[0]?.text, '{"model":"qwen2.5","prompt":"Hi 👋 <b>&\\n","stream":true}');
  assertEquals(stub.requests[0]?.headers.get("accept"), "application/x-ndjson");
  assertEquals(stub.requests[0]?.headers.get("origin"), null);
});

Deno.test("OllamaProvider sends what is configured when it is", async () => {
  await using stub = startStub({ models: [{ name: "qwen2.5:latest", capabilities: ["completion", "thinking"] }] });
  const settings = { think: true, keepAlive: "300", options: { temperature: 0.5 } };
  await ask(providerOf(stub, settings));
  await ask(providerOf(stub, { ...settings, keepAlive: "10m", api: "chat" }));
  await ask(providerOf(stub, { keepAlive: -1, options: {} }));
  const rest = { think: true, options: { temperature: 0.5 } };
  assertEquals(stub.requests.map(({ body }) => body), [
    { model: "qwen2.5", prompt: "hi", stream: true, keep_alive: 300, ...rest },
    { model: "qwen2.5", messages: [{ role: "user", content: "hi" }], stream: true, keep_alive: "10m", ...rest },
    { model: "qwen2.5", prompt: "hi", stream: true, keep_alive: -1 },
  ]);
  assert(stub.requests.every(({ finished }) => finished));
});

Deno.test("OllamaProvider asks no model to think that cannot: Ollama would refuse", async () => {
  await using stub = startStub({ models: [{ name: "qwen2.5:latest" }] });
  await ask(providerOf(stub, { think: "high", canThink: () => false }));
  assertEquals(stub.requests.map(({ body }) => body), [{ model: "qwen2.5", prompt: "hi", stream: true }]);
  for (const canThink of [() => undefined, () => true]) {
    assertStringIncludes(failure(await ask(providerOf(stub, { think: true, canThink }))).message, "support thinking");
  }
});

Deno.test("OllamaProvider tells what Ollama counted, of answers that came to their end alone", async () => {
  await using stub = startStub({
    behaviour: { thinking: ["Hm", "m"], answer: ["He", "llo"], tokensOf: (text) => text.length },
  });
  const counted: unknown[] = [];
  const provider = providerOf(stub, {
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

Deno.test("OllamaProvider sends a conversation as transcript or messages when there are several", async () => {
  await using stub = startStub();
  const messages: ChatMessage[] = [
    { role: "system", content: "Be kind." },
    { role: "user", content: "hi" },
    { role: "assistant", content: "hello" },
    { role: "user", content: "続けて" },
  ];
  await ask(providerOf(stub), { messages });
  await ask(providerOf(stub, { api: "chat" }), { messages });
  await ask(providerOf(stub), { messages: messages.slice(0, 2) });
  assertEquals(stub.requests.map(({ body }) => body), [
    {
      model: "qwen2.5",
      prompt: "User: hi\nAssistant: hello\nUser: 続けて\nAssistant:",
      system: "Be kind.",
      stream: true,
      options: { stop: ["\nUser:", "\nAssistant:"] },
    },
    { model: "qwen2.5", messages, stream: true },
    { model: "qwen2.5", prompt: "hi", system: "Be kind.", stream: true },
  ]);
});

Deno.test("OllamaProvider gives the same answer when the body is cut anywhere", async (t) => {
  const pieces = ["Zoë ", "👩‍🚀🇯🇵 ", "<&> \u2028", "日本"];
  const whole = await met({ answer: pieces });
  await t.step("into two at every byte", async () => {
    await using stub = startStub({ behaviour: (_request, index) => ({ answer: pieces, cuts: [index + 1] }) });
    const provider = providerOf(stub);
    for (let at = 1; at <= 700; at++) assertEquals((await ask(provider)).text, whole.text, `cut at ${at}`);
  });
  for (const knobs of [{ cutEvery: 1 }, { cutEvery: 3 }, { coalesce: 2 }, { coalesce: 100 }]) {
    await t.step(JSON.stringify(knobs), async () => {
      assertEquals((await met({ answer: pieces, ...knobs })).events, whole.events);
    });
  }
});

Deno.test("OllamaProvider keeps every character when graphemes are spread over lines", async () => {
  const pieces = ["👩", "\u200d", "🚀", "e", "\u0301", "🇯", "🇵", "\u2029", "\u0007", "\\\"'/"];
  const answer = await met({ answer: pieces });
  assertEquals(answer.events.slice(0, -1), pieces.map((text) => ({ type: "text", text })));
});

Deno.test("OllamaProvider reads odd but legal lines", async (t) => {
  const done = '{"model":"m","response":"","done":true,"done_reason":"stop"}';
  const cases: [string, Knobs, string][] = [
    ["without a last line feed", { answer: ["a", "b"], finalNewline: false }, "ab"],
    ["with CR LF", { answer: ["a", "b"], newline: "\r\n" }, "ab"],
    ["with blank lines", { answer: ["a", "b"], newline: "\n\n \n\r\n" }, "ab"],
    ["with surrogate escapes", { lines: ['{"response":"\\ud83d\\ude00\\u003c","done":false}', done] }, "😀<"],
    ["with unknown fields", { answer: ["a"], extra: { logprobs: [], news: { x: 1 } } }, "a"],
    ["with empty text before the end", { answer: ["", "a", "", "b"] }, "ab"],
    ["with text on the done line", { answer: ["a"], doneText: "b" }, "ab"],
    ["of another model", { answer: ["a"], replyModel: "upstream:8b" }, "a"],
    ["without metrics and context", { answer: ["a"], metrics: false, context: [] }, "a"],
    ["with tool calls at the end", { answer: ["a"], toolCalls: [{ function: { name: "f", arguments: {} } }] }, "a"],
    ["with tool calls before it", { answer: ["a"], toolCalls: [{ function: {} }], toolCallsEarly: true }, "a"],
    ["with a done line and more", { answer: ["a"], trailing: '{"response":"b","done":false}\nrubbish' }, "a"],
    ["with fields of a wrong type", { lines: ['{"response":7,"thinking":null,"message":null}', done] }, ""],
  ];
  for (const [name, knobs, text] of cases) {
    for (const api of ["generate", "chat"] as const) {
      await t.step(`${name}, ${api}`, async () => {
        const answer = await met(knobs, { api });
        assertEquals(answer.text, text);
        assertEquals(doneOf(answer).reason, "stop");
      });
    }
  }
});

Deno.test("OllamaProvider hands on the reason of the end when Ollama names one", async (t) => {
  for (const [doneReason, reason] of [["length", "length"], ["tired", "tired"], ["", "stop"]] as const) {
    await t.step(doneReason, async () => {
      assertEquals(doneOf(await met({ answer: ["a"], doneReason })).reason, reason);
    });
  }
});

Deno.test("OllamaProvider hands on thinking apart from text", async (t) => {
  for (const api of ["generate", "chat"] as const) {
    await t.step(`${api}, on lines of its own`, async () => {
      const answer = await met({ thinking: ["hm", "m"], answer: ["yes"] }, { api });
      assertEquals(answer.events.map(({ type }) => type), ["thinking", "thinking", "text", "done"]);
      assertEquals([answer.thinking, answer.text], ["hmm", "yes"]);
    });
    await t.step(`${api}, on a line with text`, async () => {
      const answer = await met({ thinking: ["hm"], thinkingWithText: true, answer: ["yes", "!"] }, { api });
      assertEquals(answer.events.slice(0, 3), [
        { type: "thinking", text: "hm" },
        { type: "text", text: "yes" },
        { type: "text", text: "!" },
      ]);
    });
    await t.step(`${api}, with nothing else`, async () => {
      const answer = await met({ thinking: ["hm"], answer: [], doneReason: "length" }, { api });
      assertEquals([answer.thinking, answer.text, doneOf(answer).reason], ["hm", "", "length"]);
    });
  }
});

Deno.test("OllamaProvider bounds the length of a line", async (t) => {
  for (const size of [1_000_000, 8 * 1024 * 1024]) {
    await t.step(`takes ${size} bytes of text`, async () => {
      const answer = await met({ answer: ["x".repeat(size)] });
      assertEquals(answer.text.length, size);
      doneOf(answer);
    });
  }
  await t.step("refuses more, and lets go of the rest", async () => {
    await using stub = startStub({ behaviour: { answer: ["ok", "x".repeat(9_000_000)] } });
    const answer = await ask(providerOf(stub));
    assertEquals([answer.text, failure(answer).code], ["ok", "llm_failed"]);
    assertStringIncludes(failure(answer).message, "more than 8 MB");
  });
  await t.step("refuses more than a smaller cap", async () => {
    assertEquals(
      failure(await met({ answer: ["x".repeat(500)], cutEvery: 7 }, { maxLineBytes: 400 })).code,
      "llm_failed",
    );
    doneOf(await met({ answer: Array(100).fill("x".repeat(100)), coalesce: 50 }, { maxLineBytes: 400 }));
  });
});

interface Failing {
  name: string;
  knobs: Knobs;
  code: string;
  status?: number;
  message?: string;
  hint?: string;
  text?: string;
}

const HTML = "<!doctype html><html><style>p{}</style><body><h1>Bad Gateway</h1></body></html>";
const LINE = '{"response":"par","done":false}';

const FAILING: Failing[] = [
  ...[400, 500].map((status) => ({
    name: `an error first, ${status}`,
    knobs: { error: "no luck", status },
    code: "llm_failed",
    status,
    message: "Ollama failed: no luck",
  })),
  { name: "429", knobs: { error: "slow down", status: 429 }, code: "llm_busy", status: 429 },
  { name: "503 for good", knobs: { error: "server busy", status: 503 }, code: "llm_busy", status: 503 },
  {
    name: "an error after lines",
    knobs: { answer: ["par", "tial"], error: "boom", errorAfter: 1 },
    code: "llm_failed",
    message: "Ollama failed: boom",
    text: "par",
  },
  {
    name: "an error after lines without a line feed",
    knobs: { answer: ["par"], error: "boom", errorAfter: 1, finalNewline: false },
    code: "llm_failed",
    text: "par",
  },
  {
    name: "an error with JSON inside",
    knobs: { error: '{"error":{"code":500,"message":"inner words"}}' },
    code: "llm_failed",
    message: "Ollama failed: inner words",
  },
  {
    name: "an error as an object",
    knobs: { error: { message: "object words", type: "api_error" }, errorAfter: 0 },
    code: "llm_failed",
    message: "Ollama failed: object words",
  },
  {
    name: "not enough memory",
    knobs: { error: "model requires more system memory (8.0 GiB) than is available" },
    code: "llm_out_of_memory",
    hint: "smaller model",
  },
  {
    name: "too long a prompt",
    knobs: { status: 400, error: "the prompt is longer than the context length currently available to the model; …" },
    code: "context_full",
    hint: "new conversation",
  },
  {
    name: "a wrong option",
    knobs: { error: 'option "top_k" must be of type int' },
    code: "llm_failed",
    hint: "Correct",
  },
  { name: "a silent end after text", knobs: { answer: ["par", "tial"], endAfter: 1 }, code: "incomplete", text: "par" },
  { name: "a silent end without a line", knobs: { endAfter: 0 }, code: "incomplete", text: "" },
  {
    name: "a whole reply that is not done",
    knobs: { lines: [LINE], finalNewline: false },
    code: "incomplete",
    text: "par",
  },
  {
    name: "a socket gone between lines",
    knobs: { answer: ["par", "tial"], destroyAfter: 1 },
    code: "incomplete",
    text: "par",
  },
  {
    name: "a socket gone in mid-line",
    knobs: { lines: [LINE, LINE], destroyAfterBytes: LINE.length + 9 },
    code: "incomplete",
    text: "par",
  },
  {
    name: "a line that is no JSON",
    knobs: { lines: [LINE, "rubbish"] },
    code: "llm_wrong_address",
    message: "it is not Ollama",
    text: "par",
  },
  { name: "a line that is no object", knobs: { lines: ["42"] }, code: "llm_wrong_address" },
  { name: "a page at 200", knobs: { status: 200, body: HTML }, code: "llm_wrong_address", message: "it is not Ollama" },
  {
    name: "a page at 404",
    knobs: { status: 404, body: HTML },
    code: "llm_wrong_address",
    status: 404,
    hint: "llm.host",
  },
  { name: "a page at 502", knobs: { status: 502, body: HTML }, code: "llm_bad_gateway", status: 502, message: "proxy" },
  {
    name: "404 of something else",
    knobs: { status: 404, body: "404 page not found", contentType: "text/plain" },
    code: "llm_wrong_address",
    hint: "llm.host",
  },
  { name: "405", knobs: { status: 405, body: "405 method not allowed" }, code: "llm_wrong_address", status: 405 },
  {
    name: "a redirect",
    knobs: { status: 301, headers: { location: "/api/generate" } },
    code: "llm_wrong_address",
    status: 301,
    message: "redirects to /api/generate",
  },
  {
    name: "a redirect with secrets",
    knobs: { status: 307, headers: { location: "https://u:pw@login.example/in?token=hush" } },
    code: "llm_wrong_address",
    message: "redirects to https://login.example/in",
  },
  {
    name: "an error in another shape",
    knobs: { status: 500, body: '{"error":{"secret":"hush"}}' },
    code: "llm_wrong_address",
  },
  { name: "an error line in another shape", knobs: { lines: [LINE, '{"error":["hush"]}'] }, code: "llm_wrong_address" },
  {
    name: "401 with an address elsewhere",
    knobs: { status: 401, body: '{"error":"unauthorized","signin_url":"https://hush.example"}' },
    code: "sign_in",
  },
  { name: "403 without a word", knobs: { status: 403 }, code: "llm_refused", status: 403, hint: "OLLAMA_ORIGINS" },
  {
    name: "403 as the cloud is disabled",
    knobs: { status: 403, error: "ollama cloud is disabled: remote model is unavailable" },
    code: "llm_refused",
    message: "cloud is disabled",
  },
  { name: "401", knobs: { status: 401, body: '{"error":"unauthorized"}' }, code: "sign_in", hint: "ollama signin" },
  {
    name: "401 with an address",
    knobs: {
      status: 401,
      body: '{"error":"unauthorized","signin_url":"https://ollama.com/connect?name=h\\u0026key=k"}',
    },
    code: "sign_in",
    hint: "https://ollama.com/connect?name=h&key=k",
  },
  { name: "500 without a word", knobs: { status: 500 }, code: "llm_failed", status: 500, hint: "log" },
  {
    name: "502 of the cloud",
    knobs: { status: 502, error: "dial tcp: lookup ollama.com: no such host" },
    code: "llm_failed",
    status: 502,
  },
  {
    name: "a blob missing at load",
    knobs: { status: 404, error: 'model "qwen2.5" not found, try pulling it first' },
    code: "model_missing",
    hint: "`ollama pull qwen2.5`",
  },
  { name: "a connection that is closed unanswered", knobs: { hangUp: true }, code: "llm_unreachable", text: "" },
];

/** What an error repeats of an answer that is not Ollama's. */
function foreignWords(error: LlmError): string[] {
  const cause = error.cause instanceof Error ? error.cause.message : "";
  const told = `${error.message} ${error.hint} ${cause}`;
  return ["rubbish", "Bad Gateway", "html", "page not found", "hush", "pw@"].filter((words) => told.includes(words));
}

Deno.test("OllamaProvider names the failure and keeps the text before it", async (t) => {
  for (const { name, knobs, code, status, message = "", hint = "", text } of FAILING) {
    for (const api of ["generate", "chat"] as const) {
      await t.step(`${name}, ${api}`, async () => {
        const answer = await met(api === "chat" ? asChat(knobs) : knobs, { api });
        const error = failure(answer);
        assertEquals(foreignWords(error), []);
        assertEquals(error.code, code);
        if (status !== undefined) assertEquals(error.status, status);
        assertStringIncludes(error.message, message);
        assertStringIncludes(error.hint ?? "", hint);
        if (text !== undefined) assertEquals(answer.text, text);
      });
    }
  }
});

/** The same lines in the shape of the other API. */
function asChat(knobs: Knobs): Knobs {
  return knobs.lines === undefined || knobs.destroyAfterBytes !== undefined ? knobs : {
    ...knobs,
    lines: knobs.lines.map((line) =>
      line.replace('"response":"par"', '"message":{"role":"assistant","content":"par"}')
    ),
  };
}

Deno.test("OllamaProvider says what to do when the model is not there", async () => {
  await using stub = startStub();
  const cases = [["mistral", "Model mistral is not there", "`ollama pull mistral`"], [
    "",
    "No model is chosen",
    "Set `llm.model`",
  ]];
  for (const [model = "", message = "", hint = ""] of cases) {
    const error = failure(await ask(providerOf(stub), { model }));
    assertEquals([error.code, error.message, error.status], ["model_missing", message, 404]);
    assertStringIncludes(error.hint ?? "", hint);
  }
});

Deno.test("OllamaProvider says what to do when Ollama is not running", async () => {
  const stub = startStub();
  await stub.close();
  const error = failure(await ask(providerOf(stub)));
  assertEquals([error.code, error.message], ["llm_unreachable", `Ollama is not running at ${stub.url}`]);
  assertEquals(error.hint, "Start it with `ollama serve`");
});

Deno.test("OllamaProvider tells the ways of not connecting apart", async (t) => {
  await using stub = startStub();
  const cases = [
    [`https://127.0.0.1:${stub.port}`, "No secure connection", "http://"],
    ["http://no-such-machine.invalid:11434", "No machine is known", "llm.host"],
    ["http://:1234", "no address", "llm.host"],
    ["http://127.0.0.1:6000", "", ""],
  ];
  for (const [host = "", message = "", hint = ""] of cases) {
    await t.step(host, async () => {
      const error = failure(await ask(providerOf({ url: host })));
      assertEquals(error.code, "llm_unreachable");
      assertStringIncludes(error.message, message);
      assertStringIncludes(error.hint ?? "", hint);
    });
  }
});

Deno.test("OllamaProvider joins its path to a host with slashes or a path of its own", async () => {
  await using stub = startStub();
  doneOf(await ask(providerOf({ url: `${stub.url}/` })));
  assertEquals(failure(await ask(providerOf({ url: `${stub.url}/ollama//` }))).code, "llm_wrong_address");
  assertEquals(stub.requests.map(({ path }) => path), ["/api/generate", "/ollama/api/generate"]);
});

Deno.test("OllamaProvider refuses an empty prompt before asking", async () => {
  await using stub = startStub();
  for (const prompt of ["", " \n\t"]) {
    assertEquals(failure(await ask(providerOf(stub), { prompt })).code, "empty_prompt");
  }
  assertEquals(failure(await ask(providerOf(stub), { messages: [] })).code, "empty_prompt");
  assertEquals(stub.requests.length, 0);
});

Deno.test("OllamaProvider asks a busy Ollama again, but not for ever", async () => {
  const busy: Knobs = { status: 503, error: "server busy, please try again.  maximum pending requests exceeded" };
  await using stub = startStub({ queue: [busy, busy, { answer: ["there"] }, busy, busy, busy] });
  assertEquals((await ask(providerOf(stub))).text, "there");
  assertEquals(stub.requests.length, 3);
  assertEquals(failure(await ask(providerOf(stub))).code, "llm_busy");
  assertEquals(stub.requests.length, 6);
});

Deno.test("OllamaProvider connects once more when the connection breaks before any byte", async () => {
  await using stub = startStub({ queue: [{}, { hangUp: true }] });
  const provider = providerOf(stub);
  doneOf(await ask(provider));
  doneOf(await ask(provider));
  assertEquals(stub.requests.length, 3);
});

Deno.test("OllamaProvider does not ask again when the answer had begun", async () => {
  await using stub = startStub({ queue: [{ answer: ["a", "b"], destroyAfter: 1 }] });
  assertEquals(failure(await ask(providerOf(stub))).code, "incomplete");
  assertEquals(stub.requests.length, 1);
});

Deno.test("OllamaProvider answers again after Ollama was restarted", async () => {
  const first = startStub();
  const provider = providerOf(first);
  doneOf(await ask(provider));
  await first.close();
  await using second = startStub({ port: first.port });
  doneOf(await ask(provider));
  assertEquals(second.requests.length, 1);
});

Deno.test("OllamaProvider waits for a late first byte", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using stub = startStub({ behaviour: { hold: promise } });
  const answer = ask(providerOf(stub, { idleMs: 60_000 }));
  await stub.request(0);
  resolve();
  doneOf(await answer);
});

Deno.test("OllamaProvider gives up when the first byte is later than allowed, and closes the socket", async () => {
  await using stub = startStub({ behaviour: { hold: new Promise(() => {}) } });
  const error = failure(await ask(providerOf(stub, { firstByteMs: 20 })));
  assertEquals([error.code, error.message], ["timeout", "No answer of qwen2.5 began within 20 ms"]);
  const request = await stub.request(0);
  await request.closed;
  assertGreater(request.disconnectedAt ?? 0, 0);
});

Deno.test("OllamaProvider gives up when a stream stalls, and keeps its text", async () => {
  await using stub = startStub({ behaviour: { answer: ["a", "b"], stallAfter: 1 } });
  const answer = await ask(providerOf(stub, { firstByteMs: 60_000, idleMs: 20 }));
  assertEquals([answer.text, failure(answer).code], ["a", "timeout"]);
  assertEquals(failure(answer).message, "Nothing more came from Ollama for 20 ms");
  await stub.requests[0]?.closed;
});

Deno.test("OllamaProvider does not take a slow reader for a stall", async () => {
  await using stub = startStub({ behaviour: { answer: ["a", "b", "c"] } });
  const answer = providerOf(stub, { idleMs: 10 }).generate(
    { model: "qwen2.5", messages: [{ role: "user", content: "hi" }] },
    { signal: NEVER },
  );
  const texts: string[] = [];
  for await (const event of answer) {
    if (event.type === "text") texts.push(event.text);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  assertEquals(texts, ["a", "b", "c"]);
});

Deno.test("OllamaProvider ends at the done line when the socket stays open", async () => {
  await using stub = startStub({ behaviour: { answer: ["a"], staysOpen: true } });
  doneOf(await ask(providerOf(stub)));
  await stub.requests[0]?.closed;
});

Deno.test("OllamaProvider leaves no connection behind when its answer was read to the end", async () => {
  await using stub = startStub();
  const provider = providerOf(stub);
  for (let turn = 0; turn < 50; turn++) doneOf(await ask(provider));
  assertLess(stub.connections(), 10);
});

Deno.test("OllamaProvider closes the socket and throws the reason when aborted", async (t) => {
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
      const answer = providerOf(stub).generate(
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
    const answer = providerOf(stub).generate({ model: "qwen2.5", messages }, { signal: abort.signal });
    assertEquals((await answer.next()).value, { type: "text", text: "a" });
    abort.abort(new Error("enough"));
    await assertRejects(() => answer.next(), Error, "enough");
  });
  await t.step("before it begins", async () => {
    await using stub = startStub();
    assertEquals((await ask(providerOf(stub), { signal: AbortSignal.abort("no") })).error, "no");
    assertEquals(stub.requests.length, 0);
  });
  await t.step("between two tries", async () => {
    await using stub = startStub({ behaviour: { status: 503, error: "server busy" } });
    const abort = new AbortController();
    const answer = ask(providerOf(stub, { busyRetryMs: [1_000_000] }), { signal: abort.signal });
    await (await stub.request(0)).closed;
    abort.abort("enough");
    assertEquals((await answer).error, "enough");
  });
  await t.step("after the end", async () => {
    await using stub = startStub();
    const abort = new AbortController();
    doneOf(await ask(providerOf(stub), { signal: abort.signal }));
    abort.abort();
    assertEquals(stub.requests[0]?.finished, true);
  });
});

async function drain(answer: AsyncGenerator<LlmEvent>): Promise<void> {
  while ((await answer.next()).done !== true);
}

Deno.test("OllamaProvider closes the socket when its reader stops reading", async () => {
  await using stub = startStub({ behaviour: { tokens: 10_000_000 } });
  const messages: ChatMessage[] = [{ role: "user", content: "hi" }];
  for await (const event of providerOf(stub).generate({ model: "qwen2.5", messages }, { signal: NEVER })) {
    if (event.type === "text") break;
  }
  const request = await stub.request(0);
  await request.closed;
  assertEquals([request.finished, stub.active()], [false, 0]);
});

Deno.test("OllamaProvider bounds the wait of a new request when an aborted one still holds the slot", async () => {
  await using stub = startStub({ queue: [{ answer: ["a"], stallAfter: 1 }, { hold: new Promise(() => {}) }] });
  const provider = providerOf(stub, { firstByteMs: 30 });
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

Deno.test("OllamaProvider lets parallel calls wait for a single slot", async () => {
  await using stub = startStub({ parallel: 1 });
  const provider = providerOf(stub);
  const answers = await Promise.all(["one", "two", "three"].map((prompt) => ask(provider, { prompt })));
  assertEquals(answers.map(({ text }) => text), ["You said: one", "You said: two", "You said: three"]);
});

Deno.test("OllamaProvider holds back the sender when its reader is slow", async () => {
  await using stub = startStub({ behaviour: { answer: Array(20_000).fill("x".repeat(2000)) } });
  const messages: ChatMessage[] = [{ role: "user", content: "hi" }];
  const answer = providerOf(stub).generate({ model: "qwen2.5", messages }, { signal: NEVER });
  await answer.next();
  const request = await stub.request(0);
  // 40 MB want out. Were they read ahead, the stub would be through with them now.
  await Promise.race([request.closed, new Promise((resolve) => setTimeout(resolve, 200))]);
  assertEquals(request.finished, false);
  assertLess(Deno.memoryUsage().external, 64_000_000);
  await answer.return();
});
