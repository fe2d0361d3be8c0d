/** Faults within the whole app: one request, one call or one stray error is nobody else's trouble. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { makeHome } from "./home.ts";
import { TestServer } from "./test_server.ts";
import { Page, RefusedCall } from "./page_calls.ts";
import { Program } from "./program.ts";
import { SocketClient } from "./socket_client.ts";
import { startStub } from "./stub_ollama.ts";
import { WAYS } from "./uncaught_fixture.ts";
import { type ServerFrame, SUBPROTOCOL } from "@/lib/protocol/v2.ts";
import type { Services } from "@/lib/server/services.ts";

type Client = SocketClient<ServerFrame>;

const WORDS = Array.from({ length: 40 }, (_, i) => `word${i} `);

function broken(): never {
  throw new Error("an injected fault");
}

/** Is being answered while the faults come, and must hear every word; then asks again. */
async function undisturbed(client: Client, meanwhile: () => Promise<void>): Promise<void> {
  for (const turn of [crypto.randomUUID(), crypto.randomUUID()]) {
    client.send({ type: "prompt", turn, text: "Tell me" });
    const isOf = (type: string) => (frame: ServerFrame) =>
      frame.type === type && "turn" in frame && frame.turn === turn;
    await client.first(isOf("chunk"));
    await meanwhile();
    await client.first(isOf("end"));
    const text = client.received.map((frame) => frame.type === "chunk" && frame.turn === turn ? frame.data : "").join(
      "",
    );
    assertEquals(text.trim(), WORDS.join("").trim());
  }
}

/** What is broken in the services, and the request that meets it. */
const REQUESTS: [string, (services: Services) => () => void, string, RequestInit?][] = [
  ["the page's configuration", ({ settings }) => broke(settings, "appConfig"), "/app-config.json"],
  ["the page", ({ settings }) => broke(settings, "appConfig"), "/"],
  ["how ready it is", ({ modelService }) => broke(modelService, "refreshStatus"), "/readyz"],
  ["the metrics", ({ chat }) => broke(chat.metrics, "page"), "/metrics"],
  ["the avatar's files", ({ avatars }) => broke(avatars, "shownDir"), "/model/any.json"],
  ["an uploaded character", ({ live }) => broke(live, "change"), "/api/characters", { method: "POST", body: card() }],
];

/** Makes a method, or a value, throw as soon as it is read, until what is returned is called. */
function broke<T extends object>(target: T, name: keyof T): () => void {
  const own = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { configurable: true, get: broken });
  return () => {
    if (own === undefined) delete target[name];
    else Object.defineProperty(target, name, own);
  };
}

function card(): FormData {
  const form = new FormData();
  form.append("file", new Blob([JSON.stringify({ name: "Ada", description: "An engineer" })]), "ada.json");
  return form;
}

Deno.test("a request and a call fail alone, whatever throws behind them", async (t) => {
  await using stub = startStub({ behaviour: { answer: WORDS, rate: 100 } });
  await using server = await TestServer.open({ config: { llm: { host: stub.url } } });
  await using other = await Page.open(server);

  for (const [what, breakIt, path, init] of REQUESTS) {
    await t.step(`a request for ${what}`, () =>
      undisturbed(other.client, async () => {
        const mend = breakIt(server.services);
        const response = await fetch(server.url + path, init);
        mend();
        assertEquals([response.status, (await response.text()).includes("injected")], [500, false]);
      }));
  }

  await t.step("a change of the configuration", async () => {
    await using page = await Page.open(server);
    await undisturbed(other.client, async () => {
      // A part that follows the configuration throws; then who would be told of it.
      const mendModelService = broke(server.services.modelService, "change");
      await refusedInternally(page.write("llm.model", "llama3.2:3b"));
      mendModelService();
      const mendConnections = broke(server.services.chat.connections, "broadcast");
      await refusedInternally(page.call("characters.choose", { name: "tutor" }));
      mendConnections();
      assertEquals(await page.write("llm.model", "qwen2.5"), { restart: false });
      await page.call("characters.choose", { name: "companion" });
    });
    await undisturbed(page.client, async () => {});
  });

  await t.step("a change of status that cannot be sent", async () => {
    const mend = broke(server.services.chat.connections, "broadcast");
    stub.set({ version: "9.9.9" });
    await undisturbed(other.client, async () => void await server.services.modelService.refreshStatus());
    mend();
    assertEquals(server.services.modelService.status().version, "9.9.9");
  });
});

const IGNORED = Deno.build.os === "windows";

Deno.test({ name: "the program outlives errors that nobody catches", ignore: IGNORED }, async () => {
  await using stub = startStub({ behaviour: { answer: WORDS, rate: 100 } });
  await using program = await Program.start({
    env: { OLLAMA_HOST: stub.url, FAULTS_ON_SIGNAL: "1" },
    preload: new URL("uncaught_fixture.ts", import.meta.url).href,
  });
  const client = await SocketClient.open<ServerFrame>(program.socketUrl, SUBPROTOCOL);
  client.send({ type: "hello" });
  let faults = 0;
  await undisturbed(client, async () => {
    if (faults++ > 0) return;
    program.signal("SIGUSR2");
    await until(() => program.complaints.split("an injected fault").length > WAYS.length - 1);
  });
  await client.close();
});

Deno.test(
  { name: "a program that fails again and again stores what was said, and ends", ignore: IGNORED },
  async () => {
    await using stub = startStub({ behaviour: { tokens: 5_000, rate: 50 } });
    const folder = await makeHome();
    const options = { folder, env: { OLLAMA_HOST: stub.url, FAULTS_ON_SIGNAL: "1" } };
    const program = await Program.start({ ...options, preload: new URL("uncaught_fixture.ts", import.meta.url).href });
    const client = await SocketClient.open<ServerFrame>(program.socketUrl, SUBPROTOCOL);
    client.send({ type: "hello" });
    client.send({ type: "prompt", turn: "t1", text: "Tell me" });
    const { session } = await client.next("welcome");
    await client.next("chunk");
    const ended = program.ended();
    for (let i = 1; i <= 3; i++) {
      program.signal("SIGUSR2");
      if (i < 3) await until(() => program.complaints.split("(uncaught)").length > i * WAYS.length);
    }
    assertEquals([(await client.closed()).code, (await ended).code], [1001, 1]);

    await using second = await Program.start(options);
    const again = await SocketClient.open<ServerFrame>(second.socketUrl, SUBPROTOCOL);
    again.send({ type: "hello", session });
    const { history } = await again.next("welcome");
    const heard = client.received.map((frame) => frame.type === "chunk" ? frame.data : "").join("");
    assertEquals([history[0]?.error?.code, history[0]?.text.startsWith(heard)], ["interrupted", true]);
    await again.close();
    await Deno.remove(folder, { recursive: true });
  },
);

async function refusedInternally(call: Promise<unknown>): Promise<void> {
  const refused = await assertRejects(() => call, RefusedCall);
  assertEquals(refused.error.code, "internal");
}

async function until(isSo: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!isSo()) {
    assert(performance.now() < end, "waited 10 s for what the program should have said");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
