/** The whole program with its conversations in PostgreSQL. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { makeHome } from "./home.ts";
import { Page, RefusedCall } from "./page_calls.ts";
import { startPostgres } from "./postgres.ts";
import { Program } from "./program.ts";
import { startStub } from "./stub_ollama.ts";
import { until } from "./until.ts";

// With what a real one does for what was said.
const postgres = await startPostgres("");

async function talk(page: Page, text: string): Promise<string> {
  const from = page.client.received.length;
  page.client.send({ type: "prompt", turn: crypto.randomUUID(), text });
  return (await page.client.first(({ type }) => type === "end" || type === "error", from)).type;
}

Deno.test({
  name: "conversations outlive the program in PostgreSQL, answers outlive PostgreSQL, and nobody is told its password",
  ignore: postgres === undefined,
  fn: async () => {
    const { password } = postgres!;
    await using stub = startStub({ behaviour: { answer: "Hello from the model." } });
    const options = {
      folder: await makeHome(),
      config: { log: { level: "debug" } },
      env: { OLLAMA_HOST: stub.url, VTUBER_STORE: await postgres!.database() },
    };
    const shown: unknown[] = [];
    {
      await using program = await Program.start(options);
      await using page = await Page.open(program);
      assertEquals(await talk(page, "remember the giraffe"), "end");
      shown.push(await page.call("settings.read", {}), page.client.received, program.complaints);
    }
    await using program = await Program.start(options);
    await using page = await Page.open(program);
    const found = await page.call("conversations.list", { query: "giraffe" });
    assertEquals(found.map(({ title }) => title), ["remember the giraffe"]);

    const ready = async () => {
      const response = await fetch(`${program.url}/readyz`);
      return { status: response.status, ...await response.json() };
    };
    assertEquals((await ready()).store, { reachable: true });
    await postgres!.stop();
    const { status, store } = await ready();
    assertEquals([status, store.reachable], [503, false]);
    assertStringIncludes(store.problem, "PostgreSQL cannot be asked");
    shown.push(store);
    const from = page.client.received.length;
    assertEquals(await talk(page, "and the okapi"), "end");
    await page.client.first((frame) => frame.type === "error" && frame.code === "not_stored", from);
    const refused = await assertRejects(() => page.call("conversations.list", {}), RefusedCall);
    assertEquals(refused.error.code, "store_lost");
    await postgres!.start();
    await until("what was said meanwhile is stored", async () => {
      const found = await page.call("conversations.list", { query: "okapi" }).catch(() => []);
      return found.length === 1;
    });
    assertEquals((await ready()).status, 200);
    await page.client.first((frame) => frame.type === "recovered" && frame.code === "not_stored", from);

    for (const path of ["/", "/app-config.json", "/readyz", "/metrics"]) {
      shown.push(await (await fetch(program.url + path)).text());
    }
    shown.push(page.client.received, program.complaints);
    assertEquals(JSON.stringify(shown).includes(password), false);
    await Deno.remove(options.folder, { recursive: true });
  },
});
