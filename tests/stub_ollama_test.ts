import { assert, assertEquals, assertGreater, assertMatch, assertRejects } from "@std/assert";
import { fileURLToPath } from "node:url";
import { goJson, type Knobs, startStub, type Stub } from "./stub_ollama.ts";
import { within } from "./until.ts";

async function post(stub: Stub, path: string, body: unknown): Promise<Response> {
  return await fetch(stub.url + path, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) });
}

const ASK = { model: "qwen2.5", prompt: "hi there" };
const CHAT = { model: "qwen2.5", messages: [{ role: "user", content: "hi there" }] };

async function met(knobs: Knobs, path = "/api/generate", ask: unknown = ASK): Promise<string> {
  await using stub = startStub({ behaviour: knobs });
  return await (await post(stub, path, ask)).text();
}

Deno.test("the stub streams lines with Ollama's keys in Ollama's order", async () => {
  await using stub = startStub({ behaviour: { answer: ["Hi", " <b>"], thinking: ["hm"] } });
  const generate = await post(stub, "/api/generate", ASK);
  assertEquals(generate.headers.get("content-type"), "application/x-ndjson");
  const lines = (await generate.text()).split("\n");
  assertEquals(lines.at(-1), "");
  const strip = (line: string) => line.replace(/"created_at":"[^"]*"/, '"created_at":""');
  assertEquals(lines.slice(0, -1).map(strip), [
    '{"model":"qwen2.5","created_at":"","response":"","thinking":"hm","done":false}',
    '{"model":"qwen2.5","created_at":"","response":"Hi","done":false}',
    '{"model":"qwen2.5","created_at":"","response":" \\u003cb\\u003e","done":false}',
    '{"model":"qwen2.5","created_at":"","response":"","done":true,"done_reason":"stop","context":[151644,872,198],' +
    '"total_duration":5043500667,"load_duration":5025959,"prompt_eval_count":2,"prompt_eval_duration":325953000,' +
    '"eval_count":2,"eval_duration":4709213000}',
  ]);
  const chat = (await (await post(stub, "/api/chat", CHAT)).text()).split("\n").map(strip);
  assertEquals(
    chat[1],
    '{"model":"qwen2.5","created_at":"","message":{"role":"assistant","content":"Hi"},"done":false}',
  );
  assertMatch(chat[3] ?? "", /"content":""\},"done":true,"done_reason":"stop","total_duration"/);
});

Deno.test("the stub writes times as Go does", async () => {
  const text = await met({ tokens: 30, thinking: [] });
  const times = Array.from(text.matchAll(/"created_at":"([^"]*)"/g), ([, time = ""]) => time);
  for (const time of times) assertMatch(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,8}[1-9])?Z$/);
  assertGreater(new Set(times.map(({ length }) => length)).size, 4);
});

Deno.test("goJson() escapes what Go escapes", () => {
  assertEquals(
    goJson({ a: "<&>\u2028\u2029/'é😀\u0001\n" }),
    '{"a":"\\u003c\\u0026\\u003e\\u2028\\u2029/\'é😀\\u0001\\n"}',
  );
  assertEquals(goJson(["\ud800"]), '["\ufffd"]');
});

Deno.test("the stub refuses with Ollama's status and words", async (t) => {
  await using stub = startStub({
    models: [{ name: "qwen2.5:latest" }, { name: "e:latest", capabilities: ["embedding"] }],
  });
  const cases: [string, unknown, number, string][] = [
    ["/api/generate", "", 400, '{"error":"missing request body"}'],
    ["/api/generate", "null", 404, '{"error":"model \'\' not found"}'],
    ["/api/chat", "{}", 400, '{"error":"model is required"}'],
    ["/api/generate", { model: "mistral", prompt: "x" }, 404, '{"error":"model \'mistral\' not found"}'],
    ["/api/generate", { model: "a b", prompt: "x" }, 400, '{"error":"invalid model name"}'],
    ["/api/generate", { ...ASK, think: true }, 400, '{"error":"\\"qwen2.5\\" does not support thinking"}'],
    ["/api/generate", { ...ASK, model: "e" }, 400, '{"error":"\\"e\\" does not support generate"}'],
    ["/api/chat", { ...CHAT, keep_alive: "300" }, 400, '{"error":"time: missing unit in duration \\"300\\""}'],
    [
      "/api/generate",
      { ...ASK, options: { temperature: "hot" } },
      500,
      '{"error":"option \\"temperature\\" must be of type float32"}',
    ],
    ["/api/show", { model: "mistral" }, 404, '{"error":"model \'mistral:latest\' not found"}'],
    ["/api/pull", {}, 400, '{"error":"invalid model name"}'],
    ["/api/none", {}, 404, "404 page not found"],
    ["/api/tags", {}, 405, "405 method not allowed"],
  ];
  for (const [path, body, status, text] of cases) {
    await t.step(`${path} ${JSON.stringify(body)}`, async () => {
      const answer = await post(stub, path, body);
      assertEquals([answer.status, await answer.text()], [status, text]);
    });
  }
});

Deno.test("the stub only loads when the prompt is empty", async () => {
  await using stub = startStub();
  const answer = await post(stub, "/api/generate", { model: "qwen2.5", prompt: "" });
  assertEquals(answer.headers.get("content-type"), "application/json; charset=utf-8");
  const text = await answer.text();
  assert(!text.endsWith("\n"));
  assertEquals(JSON.parse(text).done_reason, "load");
  const unload = await post(stub, "/api/generate", { model: "qwen2.5", keep_alive: 0 });
  assertEquals((await unload.json()).done_reason, "unload");
});

Deno.test("the stub answers in one object when not asked to stream", async () => {
  const generate = JSON.parse(await met({}, "/api/generate", { ...ASK, stream: false }));
  assertEquals([generate.response, generate.done], ["You said: hi there", true]);
  const chat = JSON.parse(await met({ endAfter: 2 }, "/api/chat", { ...CHAT, stream: false }));
  assertEquals([chat.message.content, chat.done], ["You said:", false]);
});

Deno.test("the stub lists, shows and pulls models", async () => {
  await using stub = startStub({ models: [{ name: "qwen2.5:latest", loaded: true }] });
  const read = async (path: string) => await (await fetch(stub.url + path)).text();
  assertEquals(await read("/"), "Ollama is running");
  assertEquals(await read("/api/version"), '{"version":"0.33.0"}');
  assertEquals(JSON.parse(await read("/api/tags")).models[0].details.family, "qwen");
  assertEquals(JSON.parse(await read("/api/ps")).models[0].context_length, 4096);
  assertEquals(
    (await (await post(stub, "/api/show", { model: "QWEN2.5" })).json()).model_info["qwen.context_length"],
    32_768,
  );
  const steps = (await (await post(stub, "/api/pull", { model: "mistral" })).text()).trim().split("\n");
  assertEquals([steps[0], steps.at(-1)], ['{"status":"pulling manifest"}', '{"status":"success"}']);
  assertEquals(JSON.parse(await read("/api/tags")).models.length, 2);
  const head = await fetch(stub.url, { method: "HEAD" });
  assertEquals([head.status, await head.text()], [200, ""]);
  stub.set({ models: [] });
  assertEquals(await read("/api/tags"), '{"models":[]}');
  assertEquals(await read("/v1/models"), '{"object":"list","data":null}');
});

Deno.test("the stub redirects what was joined badly", async () => {
  await using stub = startStub();
  const joined = await fetch(`${stub.url}//api/tags`, { redirect: "manual" });
  assertEquals([joined.status, joined.headers.get("location")], [301, "/api/tags"]);
  await joined.body?.cancel();
  const slash = await fetch(`${stub.url}/api/chat/`, { method: "POST", redirect: "manual" });
  assertEquals(slash.status, 307);
  await slash.body?.cancel();
});

Deno.test("the stub cuts the body where it is told to", async () => {
  await using stub = startStub({ behaviour: { lines: ['{"a":"日"}', "{}"], cuts: [7, 9], trailing: "x" } });
  const answer = await post(stub, "/api/generate", ASK);
  const sizes = [];
  for await (const piece of answer.body ?? []) sizes.push(piece.length);
  assertEquals(sizes, [7, 2, 7]);
});

Deno.test("the stub ends badly in every way it is told to", async () => {
  assertEquals(await met({ answer: ["a", "b"], error: "boom", errorAfter: 0 }), '{"error":"boom"}\n');
  assertEquals(await met({ answer: ["a"], endAfter: 0 }), "");
  assertEquals((await met({ answer: ["a", "b"], endAfter: 1 })).split("\n").length, 2);
  assert(!(await met({ answer: ["a"], finalNewline: false })).endsWith("\n"));
  await assertRejects(() => met({ answer: ["a", "b"], destroyAfter: 1 }), TypeError);
  await assertRejects(() => met({ hangUp: true }), TypeError);
});

Deno.test("the stub records requests, and when their clients left", async () => {
  await using stub = startStub({
    queue: [{ answer: ["a"], stallAfter: 1 }],
    behaviour: (_request, index) => ({ answer: `${index}` }),
  });
  const abort = new AbortController();
  const stalled = await fetch(`${stub.url}/api/generate`, {
    method: "POST",
    body: JSON.stringify(ASK),
    signal: abort.signal,
  });
  assertEquals(stub.active(), 1);
  abort.abort();
  await assertRejects(() => stalled.text());
  const record = await stub.request(0);
  await record.closed;
  assertEquals([record.path, record.body, record.lines, record.finished], ["/api/generate", ASK, 1, false]);
  assertGreater(record.disconnectedAt ?? 0, record.at);
  assertEquals(stub.active(), 0);
  assertEquals(JSON.parse((await (await post(stub, "/api/generate", ASK)).text()).split("\n")[0] ?? "").response, "1");
  assertEquals((await stub.request(1)).finished, true);
});

Deno.test("the stub gives slots in order, and sends away what its queue cannot hold", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using stub = startStub({ parallel: 1, maxQueue: 1, queue: [{ hold: promise }] });
  const first = post(stub, "/api/generate", ASK);
  await stub.request(0);
  const second = post(stub, "/api/generate", ASK);
  await stub.request(1);
  const third = await post(stub, "/api/generate", ASK);
  assertEquals([third.status, (await third.json()).error], [
    503,
    "server busy, please try again.  maximum pending requests exceeded",
  ]);
  assertEquals(stub.active(), 1);
  resolve();
  for (const answer of await Promise.all([first, second])) {
    assertEquals((await answer.text()).includes('"done":true'), true);
  }
});

Deno.test("the stub makes synthetic tokens, one chunk each or joined, and stamps them with the time", async () => {
  assertEquals((await met({ tokens: 100 })).trim().split("\n").length, 101);
  assertEquals((await met({ tokens: 100, coalesce: 7 })).trim().split("\n").length, 101);
  const stamp = Number(JSON.parse((await met({ tokens: 1, stamp: true })).split("\n")[0] ?? "").response);
  assertGreater(stamp, Date.now() - 60_000);
});

Deno.test("the stub speaks OpenAI's dialect", async () => {
  await using stub = startStub();
  const whole = await (await post(stub, "/v1/chat/completions", CHAT)).json();
  assertEquals(whole.choices[0].message.content, "You said: hi there");
  const stream =
    await (await post(stub, "/v1/chat/completions", { ...CHAT, stream: true, stream_options: { include_usage: true } }))
      .text();
  assert(stream.endsWith("data: [DONE]\n\n"));
  assertEquals(stream.trim().split("\n\n").length, 4 + 3);
  assertEquals((await (await post(stub, "/v1/chat/completions", {})).json()).error.type, "invalid_request_error");
});

Deno.test("the stub reads requests however they arrive", async () => {
  await using stub = startStub();
  const body = JSON.stringify(ASK);
  const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
  const heads = [`Content-Length: ${body.length}\r\n\r\n${body}`, `Transfer-Encoding: chunked\r\n\r\n${chunked}`];
  for (const rest of heads) {
    using conn = await Deno.connect({ port: stub.port });
    for (
      const byte of new TextEncoder().encode(`POST /api/generate HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${rest}`)
    ) {
      await conn.write(new Uint8Array([byte]));
    }
    const answer = await new Response(conn.readable).text();
    assert(answer.startsWith("HTTP/1.1 200 OK\r\n"));
    assert(answer.endsWith("0\r\n\r\n"));
  }
  assertEquals(stub.requests.map((request) => request.body), [ASK, ASK]);
});

Deno.test("the stub runs as a program", async () => {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", fileURLToPath(new URL("stub_ollama.ts", import.meta.url)), "--port", "0", "--rate", "0"],
    stdout: "piped",
  });
  await using program = command.spawn();
  const output = program.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let printed = "";
  while (!printed.includes("\n")) printed += (await within("the address", output.read())).value ?? "\n";
  const url = printed.match(/http:\S+/)?.[0];
  const answer = await (await fetch(`${url}/api/generate`, { method: "POST", body: JSON.stringify(ASK) })).text();
  assertGreater(answer.split("\n").length, 20);
  program.kill();
  await program.status;
  await output.cancel();
});
