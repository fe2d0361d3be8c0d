import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "node:path";
import { ConfigError } from "./config_error.ts";
import { loadConfig, parseConfig } from "./load.ts";
import { databaseName, holdsPassword, isPostgres } from "./store_address.ts";

Deno.test("databaseName() tells where a database is, and nothing that lets anybody in", () => {
  const cases: [address: string, name: string, password: boolean][] = [
    ["postgres://me:p%40ss@db.example:5433/chat?sslmode=require", "PostgreSQL at db.example:5433/chat", true],
    ["postgresql://me@[::1]/chat", "PostgreSQL at [::1]/chat", false],
    ["postgres://me:pass@/chat?host=/run/postgresql", "PostgreSQL at /run/postgresql/chat", true],
    ["postgres:///chat?password=pass", "PostgreSQL at this machine/chat", true],
    ["postgres://db", "PostgreSQL at db", false],
  ];
  for (const [address, name, password] of cases) {
    assertEquals([isPostgres(address), databaseName(address), holdsPassword(address)], [true, name, password]);
  }
  for (const other of ["sqlite", "", "mysql://a/b", "postgres://a b/c", "postgres://u:hidden@a:port/b"]) {
    assertEquals([other, isPostgres(other), holdsPassword(other)], [other, false, false]);
  }
});

Deno.test("the store's address is in no message about the configuration", () => {
  for (const store of ["postgres://me:hidden@a b/c", "hidden", { hidden: "hidden" }]) {
    const file = JSON.stringify({ store });
    const { message } = assertThrows(() => parseConfig(file, "c.json"), ConfigError, "c.json:1: store cannot be used");
    assert(!message.includes("hidden"), message);
    const VTUBER_STORE = typeof store === "string" ? store : JSON.stringify(store);
    const named = assertThrows(() => parseConfig("", "c.json", { VTUBER_STORE }), ConfigError, "VTUBER_STORE cannot");
    assert(!named.message.includes("hidden"), named.message);
  }
  assertEquals(parseConfig("").config.store, "sqlite");
});

Deno.test({
  name: "a file with the store's password is its owner's alone",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const root = await Deno.makeTempDir();
    const file = join(root, "vtuber.config.json");
    const store = "postgres://me:hidden@db/chat";
    await Deno.writeTextFile(file, JSON.stringify({ store }), { mode: 0o644 });
    const { message } = await assertRejects(() => loadConfig({ root, env: {} }), ConfigError, "VTUBER_STORE");
    assert(!message.includes("hidden"), message);
    // From the environment it is nobody else's, and without a password it is no secret.
    assertEquals((await loadConfig({ root, env: { VTUBER_STORE: store } })).config.store, store);
    await Deno.writeTextFile(file, '{"store": "postgres://db/chat"}');
    assertEquals((await loadConfig({ root, env: {} })).config.store, "postgres://db/chat");
    await Deno.writeTextFile(file, JSON.stringify({ store }));
    await Deno.chmod(file, 0o600);
    assertEquals((await loadConfig({ root, env: {} })).config.store, store);
    await Deno.remove(root, { recursive: true });
  },
});
