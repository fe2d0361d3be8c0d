/** Images of prompts over HTTP and the socket: who may send and see which, what the model gets, and what is left of them. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { jpeg } from "./jpeg.ts";
import { Page, type RefusedCall } from "./page_calls.ts";
import { startStub, type Stub, type StubOptions } from "./stub_ollama.ts";
import { TestServer } from "./test_server.ts";
import { until } from "./until.ts";
import { UPLOAD_LIMITS } from "@/lib/config/upload_limits.ts";
import { MOST_IMAGES, type TurnImage } from "@/lib/protocol/images.ts";
import type { ServerFrame, TurnError } from "@/lib/protocol/v2.ts";

const TOKEN = "open-sesame";
type Headers = Record<string, string>;
const OWNER: Headers = { authorization: `Bearer ${TOKEN}` };

const SEEING: StubOptions = {
  models: [{ name: "qwen2.5vl:latest", capabilities: ["completion", "vision"] }],
  behaviour: { answer: "A cat." },
};
const BLIND: StubOptions = { models: [{ name: "qwen2.5vl:latest", capabilities: ["completion"] }] };

async function serverWith(
  stub: Pick<Stub, "url">,
  config: { llm?: Record<string, unknown>; [field: string]: unknown } = {},
): Promise<TestServer> {
  const server = await TestServer.open({
    config: {
      prompt: "none",
      server: { host: "0.0.0.0", token: TOKEN },
      ...config,
      llm: { model: "qwen2.5vl", host: stub.url, ...config.llm },
    },
  });
  await server.services.secrets.makeGuestToken();
  return server;
}

/** Cookies of a new guest. */
async function enter(server: TestServer): Promise<Headers> {
  const { url, services: { secrets } } = server;
  const { headers, body } = await fetch(`${url}/?token=${secrets.guestToken}`, { redirect: "manual" });
  await body?.cancel();
  return { cookie: headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ") };
}

async function upload(server: TestServer, bytes: Uint8Array<ArrayBuffer>, headers = OWNER) {
  const body = new FormData();
  body.append("file", new Blob([bytes]), "cat.jpg");
  const response = await fetch(`${server.url}/api/images`, { method: "POST", headers, body });
  const answer: Omit<TurnImage, "name"> & TurnError = await response.json();
  return { status: response.status, ...answer };
}

async function statusOf(server: TestServer, id: string, headers: Headers): Promise<number> {
  const response = await fetch(`${server.url}/images/${id}`, { headers });
  await response.body?.cancel();
  return response.status;
}

/** Sends a prompt and gives the frame that ends its turn, or refuses it. */
async function ask({ client }: Page, turn: string, images: unknown[], text = "What is this?"): Promise<ServerFrame> {
  client.send({ type: "prompt", turn, text, images });
  return await client.first((frame) => (frame.type === "end" || frame.type === "error") && frame.turn === turn);
}

async function filesIn(server: TestServer): Promise<string[]> {
  const files: string[] = [];
  const folder = join(server.services.dataDir, "images");
  for await (const { name } of Deno.readDir(folder)) {
    for await (const file of Deno.readDir(join(folder, name))) files.push(`${name}/${file.name}`);
  }
  return files;
}

Deno.test("an image reaches a model that can see, is in the conversation, its exports and what is counted, and goes with it", async () => {
  for (const api of ["chat", "generate"]) {
    await using stub = startStub(SEEING);
    await using server = await serverWith(stub, { llm: { api } });
    await using page = await Page.open(server, OWNER);
    const bytes = jpeg(640, 480);
    const { status, id, width, height } = await upload(server, bytes);
    assertEquals([status, width, height], [201, 640, 480]);
    assertEquals((await ask(page, "t", [{ id, name: "cat.jpg" }])).type, "end");
    const queued = await page.client.next("queued");
    assertEquals(queued.images, [{ id, width: 640, height: 480, name: "cat.jpg" }]);
    const asked = stub.requests.filter(({ path }) => path === `/api/${api}`).at(-1);
    assertEquals(asked?.images.map((image) => Buffer.from(image).equals(bytes)), [true], api);
    const response = await fetch(`${server.url}/images/${id}`, { headers: OWNER });
    assertEquals(response.headers.get("content-type"), "image/jpeg");
    assertEquals(new Uint8Array(await response.arrayBuffer()), bytes);

    assertEquals(await page.call("images.usage", {}), { count: 1, bytes: bytes.length, most: 2 ** 31 });
    const metrics = await (await fetch(`${server.url}/metrics`, { headers: OWNER })).text();
    assertStringIncludes(metrics, `vtuber_image_bytes ${bytes.length}`);
    const [{ id: conversation } = { id: "" }] = await page.call("conversations.list", {});
    const json = await page.call("conversations.export", { conversation, format: "json" });
    assertEquals(JSON.parse(json.text).turns[0].images, queued.images);
    const markdown = await page.call("conversations.export", { conversation, format: "markdown" });
    assertStringIncludes(markdown.text, `> ![cat.jpg](images/${id})`);

    // A page that comes later, and one after a restart, has it from the store.
    await using later = await Page.open(server, OWNER, (await page.client.next("welcome")).session);
    assertEquals((await later.client.next("welcome")).history[0]?.images, queued.images);
    const stored = await server.services.chat.conversations.read(conversation, { role: "owner", id: "owner" });
    assertEquals(stored.turns[0]?.images, queued.images);

    assertEquals(await filesIn(server), [`owner/${id}.jpg`]);
    await page.call("conversations.delete", { conversation });
    assertEquals([await filesIn(server), await statusOf(server, id, OWNER)], [[], 404]);
    assertEquals((await page.call("images.usage", {})).count, 0);
  }
});

Deno.test("a server with OpenAI's protocol gets images once the configuration says that it can see, and is kept from them before", async () => {
  await using stub = startStub({ kind: "lmstudio", models: [{ name: "mini" }], behaviour: { answer: "A cat." } });
  for (const vision of [undefined, true]) {
    await using server = await serverWith(stub, {
      llm: { provider: "lmstudio", model: "mini", ...(vision && { vision }) },
    });
    await using page = await Page.open(server, OWNER);
    const bytes = jpeg(8, 8);
    const { id } = await upload(server, bytes);
    const end = await ask(page, "t", [{ id }]);
    if (vision === undefined) {
      assert(end.type === "error" && end.code === "no_vision", JSON.stringify(end));
      assertStringIncludes(end.hint ?? "", "llm.vision");
      continue;
    }
    assertEquals(end.type, "end");
    const asked = stub.requests.find(({ path }) => path === "/v1/chat/completions");
    assertEquals(asked?.images.map((image) => Buffer.from(image).equals(bytes)), [true]);
    const { messages } = asked?.body as { messages: { content: { type: string }[] }[] };
    assertEquals(messages.at(-1)?.content.map(({ type }) => type), ["text", "image_url"]);
  }
});

Deno.test("a model that cannot see refuses an image by its own code, without a turn; in words alone it answers", async () => {
  await using stub = startStub(BLIND);
  await using server = await serverWith(stub);
  await using page = await Page.open(server, OWNER);
  const { id } = await upload(server, jpeg(8, 8));
  const refused = await ask(page, "t", [{ id }]);
  assert(
    refused.type === "error" && refused.code === "no_vision" && refused.seq === undefined,
    JSON.stringify(refused),
  );
  assertStringIncludes(refused.message, "qwen2.5vl cannot see images");
  assertEquals(server.services.modelService.status().vision, false);
  assertEquals(stub.requests.filter(({ path }) => path === "/api/chat"), []);
  assertEquals((await ask(page, "words", [])).type, "end");
});

Deno.test("who answers in place of one that can see, and cannot, is not shown the image, and that is said", async () => {
  await using stub = startStub(SEEING);
  await using spare = startStub({ models: [{ name: "small" }], behaviour: { answer: "Hm." } });
  await using server = await serverWith(stub, {
    llm: { fallbacks: ["spare"] },
    llms: { spare: { model: "small", host: spare.url } },
  });
  await using page = await Page.open(server, OWNER);
  const { id } = await upload(server, jpeg(8, 8));
  await until("it is known who can see", () => server.services.modelService.status().vision === true);
  await stub.close();
  assertEquals((await ask(page, "t", [{ id }])).type, "end");
  const start = await page.client.next("start");
  assertEquals([start.standsIn, start.unseen], ["Ollama", true]);
  const asked = spare.requests.find(({ path }) => path === "/api/chat");
  assertEquals([asked?.images, JSON.stringify(asked?.body).includes("images")], [[], false]);
  await using later = await Page.open(server, OWNER, (await page.client.next("welcome")).session);
  assertEquals((await later.client.next("welcome")).history[0]?.images?.[0]?.unseen, true);
});

Deno.test("with a prompt go its own images and the newest before it, as many as there is room for", async () => {
  await using stub = startStub({
    ...SEEING,
    models: [{ name: "qwen2.5vl:latest", capabilities: ["completion", "vision"], loaded: 32_768 }],
  });
  await using server = await serverWith(stub);
  await using page = await Page.open(server, OWNER);
  const images = await Promise.all([1, 2, 3, 4].map((mark) => upload(server, jpeg(8, 8, mark))));
  const ids = images.map(({ id }) => ({ id }));
  const marks = () => stub.requests.filter(({ path }) => path === "/api/chat").at(-1)?.images.map((image) => image[6]);
  await server.services.modelService.refreshStatus();
  await ask(page, "a", ids.slice(0, 2));
  await ask(page, "b", ids.slice(2, 3));
  assertEquals(marks(), [1, 2, 3]);
  await ask(page, "c", ids.slice(3));
  assertEquals(marks(), [1, 2, 3, 4]);
  await ask(page, "d", ids.slice(0, 1));
  assertEquals(marks(), [3, 4, 1], "a turn's images go together or not at all");
  await ask(page, "e", []);
  assertEquals(marks(), [3, 4, 1]);
});

Deno.test("what is no image, too large, or not there is refused, and costs no turn", async () => {
  await using stub = startStub(SEEING);
  await using server = await serverWith(stub, { limits: { imageBytes: 1_048_576 } });
  await using page = await Page.open(server, OWNER);
  const text = new TextEncoder().encode("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>");
  const wrong: [string, Uint8Array<ArrayBuffer>, number, string][] = [
    ["no image", text, 422, "JPEG, PNG or WebP"],
    ["a GIF", new TextEncoder().encode("GIF89a\x01\0\x01\0\0\0\0"), 422, "JPEG, PNG or WebP"],
    ["nothing", new Uint8Array(), 422, "JPEG, PNG or WebP"],
    ["cut off", jpeg(8, 8).slice(0, 9), 422, "JPEG, PNG or WebP"],
    ["of too many pixels", jpeg(20_000, 8), 422, "20000 × 8"],
    ["of too many bytes", new Uint8Array(UPLOAD_LIMITS.imageBytes + 100_000), 413, "4 MiB"],
    ["more than is kept", Uint8Array.from([...jpeg(8, 8), ...new Uint8Array(1_048_576)]), 422, "limits.imageBytes"],
  ];
  for (const [name, bytes, status, message] of wrong) {
    const answer = await upload(server, bytes);
    assertEquals(answer.status, status, name);
    assertStringIncludes(`${answer.message} ${answer.hint}`, message, name);
  }
  assertEquals((await page.call("images.usage", {})).count, 0);
  for (const id of ["0".repeat(64), "../secrets"]) {
    const refused = await ask(page, id, [{ id }]);
    assert(refused.type === "error" && refused.code === "not_found", JSON.stringify(refused));
    assertEquals(await statusOf(server, encodeURIComponent(id), OWNER), 404);
  }
  const many = await ask(page, "many", Array.from({ length: MOST_IMAGES + 1 }, () => ({ id: "0" })));
  assert(many.type === "error" && many.code === "bad_frame", JSON.stringify(many));
});

Deno.test("a guest sees no image of others, and none by its id; who shares the conversation sees those in it", async () => {
  await using stub = startStub(SEEING);
  await using server = await serverWith(stub);
  const [anna, ben] = [await enter(server), await enter(server)];
  const secret = await upload(server, jpeg(8, 8, 1));
  const hers = await upload(server, jpeg(8, 8, 2), anna);
  assertEquals([secret.status, hers.status], [201, 201]);
  const seen = async (id: string) =>
    await Promise.all([OWNER, anna, ben, {}].map((headers) => statusOf(server, id, headers)));
  assertEquals([await seen(secret.id), await seen(hers.id)], [[200, 404, 404, 401], [404, 200, 404, 401]]);
  await using a = await Page.open(server, anna);
  await using b = await Page.open(server, ben);
  const stolen = await ask(b, "b", [{ id: hers.id }]);
  assert(stolen.type === "error" && stolen.code === "not_found", JSON.stringify(stolen));
  assertEquals((await ask(a, "a", [{ id: hers.id }])).type, "end");
  assertEquals(await seen(hers.id), [200, 200, 404, 401], "the owner may look into guests' conversations");

  await using owner = await Page.open(server, OWNER);
  const [shared] = await owner.call("conversations.list", {});
  await owner.call("conversations.open", { conversation: shared!.id });
  assertEquals((await ask(owner, "o", [{ id: secret.id }])).type, "end");
  assertEquals(await seen(secret.id), [200, 200, 404, 401]);
  // The owner asks the guest's prompt again: it is the owner's from then on, with its image.
  const asked = owner.client.received.length;
  await owner.call("turn.regenerate", { turn: "a", as: "again" });
  await owner.client.first((frame) => frame.type === "end" && frame.turn === "again", asked);
  assertEquals(stub.requests.filter(({ path }) => path === "/api/chat").at(-1)?.images.map((image) => image[6]), [2]);
  await a.call("conversations.delete", { conversation: shared!.id });
  await server.services.chat.conversations.save();
  const refused = await a.call("images.usage", {}).catch((error: RefusedCall) => error.error.code);
  assertEquals(refused, "forbidden");
});
