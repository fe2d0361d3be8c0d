import { assertEquals } from "@std/assert";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { OllamaProvider } from "./ollama.ts";
import { startStub } from "@/tests/stub_ollama.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("globalThis.gc") as (() => void) | undefined;

// ROOT CAUSE: Deno's fetch ties its signal to the Response, which nobody holds while only its body is read.
const name = "generate() ends a silent stream when it is aborted, even after a garbage collection" +
  (collect === undefined ? " (skipped: this Deno hands out no collector)" : "");
Deno.test({ name, ignore: collect === undefined }, async () => {
  await using stub = startStub({ behaviour: { answer: "one two three", stallAfter: 2 } });
  const ollama = new OllamaProvider({ host: stub.url, api: "generate", firstByteMs: 0, idleMs: 0 });
  const stop = new AbortController();
  const messages = [{ role: "user" as const, content: "Talk" }];
  const events = ollama.generate({ model: "qwen2.5", messages }, { signal: stop.signal });
  await events.next();
  await events.next();
  const pending = events.next().then(() => "went on", (error) => (error as Error).name);
  for (let i = 0; i < 5; i++) {
    collect?.();
    await new Promise((resolve) => setTimeout(resolve));
  }
  stop.abort();
  assertEquals(await pending, "AbortError");
  await stub.requests[0]!.closed;
});
