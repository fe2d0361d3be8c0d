/** Two locks: what the program runs on, and beside it what tests need. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { sources } from "./sources.ts";
import { exists } from "@/lib/files.ts";
import { PROGRAM } from "@/lib/paths.ts";

interface Lock {
  specifiers: Record<string, string>;
  npm: Record<string, unknown>;
}

const HINT = "a test ran without --lock=tests/deno.lock: take it out again, `deno task test <file>` runs one file";

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await Deno.readTextFile(join(PROGRAM, path)));
}

/** The locks are those of the stand-ins: `deno task upstream` has none in its copy, and writes packages of JSR there. */
const ignore = !await exists(join(PROGRAM, "stand_ins/fresh"));

const own = await readJson<Lock>("deno.lock");
const tests = await readJson<Lock>("tests/deno.lock");

Deno.test("A8: deno.lock holds what deno.json names: a first start fetches no test's tools", { ignore }, async () => {
  const configs = await Promise.all(
    ["deno.json", "stand_ins/fresh/deno.json"].map((path) => readJson<{ imports: Record<string, string> }>(path)),
  );
  // A lock writes ^0.5.10 as ~0.5.10.
  const named = new Set(
    configs.flatMap(({ imports }) => Object.values(imports)).map((one) => one.replace("^0.", "~0.")),
  );
  assert(named.has("npm:zod@^4.3.0"));
  assertEquals(Object.keys(own.specifiers).filter((specifier) => !named.has(specifier)), [], HINT);
});

Deno.test("tests run on the versions that the program runs on", { ignore }, () => {
  const { specifiers, npm } = own;
  assertEquals(Object.entries(specifiers).filter(([name, version]) => tests.specifiers[name] !== version), []);
  assertEquals(Object.keys(npm).filter((name) => !(name in tests.npm)), []);
});

Deno.test("tests/deno.lock holds nothing that no source names any more", { ignore }, async () => {
  const beside = Object.keys(tests.specifiers).filter((specifier) => !(specifier in own.specifiers));
  const texts = await Promise.all((await sources()).map((path) => Deno.readTextFile(join(PROGRAM, path))));
  const named = new Set(
    texts.flatMap((text) => [...text.matchAll(/npm:(?:@[\w-]+\/)?[\w.-]+@[\w.-]+/g)].map(([specifier]) => specifier)),
  );
  assert(beside.length > 0);
  assertEquals(beside.filter((specifier) => !named.has(specifier)), []);
});
