import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Knobs, startStub, type Stub, type StubOptions } from "@/tests/stub_ollama.ts";
import { type OllamaOptions, OllamaProvider } from "./ollama.ts";
import { type Answer, ask, doneOf, failure, foreignWords } from "@/lib/providers/contract_fixture.ts";
import type { ChatMessage } from "@/lib/providers/provider.ts";

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

/** Asks a fresh stub that behaves so. */
async function met(knobs: Knobs, options: Partial<OllamaOptions> = {}, stubOptions: StubOptions = {}): Promise<Answer> {
  await using stub = startStub({ behaviour: knobs, ...stubOptions });
  return await ask(providerOf(stub, options));
}

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
