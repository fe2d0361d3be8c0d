/** What is OpenAI's tongue alone; what holds for every provider stands in `contract_answers_test.ts`. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Knobs, startStub, type Stub, type StubOptions } from "@/tests/stub_ollama.ts";
import { type Answer, ask, COMPATIBLE, doneOf, failure, foreignWords } from "@/lib/providers/contract_fixture.ts";
import { LLM_SERVERS } from "@/lib/protocol/llm_servers.ts";
import type { ChatMessage } from "@/lib/providers/provider.ts";
import { type OpenAiOptions, OpenAiProvider } from "./openai.ts";

const SECRET = "sk-hush-hush-hush";

function providerOf(stub: Pick<Stub, "url">, options: Partial<OpenAiOptions> = {}): OpenAiProvider {
  const usual = { server: COMPATIBLE, host: stub.url, firstByteMs: 0, idleMs: 0, busyRetryMs: [1, 1] };
  return new OpenAiProvider({ ...usual, ...options });
}

async function met(knobs: Knobs, options: Partial<OpenAiOptions> = {}, stubbed: StubOptions = {}): Promise<Answer> {
  await using stub = startStub({ behaviour: knobs, ...stubbed });
  return await ask(providerOf(stub, options));
}

Deno.test("OpenAiProvider sends model, messages and stream, and what is configured", async () => {
  await using stub = startStub();
  const messages: ChatMessage[] = [{ role: "user", content: "hi" }];
  await ask(providerOf(stub), { prompt: "hi" });
  await ask(providerOf(stub, { think: "max", options: { temperature: 0.5 } }));
  const vllm = LLM_SERVERS.find(({ id }) => id === "vllm")!;
  await ask(providerOf(stub, { server: vllm, think: false }), {
    messages: [...messages, { role: "assistant", content: "He" }],
  });
  const usual = { model: "qwen2.5", messages, stream: true, stream_options: { include_usage: true } };
  assertEquals(stub.requests.map(({ body }) => body), [
    usual,
    { ...usual, reasoning_effort: "high", temperature: 0.5 },
    {
      ...usual,
      messages: [...messages, { role: "assistant", content: "He" }],
      chat_template_kwargs: { enable_thinking: false },
      add_generation_prompt: false,
      continue_final_message: true,
    },
  ]);
  assertEquals(stub.requests[0]?.headers.get("accept"), "text/event-stream");
});

Deno.test("OpenAiProvider finds the same place with and without /v1 and slashes behind the address", async () => {
  await using stub = startStub();
  for (const end of ["", "/", "/v1", "/v1/"]) doneOf(await ask(providerOf({ url: stub.url + end })));
  assertEquals(new Set(stub.requests.map(({ path }) => path)), new Set(["/v1/chat/completions"]));
});

const CHUNK = (delta: unknown, more = {}) => `data: ${JSON.stringify({ choices: [{ index: 0, delta, ...more }] })}`;
const END = CHUNK({}, { finish_reason: "stop" });

Deno.test("OpenAiProvider reads odd but legal streams", async (t) => {
  const cases: [name: string, knobs: Knobs, text: string, thinking?: string][] = [
    ["without [DONE]", { answer: ["a", "b"], doneWord: false }, "ab"],
    ["without [DONE], and a connection that stays open", { answer: ["a"], doneWord: false, staysOpen: true }, "a"],
    ["without [DONE], and a connection that breaks", { lines: [CHUNK({ content: "a" }), END], destroyAfter: 2 }, "a"],
    ["with [DONE] and no reason", { lines: [CHUNK({ content: "a" }), "data: [DONE]"] }, "a"],
    ["with comments and names of events", { answer: ["a", "b"], comments: true }, "ab"],
    ["with comments, cut at every byte", { answer: ["a", "b"], comments: true, cutEvery: 1 }, "ab"],
    ["with events of several lines", { answer: ["a", "b"], spread: true }, "ab"],
    ["with CR LF", { answer: ["a", "b"], newline: "\r\n\r\n" }, "ab"],
    ["with events of several lines and CR LF", { answer: ["a"], spread: true, newline: "\r\n\r\n" }, "a"],
    ["without blank lines", { answer: ["a", "b"], newline: "\n" }, "ab"],
    ["without the last blank line", { answer: ["a", "b"], finalNewline: false }, "ab"],
    ["without a blank behind the colon", { lines: [CHUNK({ content: "a" }).replace(": ", ":"), END] }, "a"],
    ["with thoughts as `reasoning`", { thinking: ["hm"], answer: ["a"], thinkingAs: "reasoning" }, "a", "hm"],
    [
      "with both",
      { lines: [CHUNK({ reasoning: "hm", reasoning_content: "hm" }), CHUNK({ content: "a" }), END] },
      "a",
      "hm",
    ],
    [
      "with content in parts",
      {
        lines: [
          CHUNK({
            content: [{ type: "thinking", thinking: [{ type: "text", text: "hm" }] }, { type: "text", text: "a" }],
          }),
          END,
        ],
      },
      "a",
      "hm",
    ],
    ["with a refusal of the model", { lines: [CHUNK({ refusal: "no" }), END] }, "no"],
    ["with text, as completions have it", { lines: ['data: {"choices":[{"text":"a"}]}', END] }, "a"],
    ["with null everywhere", {
      lines: [
        CHUNK({ content: null, reasoning: null }),
        'data: {"choices":[],"usage":null,"error":null}',
        "data: {}",
        END,
      ],
    }, ""],
    ["with empty data, as a sign of life", { lines: ["data:", CHUNK({ content: "a" }), END] }, "a"],
    ["with more behind [DONE]", { answer: ["a"], trailing: "data: rubbish\n\n" }, "a"],
    ["as a whole answer", { answer: ["a", "b"], thinking: ["hm"], whole: true }, "ab", "hm"],
    ["as a whole answer that says it is a stream", {
      lines: ['{"choices":[{"message":{"content":"ab"},"finish_reason":"stop"}]}'],
      newline: "\n",
    }, "ab"],
  ];
  for (const [name, knobs, text, thinking = ""] of cases) {
    await t.step(name, async () => {
      const answer = await met(knobs);
      assertEquals([answer.text, answer.thinking, answer.error], [text, thinking, undefined]);
      assertEquals(doneOf(answer).reason, "stop");
    });
  }
});

Deno.test("OpenAiProvider knows every reason of an end", async (t) => {
  for (
    const [said, reason] of [["stop", "stop"], ["eos", "eos"], ["tool_calls", "tool_calls"], ["max_tokens", "length"]]
  ) {
    await t.step(said!, async () => {
      assertEquals(doneOf(await met({ answer: ["a"], doneReason: said! })).reason, reason!);
    });
  }
  await t.step("length, where [DONE] follows", async () => {
    assertEquals(doneOf(await met({ answer: ["a"], doneReason: "length" })).reason, "length");
  });
  await t.step("content_filter", async () => {
    const answer = await met({ answer: ["a"], doneReason: "content_filter" });
    assertEquals([answer.text, failure(answer).code], ["a", "llm_refused"]);
    assertStringIncludes(failure(answer).message, "content filter");
  });
  await t.step("error", async () => {
    assertEquals(failure(await met({ answer: ["a"], doneReason: "error" })).code, "incomplete");
  });
});

Deno.test("OpenAiProvider asks without the counts where a server refuses to be asked for them, and remembers", async () => {
  await using stub = startStub({ behaviour: { answer: ["a"], refusesUsage: true } });
  const provider = providerOf(stub);
  assertEquals(doneOf(await ask(provider)), { type: "done", reason: "stop" });
  doneOf(await ask(provider));
  assertEquals(stub.requests.map(({ body }) => "stream_options" in (body as object)), [true, false, false]);
});

interface Failing {
  name: string;
  knobs: Knobs;
  code: string;
  message?: string;
  hint?: string;
}

const MESSAGE = { message: "inner words", type: "some_error", param: null, code: null };
/** Every server's own form. */
const FAILING: Failing[] = [
  ...[
    ["OpenAI", { error: MESSAGE }],
    ["llama.cpp", { error: { code: 500, message: "inner words", type: "server_error" } }],
    ["LM Studio", { error: "inner words" }],
    ["older vLLM", { object: "error", message: "inner words", type: "InternalServerError", param: null, code: 500 }],
    ["KoboldCpp", { detail: { msg: "inner words", type: "server_error" } }],
    ["text-generation-webui", { detail: "inner words" }],
    ["FastAPI's checks", { detail: [{ loc: ["body", "messages"], msg: "inner words", type: "missing" }] }],
  ].flatMap(([name, body]) => [
    {
      name: `${name}, 500`,
      knobs: { status: 500, body: JSON.stringify(body) },
      code: "llm_failed",
      message: "inner words",
    },
    {
      name: `${name}, 400`,
      knobs: { status: 400, body: JSON.stringify(body) },
      code: "llm_failed",
      message: "inner words",
    },
  ]),
  ...[
    ["a field", `data: ${JSON.stringify({ error: MESSAGE })}`],
    ["an event of that name", `event: error\ndata: ${JSON.stringify({ error: MESSAGE })}`],
    ["older llama.cpp's field", `error: ${JSON.stringify(MESSAGE)}`],
    [
      "OpenRouter's choice",
      CHUNK({ content: "" }, { finish_reason: "error", error: { code: 502, message: "inner words" } }),
    ],
    ["older vLLM's event", `data: ${JSON.stringify({ object: "error", message: "inner words", code: 500 })}`],
  ].map(([name, line]) => ({
    name: `within the stream: ${name}`,
    knobs: { lines: [CHUNK({ content: "par" }), line!] },
    code: "llm_failed",
    message: "inner words",
  })),
  {
    name: "a wrong key, which OpenAI repeats",
    knobs: { status: 401, body: JSON.stringify({ error: { ...MESSAGE, message: `Incorrect API key: ${SECRET}` } }) },
    code: "llm_unauthorized",
    message: "does not take this key",
    hint: "VTUBER_LLM_AUTH",
  },
  {
    name: "a key in another error",
    knobs: { status: 500, body: JSON.stringify({ error: `No account for ${SECRET}` }) },
    code: "llm_failed",
  },
  {
    name: "somebody else's key in an error",
    knobs: { status: 500, body: JSON.stringify({ error: "No account for sk-proj-hush-0123456789" }) },
    code: "llm_failed",
    message: "No account for …",
  },
  {
    name: "no money",
    knobs: { status: 402, body: JSON.stringify({ error: MESSAGE }) },
    code: "llm_refused",
    hint: "account",
  },
  {
    name: "no money, as OpenAI says it",
    knobs: { status: 429, body: JSON.stringify({ error: { ...MESSAGE, code: "insufficient_quota" } }) },
    code: "llm_refused",
  },
  {
    name: "a model that is not there, OpenAI",
    knobs: { status: 404, body: JSON.stringify({ error: { ...MESSAGE, code: "model_not_found" } }) },
    code: "model_missing",
    hint: "Choose one",
  },
  {
    name: "a model that is not there, vLLM",
    knobs: { status: 404, error: "The model `qwen2.5` does not exist." },
    code: "model_missing",
  },
  {
    name: "no model, LM Studio",
    knobs: { status: 400, error: "No models loaded. Please load one." },
    code: "model_missing",
  },
  {
    name: "no such path, llama.cpp",
    knobs: { status: 404, error: "File Not Found" },
    code: "llm_wrong_address",
    hint: "llm.host",
  },
  {
    name: "too long, llama.cpp",
    knobs: { status: 400, error: "the request exceeds the available context size. try increasing it" },
    code: "context_full",
    hint: "new conversation",
  },
  {
    name: "too long, OpenAI",
    knobs: { status: 400, error: "This model's maximum context length is 4097 tokens. However, …" },
    code: "context_full",
  },
  {
    name: "a model that is being loaded",
    knobs: { status: 503, error: "Loading model" },
    code: "llm_busy",
    message: "loading",
  },
  {
    name: "KoboldCpp busy",
    knobs: { status: 503, body: '{"detail":{"msg":"Server is busy","type":"x"}}' },
    code: "llm_busy",
  },
  { name: "403", knobs: { status: 403, error: "Country not supported" }, code: "llm_refused" },
  {
    name: "half an event",
    knobs: { lines: [CHUNK({ content: "par" }), 'data: {"choi'], finalNewline: false },
    code: "incomplete",
  },
  {
    name: "an event that is no JSON",
    knobs: { lines: [CHUNK({ content: "par" }), "data: rubbish"] },
    code: "llm_wrong_address",
  },
  { name: "JSON that says nothing", knobs: { lines: ['{"hush": 1}'] }, code: "incomplete" },
];

Deno.test("OpenAiProvider names the failure in each server's form, and repeats no key", async (t) => {
  for (const { name, knobs, code, message = "", hint = "" } of FAILING) {
    await t.step(name, async () => {
      const error = failure(await met(knobs, { authorization: `Bearer ${SECRET}` }));
      assertEquals([error.code, foreignWords(error)], [code, []]);
      assertStringIncludes(error.message, message);
      assertStringIncludes(error.hint ?? "", hint);
      assert(!JSON.stringify([error.message, error.hint, String(error.cause)]).includes("hush"));
    });
  }
});

Deno.test("OpenAiProvider shows its key to its server alone: no redirect is followed", async () => {
  await using elsewhere = startStub();
  await using stub = startStub({
    behaviour: { status: 307, headers: { location: `${elsewhere.url}/v1/chat/completions` } },
  });
  const error = failure(await ask(providerOf(stub, { authorization: `Bearer ${SECRET}` })));
  assertEquals(error.code, "llm_wrong_address");
  assertEquals([stub.requests.length, elsewhere.requests.length], [1, 0]);
  assertEquals(stub.requests[0]?.headers.get("authorization"), `Bearer ${SECRET}`);
});
