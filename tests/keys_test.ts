/** Keys of language models' servers: shown to their own host alone, and to nobody who watches the program. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { connect } from "@nats-io/transport-node";
import { makeHome } from "./home.ts";
import { HAS_NATS, NatsServer } from "./nats.ts";
import { Page, type RefusedCall } from "./page_calls.ts";
import { Program } from "./program.ts";
import { startStub, type Stub } from "./stub_ollama.ts";
import { until } from "./until.ts";

const KEYS = { main: "sk-hush-main-0123", far: "sk-hush-far-4567", wrong: "sk-hush-wrong-89" };

async function talk(page: Page): Promise<string> {
  const turn = crypto.randomUUID();
  page.client.send({ type: "prompt", turn, text: "Hi" });
  const over = await page.client.first((frame) =>
    (frame.type === "end" || frame.type === "error") && "turn" in frame && frame.turn === turn
  );
  return over.type === "error" ? over.code : over.type;
}

const shownTo = (stub: Stub) => new Set(stub.requests.map(({ headers }) => headers.get("authorization")));

Deno.test("no key is in a log, a frame, an export or a page, and none goes to another host", async () => {
  await using main = startStub({ kind: "openai", key: KEYS.main, models: [{ name: "gpt" }] });
  await using far = startStub({ kind: "openrouter", key: KEYS.far, models: [{ name: "far" }] });
  await using open = startStub({ kind: "llamacpp", models: [{ name: "own" }] });
  const folder = await makeHome();
  await Deno.writeTextFile(join(folder, "main.key"), KEYS.main, { mode: 0o600 });
  await Deno.writeTextFile(join(folder, "far.key"), KEYS.far, { mode: 0o600 });
  await Deno.writeTextFile(join(folder, "wrong.key"), KEYS.wrong, { mode: 0o600 });
  const config = {
    log: { level: "debug" },
    prompt: "none",
    llm: {
      provider: "openai",
      host: main.url,
      model: "gpt",
      authFile: "main.key",
      fallback: "none",
      fallbacks: ["own"],
    },
    llms: {
      far: { provider: "openrouter", host: far.url, model: "far", authFile: "far.key" },
      wrong: { provider: "openai", host: main.url, model: "gpt", authFile: "wrong.key" },
      own: { provider: "llamacpp", host: open.url },
    },
  };
  {
    await using program = await Program.start({ config, folder, env: { VTUBER_VOICE_ENGINE: "off" } });
    await using page = await Page.open(program);
    const shown: unknown[] = [];
    assertEquals(await talk(page), "end");
    await page.write("llm.use", "far");
    assertEquals(await talk(page), "end");
    await page.write("llm.use", "wrong");
    shown.push(await page.call("llm.preflight", {}));
    assertEquals(await talk(page), "llm_unauthorized");
    await page.write("llm.use", "llm");
    // Neither another address nor another kind of server gets the key.
    for (const [path, value] of [["llm.host", open.url], ["llm.provider", "llamacpp"]] as const) {
      const refused = await page.write(path, value).then(() => undefined, (error: RefusedCall) => error.error);
      assertStringIncludes(refused?.message ?? "", "llm.auth is for");
      shown.push(refused);
    }
    main.set({ behaviour: { status: 500, error: `No account for ${KEYS.main}` } });
    assertEquals(await talk(page), "llm_failed");
    shown.push(await page.call("settings.read", {}), await page.call("llm.preflight", {}));
    const [conversation] = await page.call("conversations.list", {});
    for (const format of ["markdown", "json"] as const) {
      shown.push(await page.call("conversations.export", { conversation: conversation!.id, format }));
    }
    for (const path of ["/", "/app-config.json", "/readyz", "/metrics", "/healthz"]) {
      shown.push(await (await fetch(program.url + path)).text());
    }
    // The next one in the row is asked without any key.
    await main.close();
    assertEquals(await talk(page), "end");
    await until(
      "the status tells of it",
      () => page.client.received.some((frame) => frame.type === "status" && frame.standIn),
    );
    shown.push(...page.client.received, program.complaints);
    assertEquals(JSON.stringify(shown).match(/.{0,80}hush.{0,80}/g), null);
  }
  assertEquals(shownTo(main), new Set([`Bearer ${KEYS.main}`, `Bearer ${KEYS.wrong}`]));
  assertEquals(shownTo(far), new Set([`Bearer ${KEYS.far}`]));
  assertEquals(shownTo(open), new Set([null]));
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a key that is entered on a page is told to its own host alone, and never shown again", async () => {
  const key = "sk-hush-page-2345";
  await using main = startStub({ kind: "openai", key, models: [{ name: "gpt" }] });
  await using open = startStub({ kind: "llamacpp", models: [{ name: "gpt" }] });
  const folder = await makeHome();
  const llm = { provider: "openai", host: main.url, model: "gpt", fallback: "none" };
  const options = { folder, env: { VTUBER_VOICE_ENGINE: "off" } };
  const config = { log: { level: "debug" }, prompt: "none", llm };
  const shown: unknown[] = [];
  {
    await using program = await Program.start({ ...options, config });
    await using page = await Page.open(program);
    assertEquals(await talk(page), "llm_unauthorized");
    const refused = await page.call("llm.setKey", { key: "hush hush" }).catch(({ error }: RefusedCall) => error);
    assertStringIncludes(refused?.message ?? "", "without spaces");
    assertEquals(await page.call("llm.setKey", { key }), null);
    assertEquals((await page.call("llm.preflight", {})).server.key, "kept");
    assertEquals(await talk(page), "end");
    // Another server is asked without it, and it is there again with its own one.
    await page.write("llm.host", open.url);
    assertEquals((await page.call("llm.preflight", {})).server.key, "none");
    assertEquals(await talk(page), "end");
    await page.write("llm.host", main.url);
    assertEquals(await talk(page), "end");
    shown.push(refused, await page.call("settings.read", {}), await page.call("llm.preflight", {}));
    shown.push(...page.client.received, program.complaints);
  }
  const written = await Deno.readTextFile(join(folder, "vtuber.config.json"));
  {
    await using program = await Program.start({ ...options, config: JSON.parse(written) });
    await using page = await Page.open(program);
    assertEquals(await talk(page), "end");
    await page.call("llm.setKey", { key: null });
    assertEquals(await talk(page), "llm_unauthorized");
    shown.push(...page.client.received, program.complaints);
  }
  assertEquals(JSON.stringify([shown, written]).match(/.{0,80}hush.{0,80}/g), null);
  assertEquals(shownTo(main), new Set([null, `Bearer ${key}`]));
  assertEquals(shownTo(open), new Set([null]));
  await Deno.remove(folder, { recursive: true });
});

Deno.test({
  name:
    "a key that is entered at one program is told to its host by the others at once, and nobody hears it on the bus",
  ignore: !HAS_NATS,
  async fn() {
    const key = "sk-hush-page-6789";
    await using nats = await NatsServer.start();
    await using main = startStub({ kind: "openai", key, models: [{ name: "gpt" }] });
    const folder = await makeHome();
    const llm = { provider: "openai", host: main.url, model: "gpt", fallback: "none" };
    const config = { log: { level: "debug" }, prompt: "none", llm };
    const options = { folder, config, env: { VTUBER_VOICE_ENGINE: "off", VTUBER_BUS: nats.url } };
    const listener = await connect({ servers: nats.url });
    await using _ = { [Symbol.asyncDispose]: () => listener.close() };
    const heard: string[] = [];
    listener.subscribe(">", { callback: (_, message) => void heard.push(`${message.subject} ${message.string()}`) });
    await listener.flush();
    {
      await using first = await Program.start(options);
      await using second = await Program.start(options);
      await first.until("vtuber_processes", (processes) => processes === 2);
      await using page = await Page.open(first);
      await using other = await Page.open(second);
      assertEquals(await talk(other), "llm_unauthorized");
      await page.call("llm.setKey", { key });
      await until("the other one has it", async () => (await other.call("llm.preflight", {})).server.key === "kept");
      assertEquals(await talk(other), "end");
      await other.call("llm.setKey", { key: null });
      await until("it is taken away", async () => (await page.call("llm.preflight", {})).server.key === "none");
      const said = [first.complaints, second.complaints, ...page.client.received, ...other.client.received];
      assertEquals(JSON.stringify([heard, said]).match(/.{0,80}hush.{0,80}/g), null);
      assertEquals(heard.some((one) => one.includes(".topic.keys")), true);
    }
    await Deno.remove(folder, { recursive: true });
  },
});
