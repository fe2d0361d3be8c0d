/** Character cards on the running server: what of them the language model is told, and what the page hears. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Page } from "./page_calls.ts";
import { startStub } from "./stub_ollama.ts";
import { TestServer } from "./test_server.ts";
import { zipOf } from "@/lib/avatars/model_fixture.ts";
import { jpegWithExif } from "@/lib/characters/picture_fixture.ts";
import { encoded, png, textChunk } from "@/lib/characters/png_fixture.ts";

type Stub = ReturnType<typeof startStub>;

function entry(keys: string[], content: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { keys, content, enabled: true, insertion_order: 10, extensions: {}, name: content.split(" ")[0], ...more };
}

function card(more: Record<string, unknown>): Record<string, unknown> {
  const data = { name: "Mei", description: "A fox called {{char}}.", first_mes: "", ...more };
  return { spec: "chara_card_v2", spec_version: "2.0", data };
}

async function bring(server: TestServer, file: Blob, name: string): Promise<Record<string, unknown>> {
  const form = new FormData();
  form.append("file", file, name);
  const response = await fetch(`${server.url}/api/characters`, { method: "POST", body: form });
  const body = await response.json();
  assertEquals(response.status, 201, JSON.stringify(body));
  return body;
}

async function withCard(
  data: Record<string, unknown>,
  work: (parts: { server: TestServer; page: Page; stub: Stub; warnings: unknown }) => Promise<void>,
  llm: Record<string, unknown> = {},
): Promise<void> {
  await using stub = startStub({ behaviour: { answer: "Fine." } });
  await using server = await TestServer.open({ config: { llm: { api: "chat", host: stub.url, ...llm } } });
  const { warnings } = await bring(server, new Blob([JSON.stringify(card(data))]), "mei.json");
  await using page = await Page.open(server);
  await work({ server, page, stub, warnings });
}

async function say(page: Page, turn: string, text: string): Promise<void> {
  const from = page.client.received.length;
  page.client.send({ type: "prompt", turn, text });
  await page.client.next("end", from);
}

/** What the model was told last, each message with its role before it. */
function told(stub: Stub): string[] {
  const { body } = stub.requests.findLast(({ path }) => path === "/api/chat")!;
  return (body as { messages: { role: string; content: string }[] }).messages
    .map(({ role, content }) => `${role}: ${content}`);
}

Deno.test("C4: lore and the character's note are told in their places, and the meter says which", async () => {
  const data = {
    system_prompt: "Play {{char}}.",
    post_history_instructions: "Be brief.",
    character_book: {
      entries: [
        entry(["tea"], "Hill {{char}} grows tea on."),
        entry(["tea"], "Early lore.", { insertion_order: 1 }),
        entry(["tea"], "Before lore.", { position: "before_char" }),
        entry(["tea"], "Deep lore.", { extensions: { position: 4, depth: 1, role: 1 } }),
        entry([], "Constant lore.", { constant: true, insertion_order: 99 }),
        entry(["sake"], "Untold lore."),
      ],
    },
    extensions: { depth_prompt: { prompt: "{{char}} is tired.", depth: 2, role: "system" } },
  };
  await withCard(data, async ({ page, stub, warnings }) => {
    assertEquals(warnings, []);
    await say(page, "a", "Hello");
    const [first] = told(stub);
    assertMatch(first!, /^system: Play Mei\.\n\nA fox called Mei\.\n\nConstant lore\.\n\n/);
    await say(page, "b", "Some tea?");
    const [system, ...rest] = told(stub);
    assertMatch(
      system!,
      /^system: Play Mei\.\n\nBefore lore\.\n\nA fox called Mei\.\n\nEarly lore\.\n\nHill Mei grows tea on\.\n\nConstant lore\.\n\n/,
    );
    assertEquals(rest, [
      "user: Hello",
      "system: Mei is tired.",
      "assistant: Fine.",
      "user: Deep lore.",
      "system: Be brief.",
      "user: Some tea?",
    ]);
    const { lore, used } = await page.call("context.use", {});
    assertEquals(lore?.told, ["Early", "Hill", "Before", "Deep", "Constant"]);
    assertEquals(lore?.leftOut, []);
    assert(lore!.tokens > 10 && lore!.tokens < used, `${lore!.tokens} of ${used}`);
    // The key has gone out of the last four messages.
    for (const turn of ["c", "d", "e"]) await say(page, turn, "And?");
    assertEquals((await page.call("context.use", {})).lore?.told, ["Constant"]);
  });
});

Deno.test("C4: lore takes a part of the context, and what has no room is said", async () => {
  const entries = Array.from({ length: 9 }, (_, i) => entry(["tea"], `Nr${i} ${"word ".repeat(60)}`, { priority: i }));
  await withCard({ character_book: { entries } }, async ({ page, stub }) => {
    await say(page, "a", "Tea");
    const { lore, budget } = await page.call("context.use", {});
    assert(lore!.told.length > 0 && lore!.tokens <= budget / 4, `${lore!.tokens} of ${budget}`);
    // The dearest are told, the others named.
    assertEquals([...lore!.told, ...lore!.leftOut].sort(), Array.from({ length: 9 }, (_, i) => `Nr${i}`));
    assert(lore!.told.includes("Nr8") && lore!.leftOut.includes("Nr0"));
    for (const name of lore!.told) assertStringIncludes(told(stub)[0]!, `${name} word`);
    for (const name of lore!.leftOut) assert(!told(stub)[0]!.includes(name));
  }, { contextLength: 2_048 });
});

Deno.test("C4: what of a card is not honoured is said when it is brought", async () => {
  const data = {
    alternate_greetings: "1687194031049",
    character_book: { entries: [entry(["/(?=x)/"], "x"), entry(["a"], "x", { extensions: { probability: 5 } })] },
    assets: [{ type: "emotion", uri: "embeded://a.png" }],
    extensions: { regex_scripts: [{}] },
  };
  await withCard(data, ({ warnings }) => {
    assertEquals(warnings, [
      "alternate_greetings is no list: it was left out",
      "Lore: the key /(?=x)/ is no regular expression that can be looked for (1 entry)",
      "Lore: chance is not honoured (1 entry)",
      "Its pictures and sounds are not shown: the avatar is chosen by itself",
      "Its scripts are not run",
    ]);
    return Promise.resolve();
  });
});

Deno.test("C5: a CharX and a JPEG with a card are brought, kept as they came, and talked with", async () => {
  await using stub = startStub({ behaviour: { answer: "Fine." } });
  await using server = await TestServer.open({ config: { llm: { api: "chat", host: stub.url } } });
  // Random bytes do not pack: this is more than a picture may have.
  const picture = Uint8Array.from({ length: 17 * 1024 * 1024 }, () => Math.random() * 256);
  const charx = await zipOf({ "card.json": JSON.stringify(card({})), "assets/icon/images/a.png": picture });
  assert(charx.length > 16 * 1024 * 1024);
  assertEquals(await bring(server, new Blob([charx]), "a.charx"), { name: "Mei", warnings: [] });
  const jpeg = new Uint8Array(jpegWithExif(encoded(card({ name: "Yu", description: "A cat." }))));
  assertEquals(await bring(server, new Blob([jpeg]), "b.jpg"), { name: "Yu", warnings: [] });
  await using page = await Page.open(server);
  await say(page, "a", "Hi");
  assertStringIncludes(told(stub)[0]!, "A cat.");
  await page.call("characters.choose", { name: "Mei" });
  await say(page, "b", "Hi");
  assertStringIncludes(told(stub)[0]!, "A fox called Mei.");
});

Deno.test("C6: macros are filled at the moment they are told, and what is shown is what was said", async () => {
  const data = {
    description: "{{random:red,red}} {{pick:a,b,c,d,e,f,g,h}} {{roll:1}} {{date}} {{unknown}}.",
    first_mes: "{{random:a,b,c,d,e,f,g,h}} {{user}}{{// hidden }}",
    post_history_instructions: "{{roll:d1000000}}",
  };
  await withCard(data, async ({ page, stub, server }) => {
    const { character } = await page.client.next("welcome");
    assertMatch(character?.greeting ?? "", /^[a-h] User$/);
    await say(page, "a", "Hi");
    const [system, greeting, reminder] = told(stub);
    assertMatch(system!, /^system: You are Mei\. [^]*\n\nred [a-h] 1 \d{4}-\d\d-\d\d \.\n\n/);
    assertEquals(greeting, `assistant: ${character?.greeting}`);
    assertMatch(reminder!, /^system: \d+$/);
    await say(page, "b", "Hi");
    const [again] = told(stub);
    assertEquals(again, system);
    assert(told(stub).at(-2) !== reminder);
    const list = await page.call("characters.list", {});
    assertMatch(list.find(({ chosen }) => chosen)!.about, /^red [a-h] 1 /);
    await using other = await Page.open(server);
    assertEquals((await other.client.next("welcome")).character?.greeting, character?.greeting);
  });
});

Deno.test("U5: a card's picture is told of and served without the character in it, below the base path", async () => {
  await using stub = startStub();
  await using server = await TestServer.open({
    config: { llm: { api: "chat", host: stub.url }, server: { basePath: "/vt" } },
  });
  const mei = new Uint8Array(png(textChunk("chara", encoded(card({})))));
  await bring(server, new Blob([mei]), "mei.png");
  await bring(server, new Blob([JSON.stringify(card({ name: "Yu" }))]), "yu.json");
  await using page = await Page.open(server);
  const { character } = await page.client.next("welcome");
  assertEquals(character?.picture, undefined);
  const list = await page.call("characters.list", {});
  const pictures = list.flatMap(({ name, picture }) => picture === undefined ? [] : [[name, picture]] as const);
  const [[name, address] = []] = pictures;
  assertEquals([pictures.length, name], [1, "Mei"]);
  assertMatch(address!, /^\/vt\/api\/characters\/picture\?id=Mei&v=\w+$/);
  const response = await fetch(new URL(address!, server.url));
  assertEquals([response.status, response.headers.get("content-type")], [200, "image/png"]);
  assertMatch(response.headers.get("cache-control")!, /^private\b.*\bimmutable$/);
  assertEquals(await response.bytes(), new Uint8Array(png()));
  await page.call("characters.choose", { name: "Mei" });
  const chosen = await page.client.first((frame) => frame.type === "character" && frame.character?.name === "Mei");
  assertEquals(chosen.type === "character" && chosen.character?.picture, address);
  const gone = await fetch(new URL("/vt/api/characters/picture?id=Yu", server.url));
  assertEquals([gone.status, await gone.text()], [404, "There is no such picture\n"]);
});
