/** U8: the title over a failure says what its message says. */
import { assert, assertEquals } from "@std/assert";
import { startStub } from "./stub_ollama.ts";
import type { Knobs } from "./stub/knobs.ts";
import { WORDS } from "@/lib/i18n/i18n.ts";
import { LlmError } from "@/lib/providers/provider.ts";
import { OllamaProvider } from "@/lib/providers/ollama/ollama.ts";

const CASES: [title: string, message: string, knobs: Knobs][] = [
  ["Ollama is busy", "Ollama is busy", { status: 503, error: "server busy" }],
  ["Ollama lacks memory", "Ollama lacks memory", { error: "model requires more system memory (8.0 GiB)" }],
  ["The conversation is too long", "The conversation is too long", {
    status: 400,
    error: "the prompt is longer than the context length",
  }],
  ["Ollama turned the request down", "refuses our address", { status: 403 }],
  ["A password or a token is wanted", "wants a password or a token", { status: 401, body: "<h1>Who?</h1>" }],
  ["Ollama cannot be reached through a proxy", "cannot reach Ollama", { status: 502, body: "<h1>Bad gateway</h1>" }],
  ["The address cannot be right", "it is not Ollama", { status: 404, body: "<h1>Not found</h1>" }],
  ["The address cannot be right", "redirects to", { status: 301, headers: { location: "/in" } }],
  ["Ollama cannot be reached", "is not running", { hangUp: true }],
  ["Ollama had a problem", "Ollama failed", { error: "boom" }],
  ["The model is missing", "is not there", { status: 404, error: "model 'qwen2.5' not found, try pulling it first" }],
  ["It broke off before its end", "broke off", { endAfter: 0 }],
];

Deno.test("U8: the title of a failure fits what its message says", async (t) => {
  for (const [title, message, knobs] of CASES) {
    await t.step(`${title}: ${message}`, async () => {
      await using stub = startStub({ behaviour: knobs });
      const options = { host: stub.url, api: "chat", firstByteMs: 0, idleMs: 0, busyRetryMs: [] } as const;
      const answer = new OllamaProvider(options).generate(
        { model: "qwen2.5", messages: [{ role: "user", content: "Hi" }] },
        { signal: new AbortController().signal },
      );
      const error = await Array.fromAsync(answer).then(() => undefined, (error) => error);
      assert(error instanceof LlmError);
      assertEquals(WORDS.en.errors("Ollama")[error.code], title);
      assert(error.message.includes(message), error.message);
    });
  }
});
