/** A provider that the program does not know: registered, chosen and named as those it comes with. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { testBrowser } from "./browser.ts";
import { Page, RefusedCall } from "./page_calls.ts";
import { TestServer } from "./test_server.ts";
import { logSays, named, say, visit } from "./visit.ts";
import {
  type GenerateRequest,
  LlmError,
  type LlmEvent,
  type ProviderDefinition,
  type ProviderStatus,
} from "@/lib/providers/provider.ts";

/** A server that says prompts back, word by word, and the provider that asks it. */
class Parrot implements AsyncDisposable {
  /** Answers every prompt with 503. */
  busy = false;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    this.#server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
      if (this.busy && request.method === "POST") return new Response("later", { status: 503 });
      return request.method === "POST" ? new Response(await request.text()) : Response.json({ version: "1.2" });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  get definition(): ProviderDefinition {
    const { url } = this;
    return {
      id: "parrot",
      displayName: "Parrot",
      create({ llm: { model } }) {
        const unknown: ProviderStatus = {
          host: url,
          reachable: true,
          model,
          modelPresent: true,
          models: [{ name: model, size: 1, away: false }],
          away: false,
        };
        return {
          name: "parrot",
          generate: (request, { signal }) => repeat(url, request, signal),
          probe: async ({ signal }) => void await (await fetch(url, { signal })).body?.cancel(),
          monitor: {
            unknown,
            latest: undefined,
            contextLength: undefined,
            refresh: async () => {
              try {
                return { ...unknown, ...await (await fetch(url)).json() };
              } catch (cause) {
                return { ...unknown, reachable: false, modelPresent: null, error: gone(cause) };
              }
            },
          },
        };
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

async function* repeat(
  url: string,
  { messages }: GenerateRequest,
  signal: AbortSignal,
): AsyncGenerator<LlmEvent, void, undefined> {
  let response: Response;
  try {
    response = await fetch(url, { method: "POST", body: messages.at(-1)?.content ?? "", signal });
  } catch (cause) {
    throw gone(cause);
  }
  const text = await response.text();
  if (!response.ok) throw new LlmError("llm_busy", `The bird says: ${text}`, { hint: "Offer a cracker" });
  for (const word of text.split(" ")) yield { type: "text", text: `${word} ` };
  yield { type: "done", reason: "stop" };
}

function gone(cause: unknown): LlmError {
  return new LlmError("llm_unreachable", "The bird has flown", { cause, hint: "Open the window" });
}

/** With nothing of the machine's own environment, where Ollama may have an address. */
const ENV = { OLLAMA_HOST: "" };

Deno.test("a registered provider answers by its own name, in status, preflight and errors", async () => {
  const parrot = new Parrot();
  await using server = await TestServer.open({ provider: parrot.definition, env: ENV, config: { prompt: "none" } });
  await using page = await Page.open(server);
  const heard: unknown[] = [];
  const ask = async (text: string) => {
    const from = page.client.received.length;
    page.client.send({ type: "prompt", turn: crypto.randomUUID(), text });
    await page.client.first(({ type }) => type === "end" || type === "error", from);
    return page.client.received.slice(from);
  };
  const text = (frames: typeof page.client.received) =>
    frames.map((frame) => frame.type === "chunk" ? frame.data : "").join("");

  const welcome = await page.client.first(({ type }) => type === "welcome");
  assert(welcome.type === "welcome");
  assertEquals([welcome.status.provider, welcome.status.server], ["parrot", "Parrot"]);
  const said = await ask("Polly wants a cracker");
  assertEquals(text(said).trim(), "Polly wants a cracker");
  assertEquals(said.flatMap((frame) => frame.type === "start" ? [frame.provider, frame.model] : []), [
    "parrot",
    "qwen2.5",
  ]);

  const seen = await page.call("llm.preflight", {});
  assertEquals(seen.server, {
    name: "Parrot",
    host: parrot.url,
    reachable: true,
    version: "1.2",
    pulls: false,
    key: "none",
    starts: false,
  });
  assertEquals(seen.installed, [{ name: "qwen2.5", size: 1, away: false }]);
  const refused = await assertRejects(() => page.call("llm.pull", { model: "macaw" }), RefusedCall);
  assertEquals([refused.error.code, refused.error.message], [
    "llm_unsupported",
    "Cannot fetch macaw: Parrot does not do that",
  ]);

  parrot.busy = true;
  const failed = (await ask("Again")).at(-1);
  assert(failed?.type === "error");
  assertEquals([failed.code, failed.server, failed.message], ["llm_busy", "Parrot", "The bird says: later"]);

  heard.push(await (await fetch(`${server.url}/readyz`)).json());
  assertEquals(heard[0], {
    ready: true,
    server: { name: "Parrot", reachable: true },
    model: { name: "qwen2.5", present: true },
    store: { reachable: true },
  });
  heard.push(seen, refused.error, ...page.client.received);
  assertEquals(/ollama/i.exec(JSON.stringify(heard)), null);

  // With its server gone, the fallback answers, and the failure is still the parrot's.
  await parrot[Symbol.asyncDispose]();
  const started = (await ask("Hello?")).flatMap((frame) => frame.type === "start" ? [frame.provider] : []);
  assertEquals(started, ["demo"]);
  const { server: { reachable, problem } } = await page.call("llm.preflight", {});
  assertEquals([reachable, problem], [
    false,
    { code: "llm_unreachable", message: "The bird has flown", hint: "Open the window" },
  ]);
  const status = await page.client.first((frame) => frame.type === "status" && !frame.reachable);
  assert(status.type === "status");
  assertEquals([status.provider, status.server], ["demo", "Parrot"]);
});

Deno.test("the page names a registered provider, and never another one", async () => {
  const browser = await testBrowser();
  await using parrot = new Parrot();
  await visit(
    browser,
    async ({ page }) => {
      await say(page, "Pretty bird");
      await logSays(page, "Pretty bird");
      parrot.busy = true;
      await say(page, "Are you there?");
      const log = await logSays(page, "Parrot is busy");
      assert(log.includes("The bird says: later"), log);
      assertEquals(await page.$eval(".status-text", (text) => text.getAttribute("title")), "Parrot · qwen2.5");
      await (await named(page, "button", "Settings")).click();
      await page.waitForFunction(() => document.querySelector("dialog[open] .checks")?.textContent?.includes("1.2"));
      const text = await page.$eval("body", (body) => (body as HTMLElement).innerText);
      assert(text.includes("Parrot 1.2 is running"), text);
      assertEquals(/.*ollama.*/i.exec(text), null);
    },
    { prompt: "none" },
    { provider: parrot.definition, env: ENV },
  );
});
