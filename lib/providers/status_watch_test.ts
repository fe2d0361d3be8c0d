import { assertEquals } from "@std/assert";
import { OllamaMonitor } from "./ollama/status.ts";
import { StatusWatch } from "./status_watch.ts";
import { startStub } from "@/tests/stub_ollama.ts";

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
  const watch = new StatusWatch({ monitor, fallback: "demo", watched: () => true, onChange: broken });
  try {
    await promise;
    assertEquals(looks, ["failed", "seen"]);
    const seen = await watch.refresh();
    assertEquals([seen.modelPresent, watch.current.modelPresent], [true, true]);
  } finally {
    watch.dispose();
  }
});
