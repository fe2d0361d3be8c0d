import { assertEquals } from "@std/assert";
import { OllamaMonitor, probe } from "./ollama/status.ts";
import { type Answering, statusFrame, StatusWatch } from "./status_watch.ts";
import type { ErrorCode } from "@/lib/protocol/codes.ts";
import { startStub } from "@/tests/stub_ollama.ts";

function answering(fallback: string): Answering {
  return { provider: { id: "ollama", displayName: "Ollama" }, fallback };
}

function broken(): never {
  throw new Error("an injected fault");
}

Deno.test("a watch goes on looking when a look, or who is told of it, throws", async () => {
  await using stub = startStub();
  const monitor = new OllamaMonitor({ host: stub.url, model: "qwen2.5" });
  const refresh = monitor.refresh.bind(monitor);
  const looks: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  monitor.refresh = () => {
    looks.push("failed");
    monitor.refresh = () => {
      looks.push("seen");
      resolve();
      return refresh();
    };
    return Promise.reject(new Error("an injected fault"));
  };
  const watch = new StatusWatch({ ...answering("demo"), monitor, watched: () => true, onChange: broken });
  try {
    await promise;
    assertEquals(looks, ["failed", "seen"]);
    const seen = await watch.refresh();
    assertEquals([seen.modelPresent, watch.current.modelPresent], [true, true]);
  } finally {
    watch.dispose();
  }
});

Deno.test("statusFrame() says who would answer next", async () => {
  const stub = startStub();
  const there = await probe({ host: stub.url, model: "mistral" });
  assertEquals(statusFrame(there, answering("demo")), {
    provider: "ollama",
    server: "Ollama",
    model: "mistral",
    modelPresent: false,
    host: stub.url,
    reachable: true,
    away: false,
    version: "0.33.0",
  });
  await stub.close();
  const gone = await probe({ host: stub.url, model: "mistral" });
  assertEquals(statusFrame(gone, answering("demo")).provider, "demo");
  assertEquals(statusFrame(gone, answering("none")).provider, "none");
});

Deno.test("statusFrame() names the provider when something else answers at its address", async () => {
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => new Response("<h1>Hi</h1>"));
  const status = await probe({ host: `http://127.0.0.1:${server.addr.port}`, model: "qwen2.5" });
  assertEquals([status.reachable, status.error?.code, statusFrame(status, answering("demo")).provider], [
    false,
    "llm_wrong_address",
    "ollama",
  ]);
  assertEquals(status.error?.message, `${status.host} answers, but it is not Ollama`);
});

Deno.test("statusFrame() names the provider when its server answers, however badly, and the fallback when nobody does", async (t) => {
  const cases: [name: string, code: ErrorCode, answer: (() => Response | Promise<Response>), provider: string][] = [
    ["busy", "llm_busy", () => Response.json({ error: "wait" }, { status: 503 }), "ollama"],
    ["failing", "llm_failed", () => Response.json({ error: "boom" }, { status: 500 }), "ollama"],
    ["behind a broken proxy", "llm_bad_gateway", () => new Response("<h1>Bad gateway</h1>", { status: 502 }), "ollama"],
    ["silent", "timeout", () => new Promise(() => {}), "demo"],
  ];
  for (const [name, code, answer, provider] of cases) {
    await t.step(name, async () => {
      const close = new AbortController();
      const server = Deno.serve({ port: 0, hostname: "127.0.0.1", signal: close.signal, onListen() {} }, answer);
      const status = await probe({ host: `http://127.0.0.1:${server.addr.port}`, model: "m", timeoutMs: 200 });
      close.abort();
      assertEquals([status.error?.code, statusFrame(status, answering("demo")).provider], [code, provider]);
    });
  }
});
