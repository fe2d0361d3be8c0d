import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "node:path";
import { ConfigError } from "./config_error.ts";
import { loadConfig } from "./load.ts";
import { authorizationFor, authorizationOf, readSecretFile } from "./model_auth.ts";
import { configSchema } from "./schema.ts";
import { readChanges, refuseMovedSecrets, withKnownUser } from "./settings.ts";
import { writeConfig } from "./write.ts";

Deno.test("A1: authorizationOf() reads user and password, tokens, and their schemes", () => {
  const cases: [secret: string, header: string | undefined][] = [
    ["user:pw", "Basic dXNlcjpwdw=="],
    [" user:p w\n", "Basic dXNlcjpwIHc="],
    ["Basic user:pw", "Basic dXNlcjpwdw=="],
    ["basic dXNlcjpwdw==", "Basic dXNlcjpwdw=="],
    ["mí:p@ss:", "Basic bcOtOnBAc3M6"],
    ["sk-abc.123", "Bearer sk-abc.123"],
    ["bearer sk:with:colons", "Bearer sk:with:colons"],
    ["", undefined],
    ["Bearer two words", undefined],
    ["töken", undefined],
  ];
  for (const [secret, header] of cases) assertEquals(authorizationOf(secret), header, secret);
});

Deno.test({
  name: "A1: a file with a secret is its owner's alone, and stays so when a page changes it",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const secret = join(folder, "secret");
    await assertRejects(() => readSecretFile(secret, "llm.authFile"), ConfigError, "no such file");
    await Deno.writeTextFile(secret, "sk-hidden\n", { mode: 0o640 });
    const { message } = await assertRejects(() => readSecretFile(secret, "llm.authFile"), ConfigError, "chmod 600");
    assert(!message.includes("sk-hidden"));
    await Deno.chmod(secret, 0o600);
    assertEquals(await readSecretFile(secret, "llm.authFile"), "sk-hidden");
    await Deno.writeTextFile(secret, "two words");
    await assertRejects(() => readSecretFile(secret, "llm.authFile"), ConfigError, "user:password or a token");

    const file = join(folder, "vtuber.config.json");
    await Deno.writeTextFile(file, '{"llm": {"auth": "sk-hidden"}}', { mode: 0o644 });
    await assertRejects(() => loadConfig({ root: folder, env: {} }), ConfigError, "chmod 600");
    // From the environment it is nobody else's.
    const { config } = await loadConfig({ root: folder, env: { VTUBER_LLM_AUTH: "sk-other" } });
    assertEquals(config.llm.auth, "sk-other");
    await Deno.chmod(file, 0o600);
    assertEquals((await loadConfig({ root: folder, env: {} })).config.llm.auth, "sk-hidden");
    await writeConfig(file, [{ path: ["timeScale"], value: 2 }]);
    assertEquals((await Deno.stat(file)).mode! & 0o777, 0o600);

    // What a speech server wants is kept the same way.
    const spoken = join(folder, "spoken.json");
    await Deno.writeTextFile(spoken, '{"voice": {"auth": "sk-hidden"}}', { mode: 0o644 });
    const env = { VTUBER_CONFIG: spoken };
    await assertRejects(() => loadConfig({ root: folder, env }), ConfigError, "voice.auth");
    await loadConfig({ root: folder, env: { ...env, VTUBER_VOICE_AUTH: "sk-other" } });
    await Deno.writeTextFile(secret, "sk-voice", { mode: 0o600 });
    assertEquals(await authorizationFor({ authFile: "secret" }, "voice", folder), "Bearer sk-voice");
    assertEquals(await authorizationFor({ auth: "sk-a", authFile: "nowhere" }, "voice", folder), "Bearer sk-a");
    assertEquals(await authorizationFor({}, "voice", folder), undefined);
    const missing = authorizationFor({ authFile: "nowhere" }, "voice", folder);
    await assertRejects(() => missing, ConfigError, "voice.authFile");

    const wrong = await assertRejects(
      () => loadConfig({ root: folder, env: { VTUBER_LLM_AUTH: "my secret words" } }),
      ConfigError,
      "VTUBER_LLM_AUTH",
    );
    assert(!wrong.message.includes("words"), wrong.message);
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test("A1: a page that edits llm.host keeps the password it cannot see, unless the host changes", () => {
  const llm = { host: "http://user:pw@pi:11434/a" };
  const changed = (value: string | null) =>
    withKnownUser(readChanges([{ path: ["llm", "host"], value }], []), llm)[0]!.value;
  assertEquals(changed("http://pi:11434/a"), "http://user:pw@pi:11434/a");
  assertEquals(changed("http://pi:11434/b/"), "http://user:pw@pi:11434/b");
  assertEquals(changed("pi"), "http://user:pw@pi:11434");
  assertEquals(changed("http://new:one@pi:11434"), "http://new:one@pi:11434");
  for (const other of ["http://pie:11434", "http://pi:11435", "https://pi:11434", "http://127.0.0.1:11434"]) {
    assertEquals(changed(other), other);
  }
  assertEquals(changed(null), undefined);
});

Deno.test("A1: a key stays with its host, whatever a page changes", () => {
  const llms = { far: { provider: "openai", auth: "sk-hidden" } };
  const cases: [before: object, changed: Record<string, unknown>, named: string | null][] = [
    ...[{ auth: "sk-hidden" }, { authFile: "secret" }].flatMap((secret): typeof cases => [
      [{ host: "http://pi:11434", ...secret }, { host: "http://pi:11434/b" }, null],
      [{ host: "http://pi:11434", ...secret }, { host: "http://evil:11434" }, "llm.auth"],
      [{ host: "http://pi:11434", ...secret }, { host: undefined }, "llm.auth"],
      // The usual address of another kind of server is another host, too.
      [secret, { provider: "lmstudio" }, "llm.auth"],
      [{ host: "http://pi:11434", ...secret }, { provider: "lmstudio" }, null],
      [{ hosts: ["http://pi:1", "http://pie:1"], ...secret }, { host: "http://evil:1" }, null],
    ]),
    [{}, { host: "http://evil:11434" }, null],
  ];
  for (const [llm, change, named] of cases) {
    const before = configSchema.parse({ llm, llms });
    const next = configSchema.parse({ llm: { ...llm, ...change }, llms });
    const changes = Object.entries(change).map(([key, value]) => ({ path: ["llm", key], value }));
    let said: string | null = null;
    try {
      refuseMovedSecrets(changes, next, before);
    } catch (error) {
      said = (error as Error).message;
    }
    assertEquals(said?.includes("llm.auth") ?? null, named === null ? null : true, JSON.stringify([llm, change, said]));
    assert(!said?.includes("sk-hidden"), said ?? "");
  }
  const moved = configSchema.parse({ llms: { far: { ...llms.far, host: "http://evil:1" } } });
  const changes = [{ path: ["llms", "far", "host"], value: "http://evil:1" }];
  assertThrows(() => refuseMovedSecrets(changes, moved, configSchema.parse({ llms })), ConfigError, "llms.far.auth");
});
