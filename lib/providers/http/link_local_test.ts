import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ask } from "./ask.ts";
import { refuseLinkLocal } from "./link_local.ts";
import { LlmError } from "@/lib/providers/provider.ts";
import { OllamaProvider } from "@/lib/providers/ollama/ollama.ts";
import { pull } from "@/lib/providers/ollama/pull.ts";
import { probe } from "@/lib/providers/ollama/status.ts";

Deno.test("refuseLinkLocal() looks at every address that a name leads to now", async () => {
  const leads: Record<string, string[]> = {
    "ollama.lan": ["192.168.1.7"],
    "sly.example": ["93.184.215.14", "169.254.169.254"],
    "packed.example": ["::ffff:169.254.169.254"],
    "nowhere.example": [],
  };
  const look = (name: string) => Promise.resolve(leads[name] ?? []);
  for (const name of ["ollama.lan", "nowhere.example", "10.0.0.5", "localhost"]) await refuseLinkLocal(name, look);
  for (const name of ["sly.example", "packed.example"]) {
    const error = await assertRejects(() => refuseLinkLocal(name, look), LlmError, `${name} (`);
    assertEquals(error.code, "llm_wrong_address");
    assertStringIncludes(error.hint ?? "", "llm.allowLinkLocal");
  }
});

Deno.test("refuseLinkLocal() asks this machine's own resolver, and leaves names that nobody knows to the question", async () => {
  await refuseLinkLocal("no-such-machine.invalid");
});

Deno.test("nothing that is asked of Ollama goes to a link-local address unless it is allowed", async () => {
  const { signal } = new AbortController();
  const host = "http://169.254.169.254:80";
  const messages = [{ role: "user" as const, content: "hi" }];
  const ollama = new OllamaProvider({ host, api: "chat", firstByteMs: 5_000, idleMs: 5_000 });
  const asking: (() => Promise<unknown>)[] = [
    () => ask("http://[::ffff:a9fe:a9fe]/latest", { signal }),
    () => ask("http://2852039166/latest", { signal }),
    () => ollama.generate({ model: "m", messages }, { signal }).next(),
    () => ollama.probe({ signal }),
    () => pull("m", { host }, { signal }).next(),
    async () => {
      throw (await probe({ host, model: "m" })).error;
    },
  ];
  for (const one of asking) await assertRejects(one, LlmError, "is a link-local or metadata address: it is not asked");
  // Allowed, the question goes on to `fetch`, which does not take this header: nobody is asked here either.
  const tried = ask(host, { allowLinkLocal: true, headers: { "no header": "x" }, signal });
  assertEquals(await assertRejects(() => tried, TypeError) instanceof LlmError, false);
});
