import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { ConfigError } from "./config_error.ts";
import { loadConfig } from "./load.ts";
import { authorizationFor, authorizationOf, readSecretFile } from "./model_auth.ts";
import { readChanges, withKnownUser } from "./settings.ts";
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
  const llm = { host: "http://user:pw@pi:11434/a", auth: undefined, authFile: undefined };
  const changed = (value: string | null, written: Parameters<typeof withKnownUser>[1] = llm) =>
    withKnownUser(readChanges([{ path: ["llm", "host"], value }], []), written)[0]!.value;
  assertEquals(changed("http://pi:11434/a"), "http://user:pw@pi:11434/a");
  assertEquals(changed("http://pi:11434/b/"), "http://user:pw@pi:11434/b");
  assertEquals(changed("pi"), "http://user:pw@pi:11434");
  assertEquals(changed("http://new:one@pi:11434"), "http://new:one@pi:11434");
  for (const other of ["http://pie:11434", "http://pi:11435", "https://pi:11434", "http://127.0.0.1:11434"]) {
    assertEquals(changed(other), other);
  }
  assertEquals(changed(null), undefined);
  // What stands beside the host would go to another one.
  for (const secret of [{ auth: "sk-hidden" }, { authFile: "secret" }]) {
    const written = { ...llm, host: "http://pi:11434", ...secret };
    assertEquals(changed("http://pi:11434/b", written), "http://pi:11434/b");
    for (const other of ["http://evil:11434", null]) {
      let said = "";
      try {
        changed(other, written);
      } catch (error) {
        said = (error as Error).message;
      }
      assert(said.includes("llm.auth") && !said.includes("sk-hidden"), said);
    }
  }
});
