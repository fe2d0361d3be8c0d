/** A1: Ollama behind something that asks for a token, and the token that nobody is shown. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { makeHome } from "./home.ts";
import { Page } from "./page_calls.ts";
import { Program } from "./program.ts";
import { startStub, type Stub } from "./stub_ollama.ts";

const SECRET = "sk-hush-hush";

/** A proxy before Ollama, with a page of its own for whoever has not the token. */
function openProxy(stub: Stub): AsyncDisposable & { url: string; refused: number } {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    if (request.headers.get("authorization") !== `Bearer ${SECRET}`) {
      proxy.refused++;
      return new Response("<h1>401 Authorization Required</h1>", { status: 401 });
    }
    const { pathname } = new URL(request.url);
    const body = request.body === null ? {} : { body: await request.text() };
    return await fetch(stub.url + pathname, { method: request.method, ...body });
  });
  const proxy = {
    url: `http://127.0.0.1:${server.addr.port}`,
    refused: 0,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
  return proxy;
}

async function talk(page: Page): Promise<string> {
  const from = page.client.received.length;
  page.client.send({ type: "prompt", turn: crypto.randomUUID(), text: "Hi" });
  const over = await page.client.first(({ type }) => type === "end" || type === "error", from);
  return over.type;
}

Deno.test("A1: every request has the token that a file or the environment holds, and nobody is shown it", async () => {
  await using stub = startStub({ behaviour: { answer: "Hello." } });
  await using proxy = openProxy(stub);
  const folder = await makeHome();
  await Deno.writeTextFile(join(folder, "token"), SECRET, { mode: 0o600 });
  const llm = { host: proxy.url, fallback: "none", authFile: "token" };
  for (const env of [{}, { VTUBER_LLM_AUTH: SECRET }]) {
    const config = { log: { level: "debug" }, llm: "VTUBER_LLM_AUTH" in env ? { ...llm, authFile: undefined } : llm };
    await using program = await Program.start({ config, env, folder });
    await using page = await Page.open(program);
    const shown: unknown[] = [await page.call("settings.read", {}), await page.call("llm.preflight", {})];
    assertEquals(await talk(page), "end");
    await page.call("llm.pull", { model: "gemma3" });
    await page.write("llm.host", `${proxy.url}/`);
    assertEquals(await talk(page), "end");
    shown.push(await page.write("llm.host", stub.url).catch((error) => error.error));
    assertStringIncludes(JSON.stringify(shown.at(-1)), "llm.auth is for");
    assertEquals(proxy.refused, 0);
    for (const path of ["/", "/app-config.json", "/readyz", "/metrics"]) {
      shown.push(await (await fetch(program.url + path)).text());
    }
    shown.push(...page.client.received, program.complaints);
    assertEquals(JSON.stringify(shown).includes("hush"), false);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("A1: without the token the page is told what is wanted, and none of what was answered", async () => {
  await using stub = startStub();
  await using proxy = openProxy(stub);
  await using program = await Program.start({ config: { llm: { host: proxy.url, fallback: "none" } } });
  await using page = await Page.open(program);
  const { server: { problem } } = await page.call("llm.preflight", {});
  assertStringIncludes(problem!.message, "wants a password or a token (401)");
  assertStringIncludes(problem!.hint!, "VTUBER_LLM_AUTH");
  assertEquals(JSON.stringify(page.client.received).includes("Authorization Required"), false);
});
