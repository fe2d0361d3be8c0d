/** Avatars and characters that a user brings while the server runs. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { TestServer } from "./test_server.ts";
import { Page, RefusedCall } from "./page_calls.ts";
import { startStub } from "./stub_ollama.ts";
import { encoded, png, textChunk } from "@/lib/characters/png_fixture.ts";
import { type Files, modelFiles, zipOf } from "@/lib/avatars/model_fixture.ts";

/** Sends files as a page does when they are dropped onto it. */
async function drop(
  server: TestServer,
  path: string,
  files: Files,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const form = new FormData();
  for (const [name, content] of Object.entries(files)) {
    form.append("file", new Blob([typeof content === "string" ? content : new Uint8Array(content)]), name);
  }
  const response = await fetch(server.url + path, { method: "POST", body: form, headers });
  const text = await response.text();
  return { status: response.status, body: text.startsWith("{") ? JSON.parse(text) : { text } };
}

async function configOf(server: TestServer): Promise<Record<string, unknown>> {
  return JSON.parse(await Deno.readTextFile(server.services.live.path));
}

async function entryOf(server: TestServer): Promise<Record<string, unknown>> {
  const { entry } = await (await fetch(`${server.url}/app-config.json`)).json();
  return await (await fetch(server.url + entry)).json();
}

Deno.test("a dropped zip becomes an avatar: kept, entered into the configuration, and shown on every page", async () => {
  await using server = await TestServer.open();
  await using page = await Page.open(server);
  const zip = await zipOf(modelFiles({ "smile.exp3.json": undefined }));
  const { status, body } = await drop(server, "/api/avatars", { "mia v2.zip": zip });
  assertEquals([status, body.name, (body.warnings as string[]).length], [201, "Mia", 1]);
  const { config } = await page.client.next("avatar");
  assertEquals([config.model, config.entry], ["Mia", "/model/Mia.model3.json"]);
  assertEquals(await configOf(server), { models: { Mia: { source: "data/avatars/Mia.zip" } }, model: "Mia" });
  assertEquals(await Deno.readFile(join(server.services.dataDir, "avatars", "Mia.zip")), zip);
  assertEquals(await page.call("avatars.list", {}), [
    { name: "hiyori", here: false, chosen: false },
    { name: "shizuku", here: false, chosen: false },
    { name: "mao", here: false, problem: (await page.call("avatars.list", {}))[2]!.problem!, chosen: false },
    { name: "Mia", here: true, chosen: true },
  ]);
  assert("FileReferences" in await entryOf(server));
});

Deno.test("a dropped folder becomes an avatar, whatever its language", async () => {
  await using server = await TestServer.open();
  const files = Object.fromEntries(
    Object.entries(modelFiles({}, "ミア")).map(([path, content]) => [`モデル/${path}`, content]),
  );
  const { status, body } = await drop(server, "/api/avatars", files);
  assertEquals([status, body], [201, { name: "ミア", warnings: [] }]);
  assertEquals(server.services.settings.appConfig().entry, `/model/${encodeURIComponent("ミア.model3.json")}`);
  assert("FileReferences" in await entryOf(server));
});

Deno.test("a broken avatar is refused with its causes, and nothing changes", async () => {
  await using server = await TestServer.open();
  await using page = await Page.open(server);
  const before = server.services.settings.appConfig();
  const broken = modelFiles({ "Mia.moc3": undefined, "textures/texture_00.png": "no picture" });
  const cases: [files: Files, status: number, code: string, words: string][] = [
    [{ "mia.zip": await zipOf(broken) }, 422, "bad_value", "moc Mia.moc3 is missing"],
    [{ "mia.zip": await zipOf(broken) }, 422, "bad_value", "texture textures/texture_00.png is not an image"],
    [broken, 422, "bad_value", "moc Mia.moc3 is missing"],
    [{ "a.txt": "hello" }, 422, "bad_value", "Cannot read a.txt as a zip"],
    [{ "x/../../evil.json": "{}", ...modelFiles() }, 422, "bad_value", "leads out of it"],
    [{}, 400, "bad_value", "There is no file in the form"],
  ];
  for (const [files, status, code, words] of cases) {
    const answer = await drop(server, "/api/avatars", files);
    assertEquals([answer.status, answer.body.code], [status, code], words);
    assertStringIncludes(String(answer.body.message), words);
  }
  assertEquals([server.services.settings.appConfig(), await configOf(server)], [before, {}]);
  await assertRejects(() => Deno.stat(join(server.services.dataDir, "avatars")), Deno.errors.NotFound);
  assertEquals(page.client.received.filter(({ type }) => type === "avatar"), []);
});

Deno.test("only our own page may drop something", async () => {
  await using server = await TestServer.open();
  const foreign = [{ origin: "http://evil.example" }, { origin: "null" }, { "sec-fetch-site": "cross-site" }];
  for (const headers of foreign) {
    for (const path of ["/api/avatars", "/api/characters"]) {
      assertEquals((await drop(server, path, modelFiles(), headers)).status, 403, JSON.stringify(headers));
    }
  }
  const own = { origin: server.url, "sec-fetch-site": "same-origin" };
  assertEquals((await drop(server, "/api/avatars", modelFiles(), own)).status, 201);
  const response = await fetch(`${server.url}/api/avatars`, { method: "POST", body: "{}" });
  assertEquals([response.status, (await response.json()).code], [415, "bad_value"]);
});

Deno.test("an avatar that the environment decides is not taken over by a dropped one", async () => {
  await using server = await TestServer.open({ env: { VTUBER_MODEL: "hiyori" } });
  const { status, body } = await drop(server, "/api/avatars", modelFiles());
  assertEquals(status, 422);
  assertStringIncludes(String(body.message), "the environment variable VTUBER_MODEL decides it");
});

Deno.test("avatars.choose shows a model that is there, and keeps the old one where it is not", async () => {
  await using server = await TestServer.open();
  await using page = await Page.open(server);
  await drop(server, "/api/avatars", { "mia.zip": await zipOf(modelFiles()) });
  const from = page.client.received.length;
  await page.call("avatars.choose", { name: "hiyori" });
  await page.client.first((frame) => frame.type === "avatar" && frame.config.model === "hiyori", from);
  assertEquals((await configOf(server)).model, "hiyori");
  for (
    const [name, words] of [["mao", "Cannot find the model mao"], ["nobody", "there is none of this name"]] as const
  ) {
    const refused = await assertRejects(() => page.call("avatars.choose", { name }), RefusedCall, words);
    assertEquals(refused.error.code, "bad_value");
  }
  await Deno.writeTextFile(join(server.services.dataDir, "avatars", "Mia.zip"), "damaged");
  await assertRejects(() => page.call("avatars.choose", { name: "Mia" }), RefusedCall, "Cannot read Mia");
  assertEquals([server.services.settings.appConfig().model, (await configOf(server)).model], ["hiyori", "hiyori"]);
  assert("FileReferences" in await entryOf(server));
});

Deno.test("avatars.choose brings the configured model once its files are there", async () => {
  await using server = await TestServer.open({ config: { model: "mia", models: { mia: "mia.zip" } } });
  await using page = await Page.open(server);
  assertEquals(server.services.settings.appConfig().model, "hiyori");
  const mia = async () => (await page.call("avatars.list", {})).find(({ name }) => name === "mia");
  assertStringIncludes((await mia())!.problem!, "mia.zip");
  await page.write("ui.theme", "dark");
  await Deno.writeFile(join(server.services.live.root, "mia.zip"), await zipOf(modelFiles()));
  await page.call("avatars.choose", { name: "mia" });
  assertEquals(await mia(), { name: "mia", here: true, chosen: true });
  assertEquals(server.services.settings.appConfig().entry, "/model/Mia.model3.json");
});

Deno.test("a visitor has one upload at a time, and another one once that is over or broken off", async () => {
  await using server = await TestServer.open();
  const { hostname, port } = new URL(server.url);
  const zip = await zipOf(modelFiles());
  // A client that stays in the middle of its form.
  const held = await Deno.connect({ hostname, port: Number(port) });
  await held.write(
    new TextEncoder().encode(
      `POST /api/characters HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: multipart/form-data; boundary=B\r\n` +
        `Content-Length: 1000\r\n\r\n--B\r\nContent-Disposition: form-data; name="file"; filename="a.json"\r\n\r\n{`,
    ),
  );
  const uploads = join(server.services.dataDir, "uploads");
  await until(async () => (await namesIn(uploads)).length === 1);
  for (const path of ["/api/avatars", "/api/characters"]) {
    const { status, body } = await drop(server, path, { "mia.zip": zip });
    assertEquals([status, body.code], [429, "too_many"], path);
    assertStringIncludes(String(body.message), "another upload from this address is still going on");
    assertStringIncludes(String(body.hint), "Wait until it is over");
  }
  held.close();
  await until(async () => (await namesIn(uploads)).length === 0);
  assertEquals((await drop(server, "/api/avatars", { "mia.zip": zip })).status, 201);
  assertEquals((await drop(server, "/api/avatars", { "a.zip": "no zip" })).status, 422);
  assertEquals((await drop(server, "/api/avatars", { "mia.zip": zip })).status, 201);
  assertEquals(await namesIn(uploads), []);
});

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Resolves when that is so; fails when it is not for ten seconds. */
async function until(so: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; !await so();) {
    assert(Date.now() < end, "It is not so after ten seconds");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const CARD = {
  spec: "chara_card_v2",
  data: { name: "Yuki", description: "A quiet librarian who loves snow.", first_mes: "Oh. Hello, {{user}}." },
};

Deno.test("a dropped character card is kept, chosen, and told to the model", async () => {
  await using stub = startStub();
  await using server = await TestServer.open({ config: { llm: { api: "chat", host: stub.url } } });
  await using page = await Page.open(server);
  const picture = png(textChunk("chara", encoded(CARD)));
  assertEquals(await drop(server, "/api/characters", { "yuki card.png": picture }), {
    status: 201,
    body: { name: "Yuki", warnings: [] },
  });
  const { prompts, prompt } = await configOf(server);
  assertEquals([prompts, prompt], [{ Yuki: { card: "data/characters/Yuki.png" } }, "Yuki"]);
  const [first, ...others] = await page.call("characters.list", {});
  assertEquals([first!.name, first!.chosen, first!.greeting], ["Yuki", true, "Oh. Hello, User."]);
  assertEquals(first!.about, "A quiet librarian who loves snow.");
  assertEquals(others.map(({ name, chosen }) => [name, chosen]), [
    ["companion", false],
    ["streamer", false],
    ["tutor", false],
  ]);
  page.client.send({ type: "prompt", turn: "a", text: "Hi" });
  await page.client.next("end");
  const { messages } = stub.requests.at(-1)!.body as { messages: { content: string }[] };
  assertStringIncludes(messages[0]!.content, "A quiet librarian who loves snow.");

  await page.call("characters.choose", { name: "streamer" });
  assertEquals((await configOf(server)).prompt, "streamer");
  const chosen = (await page.call("characters.list", {})).find(({ chosen }) => chosen);
  assertEquals(chosen?.name, "streamer");
});

Deno.test("what is no character card is refused, and nothing changes", async () => {
  await using server = await TestServer.open();
  await using page = await Page.open(server);
  const cases: [files: Files, status: number, words: string][] = [
    [{ "a.json": "[]" }, 422, "Cannot read the character card a.json: it should hold an object"],
    [{ "a.png": png() }, 422, "a.png"],
    [{ "a.zip": await zipOf(modelFiles()) }, 422, "it is a ZIP file without a card.json"],
    [{ "a.json": JSON.stringify(CARD), "b.json": JSON.stringify(CARD) }, 400, "one character card at a time"],
  ];
  for (const [files, status, words] of cases) {
    const { status: answered, body } = await drop(server, "/api/characters", files);
    assertEquals(answered, status, words);
    assertStringIncludes(String(body.message), words);
  }
  const refused = await assertRejects(() => page.call("characters.choose", { name: "nobody" }), RefusedCall);
  assertEquals(refused.error.code, "not_found");
  assertEquals(await configOf(server), {});
});

Deno.test("a character brings the avatar that it wears, or is refused where that cannot be shown", async () => {
  await using server = await TestServer.open({
    config: { prompts: { sailor: { text: "Ahoy.", model: "Mia" }, ghost: { text: "Boo.", model: "none" } } },
  });
  await using page = await Page.open(server);
  await drop(server, "/api/avatars", modelFiles());
  await page.call("avatars.choose", { name: "hiyori" });
  await assertRejects(
    () => page.call("characters.choose", { name: "ghost" }),
    RefusedCall,
    "Cannot show the model none",
  );
  assertEquals([server.services.settings.appConfig().model, "prompt" in await configOf(server)], ["hiyori", false]);
  await page.call("characters.choose", { name: "sailor" });
  assertEquals([server.services.settings.appConfig().model, (await configOf(server)).prompt], ["Mia", "sailor"]);
});

Deno.test("an avatar waits to be looked at where that is wanted, and is chosen with its faces or removed", async () => {
  await using server = await TestServer.open();
  await using page = await Page.open(server);
  const before = server.services.settings.appConfig();
  const { status, body } = await drop(server, "/api/avatars?show=no", modelFiles());
  assertEquals([status, body.name, body.warnings], [201, "Mia", []]);
  assertEquals(server.services.settings.appConfig(), before);
  assertEquals(await configOf(server), { models: { Mia: { source: "data/avatars/Mia" } } });
  assert("FileReferences" in await (await fetch(server.url + body.url)).json());
  assertEquals(await page.call("avatars.preview", { name: "Mia" }), { url: body.url });
  await assertRejects(() => page.call("avatars.preview", { name: "nobody" }), RefusedCall, "none of this name");

  await page.call("avatars.choose", { name: "Mia", emotions: { happy: "smile" } });
  assertEquals(server.services.settings.appConfig().emotions, { happy: "smile" });
  assertEquals(await configOf(server), {
    models: { Mia: { source: "data/avatars/Mia", emotions: { happy: "smile" } } },
    model: "Mia",
  });
  await assertRejects(() => page.call("avatars.remove", { name: "Mia" }), RefusedCall, "it is shown now");
  await page.call("avatars.choose", { name: "hiyori" });
  await assertRejects(() => page.call("avatars.remove", { name: "hiyori" }), RefusedCall, "it is none of those");
  await page.call("avatars.remove", { name: "Mia" });
  assertEquals((await configOf(server)).models, {});
  await assertRejects(() => Deno.stat(join(server.services.dataDir, "avatars", "Mia")), Deno.errors.NotFound);
});

Deno.test("avatars.remove leaves alone what its owner has put elsewhere", async () => {
  await using server = await TestServer.open({ config: { models: { mia: "mia.zip", up: "data/avatars/../up" } } });
  await using page = await Page.open(server);
  for (const name of ["mia", "up", "nobody"]) {
    await assertRejects(() => page.call("avatars.remove", { name }), RefusedCall, "it is none of those");
  }
});

Deno.test("M8: where it is not clear which model is meant, the choices come back, and one of them is taken", async () => {
  await using server = await TestServer.open();
  const both = {
    ...Object.fromEntries(Object.entries(modelFiles()).map(([path, file]) => [`a/${path}`, file])),
    ...Object.fromEntries(Object.entries(modelFiles({}, "Zoe")).map(([path, file]) => [`b/${path}`, file])),
  };
  const asked = await drop(server, "/api/avatars", both);
  assertEquals([asked.status, asked.body.choices], [409, ["a/Mia.model3.json", "b/Zoe.model3.json"]]);
  assertEquals(server.services.live.current.models, {});
  const taken = await drop(server, "/api/avatars?entry=b%2FZoe.model3.json", both);
  assertEquals([taken.status, taken.body.name], [201, "Zoe"]);
  assertEquals(server.services.settings.appConfig().entry, "/model/Zoe.model3.json");
  assertEquals(server.services.live.current.models["Zoe"]?.entry, "b/Zoe.model3.json");
});
