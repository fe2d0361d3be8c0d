/** What a user changes while the server runs. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { TestServer } from "./test_server.ts";
import { Page, RefusedCall } from "./page_calls.ts";
import { startStub, type Stub } from "./stub_ollama.ts";
import { BUILTIN_PERSONAS } from "@/lib/config/personas.ts";

const FILE = `{
  // my avatar
  "llm": { "api": "chat", "model": "qwen2.5" }, // my model
  "plugins": [1, 2] // another program's
}
`;

interface Asked {
  model: string;
  think?: unknown;
  keep_alive?: unknown;
  options?: unknown;
  messages: { role: string; content: string }[];
}

/** Asks as a page does, and gives what Ollama was asked then. */
async function ask({ client }: Page, stub: Stub): Promise<{ path: string; asked: Asked }> {
  const from = client.received.length;
  client.send({ type: "prompt", turn: crypto.randomUUID(), text: "Hi" });
  await client.next("end", from);
  const { path, body } = stub.requests.findLast(({ path }) => path === "/api/chat" || path === "/api/generate")!;
  return { path, asked: body as Asked };
}

Deno.test("a setting is written into the file, which keeps comments and what we do not know", async () => {
  await using server = await TestServer.open({ config: FILE });
  await using page = await Page.open(server);
  assertEquals(await page.write("llm.model", "llama3.2:3b"), { restart: false });
  assertEquals(await Deno.readTextFile(server.services.live.path), FILE.replace("qwen2.5", "llama3.2:3b"));
  assertEquals((await page.setting("llm.model")).value, "llama3.2:3b");
});

Deno.test("the next answer is asked for as the settings say now", async () => {
  await using stub = startStub();
  await using server = await TestServer.open({ config: { llm: { api: "chat", host: stub.url } } });
  await using page = await Page.open(server);
  const before = await ask(page, stub);
  assertEquals([before.path, before.asked.model, before.asked.options], ["/api/chat", "qwen2.5", undefined]);
  assertStringIncludes(before.asked.messages[0]!.content, BUILTIN_PERSONAS.companion.text);

  await page.call("settings.write", {
    changes: [
      { path: ["llm", "model"], value: "deepseek-r1" },
      { path: ["llm", "think"], value: "true" },
      { path: ["llm", "keepAlive"], value: "10m" },
      { path: ["llm", "contextLength"], value: 16_384 },
      { path: ["prompt"], value: "tutor" },
    ],
  });
  const { asked } = await ask(page, stub);
  assertEquals([asked.model, asked.think, asked.keep_alive, asked.options], [
    "deepseek-r1",
    true,
    "10m",
    { num_ctx: 16_384 },
  ]);
  assertStringIncludes(asked.messages[0]!.content, BUILTIN_PERSONAS.tutor.text);

  await page.call("settings.write", {
    changes: [{ path: ["llm", "api"], value: "generate" }, { path: ["llm", "think"], value: null }],
  });
  const after = await ask(page, stub);
  assertEquals([after.path, "think" in after.asked], ["/api/generate", false]);
});

Deno.test("another Ollama is asked from now on, and every page hears what is there", async () => {
  await using one = startStub({ behaviour: { answer: "one" } });
  await using other = startStub({
    behaviour: { answer: "other" },
    version: "0.99.0",
    models: [{ name: "mini:latest" }],
  });
  await using server = await TestServer.open({ config: { llm: { host: one.url } } });
  await using page = await Page.open(server);
  await using second = await Page.open(server);
  const from = second.client.received.length;
  await page.write("llm.host", other.url);
  const told = await second.client.first((frame) => frame.type === "status" && frame.version === "0.99.0", from);
  assert(told.type === "status");
  assertEquals([told.host, told.reachable, told.modelPresent], [other.url, true, false]);
  await page.write("llm.model", "mini");
  await ask(page, other);
  assertEquals(page.client.received.findLast((frame) => frame.type === "chunk")?.data, "other");
});

Deno.test("the demo stands in for an Ollama that is not there only as long as the settings say so", async () => {
  await using server = await TestServer.open({ env: { OLLAMA_HOST: "127.0.0.1:9" } });
  await using page = await Page.open(server);
  await page.write("llm.fallback", "none");
  const from = page.client.received.length;
  page.client.send({ type: "prompt", turn: "a", text: "Hi" });
  assertEquals((await page.client.next("error", from)).code, "llm_unreachable");
});

Deno.test("feelings are guessed, or not, in a conversation that is open already", async () => {
  await using stub = startStub({ behaviour: { answer: "I am so glad! Bye." } });
  await using server = await TestServer.open({ config: { llm: { host: stub.url, api: "chat" } } });
  await using page = await Page.open(server);
  const feelings = () => page.client.received.filter((frame) => frame.type === "emotion").length;
  await page.write("emotions.classifier", false);
  await ask(page, stub);
  assertEquals(feelings(), 0);
  await page.write("emotions.classifier", true);
  await ask(page, stub);
  assert(feelings() > 0);
});

Deno.test("every page hears how the avatar is to be drawn, and how the page is to look", async () => {
  await using server = await TestServer.open();
  await using page = await Page.open(server);
  await using second = await Page.open(server);
  await page.call("settings.write", {
    changes: [
      { path: ["timeScale"], value: "2" },
      { path: ["avatar", "maxFps"], value: 30 },
      { path: ["ui", "theme"], value: "dark" },
    ],
  });
  const { config } = await second.client.next("avatar");
  assertEquals([config.model, config.timeScale, config.avatar?.maxFps, config.ui?.theme], ["hiyori", 2, 30, "dark"]);
  assertEquals(await (await fetch(`${server.url}/app-config.json`)).json(), config);
});

Deno.test("the page is rendered as the settings say, unless its reader has chosen", async () => {
  await using server = await TestServer.open({ config: { ui: { theme: "light", language: "ja" } } });
  await using page = await Page.open(server);
  const rendered = async (cookie: string) => {
    const html = await (await fetch(server.url, { headers: { cookie, "accept-language": "zh" } })).text();
    return [/<html[^>]* lang="(\w+)"/.exec(html)?.[1], /<html[^>]* data-theme="(\w+)"/.exec(html)?.[1]];
  };
  assertEquals(await rendered(""), ["ja", "light"]);
  assertEquals(await rendered("theme=dark; language=en"), ["en", "dark"]);
  await page.call("settings.write", {
    changes: [{ path: ["ui", "theme"], value: "contrast" }, { path: ["ui", "language"], value: null }],
  });
  assertEquals(await rendered(""), ["zh", "contrast"]);
});

Deno.test("a wrong setting changes nothing, and the refusal says what it should be", async () => {
  await using server = await TestServer.open({ config: FILE, env: { VTUBER_TIME_SCALE: "3" } });
  await using page = await Page.open(server);
  const cases: [changes: [string, unknown][], message: string][] = [
    [[["ui.theme", "dark"], ["avatar.maxFps", 0]], "avatar.maxFps is 0: it should be a whole number from 1 to 240"],
    [[["timeScale", 1]], "Cannot change timeScale: the environment variable VTUBER_TIME_SCALE decides it"],
    [[["server.token", "abcdefgh"]], "it is no setting of the page"],
    [[["model", "nobody"]], "Cannot show the model nobody: there is none of this name"],
    [[["prompt", "nobody"]], 'prompt is "nobody": it should be one of companion, streamer, tutor, none'],
    [
      [["llm.host", "http://u:hush@127.0.0.1:11434/?x"]],
      'llm.host is "http://127.0.0.1:11434/?x": it should be an address',
    ],
    [[["llm.host", "127.0.0.1#"]], "without ? and #"],
    [[["llm.host", "http://169.254.169.254"]], "llm.allowLinkLocal lets it be asked all the same"],
    [[["llm.host", "http://[::ffff:a9fe:a9fe]/latest"]], "this one is link-local or a cloud's own"],
    [[["llm.allowLinkLocal", true]], "it is no setting of the page"],
    [[], "params.changes"],
  ];
  for (const [changes, message] of cases) {
    const refused = await assertRejects(
      () =>
        page.call("settings.write", { changes: changes.map(([path, value]) => ({ path: path.split("."), value })) }),
      RefusedCall,
      message,
    );
    assertEquals(refused.error.code, "bad_value");
    assertEquals(refused.error.message.includes("hush"), false);
  }
  assertEquals(await Deno.readTextFile(server.services.live.path), FILE);
  assertEquals([server.services.live.current.ui.theme, server.services.live.current.model], ["auto", "hiyori"]);
  const { variable, value } = await page.setting("timeScale");
  assertEquals([variable, value], ["VTUBER_TIME_SCALE", 3]);
});

Deno.test("what needs a restart says so, is written, and leaves the running server as it is", async () => {
  await using server = await TestServer.open();
  await using page = await Page.open(server);
  const { port } = server.services.live.current.server;
  assertEquals(String(port), new URL(server.url).port);
  assertEquals(await page.write("server.port", 9123), { restart: true });
  assertEquals(await page.write("server.port", 9123), { restart: false });
  assertEquals([(await page.setting("server.port")).value, server.services.live.current.server.port], [9123, port]);
  await (await Page.open(server))[Symbol.asyncDispose]();
});

Deno.test("the model and the character are chosen among those there are", async () => {
  await using server = await TestServer.open({ config: { prompts: { pirate: "Arr." }, models: { mia: "mia.zip" } } });
  await using page = await Page.open(server);
  assertEquals((await page.setting("model")).choices, ["hiyori", "shizuku", "mao", "mia"]);
  assertEquals((await page.setting("prompt")).choices, ["pirate", "companion", "streamer", "tutor", "none"]);
});

Deno.test("a password in llm.host opens what it is for, and is shown to nobody", async () => {
  await using stub = startStub();
  const host = stub.url.replace("http://", "http://someone:hush-hush@");
  await using server = await TestServer.open({ config: { llm: { host, fallback: "none" } } });
  await using page = await Page.open(server);
  const { result } = page.begin("llm.preflight", {});
  const shown: unknown[] = [await result, await page.call("settings.read", {})];
  const { asked } = await ask(page, stub);
  assertEquals(asked.model, "qwen2.5");
  assertEquals([...new Set(stub.requests.map(({ headers }) => headers.get("authorization")))], [
    `Basic ${btoa("someone:hush-hush")}`,
  ]);
  await page.write("llm.model", "gemma3");
  await stub.close();
  const from = page.client.received.length;
  page.client.send({ type: "prompt", turn: "gone", text: "Hi" });
  await page.client.next("error", from);
  shown.push(await page.call("llm.preflight", {}), ...page.client.received);
  for (const path of ["/", "/app-config.json", "/readyz", "/metrics"]) {
    shown.push(await (await fetch(server.url + path)).text());
  }
  const all = JSON.stringify(shown);
  assertEquals(["hush", "someone"].filter((word) => all.includes(word)), []);
  assertStringIncludes(all, `Ollama is not running at ${stub.url}`);
  assertStringIncludes(await Deno.readTextFile(server.services.live.path), host);
});

Deno.test("a page that asks through another program hears nothing of what that answers", async () => {
  await using inner = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, ({ url }) => {
    const { pathname } = new URL(url);
    return pathname.endsWith("/version")
      ? new Response("<p>hush</p>", { status: 200 })
      : new Response(JSON.stringify({ data: "hush", error: { hush: "hush" } }), { status: 500 });
  });
  await using server = await TestServer.open({ config: FILE });
  await using page = await Page.open(server);
  await page.write("llm.host", `http://127.0.0.1:${inner.addr.port}/admin`);
  const seen = await page.call("llm.preflight", {});
  const said = `http://127.0.0.1:${inner.addr.port}/admin answers, but it is not Ollama`;
  assertEquals([seen.server.reachable, seen.server.problem?.message], [false, said]);
  page.client.send({ type: "prompt", turn: "a", text: "Hi" });
  assertEquals((await page.client.next("error")).message, `${said} (500)`);
  const refused = await assertRejects(() => page.call("llm.pull", { model: "m" }), RefusedCall);
  assertEquals(refused.message, `${said} (500)`);
  assertEquals(JSON.stringify(page.client.received).includes("hush"), false);
});
