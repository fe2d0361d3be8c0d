import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { packTar } from "modern-tar";
import { fetchPackage } from "./fetch_package.ts";
import { NpmError } from "./npm_error.ts";
import { DownloadHost } from "@/tests/download_host.ts";

const NAME = "@test/voice";
const PACKAGE_JSON = '{ "name": "@test/voice" }';

/** A registry with one package, and a folder for it. */
async function open() {
  const host = await DownloadHost.open();
  const folder = await Deno.makeTempDir();
  const entries = Object.entries({ "package/package.json": PACKAGE_JSON, "package/lib/a.js": "a" });
  const tar = await packTar(entries.map(([name, body]) => ({ header: { name, size: body.length }, body })));
  const archive = new Uint8Array(gzipSync(tar));
  const { url: tarball } = host.add("voice-1.0.0.tgz", archive);
  const tell = (dist: Record<string, string>) =>
    host.add("@test%2fvoice", new TextEncoder().encode(JSON.stringify({ versions: { "1.0.0": { dist } } })));
  const integrity = `sha512-${createHash("sha512").update(archive).digest("base64")}`;
  tell({ tarball, integrity });
  return {
    host,
    folder,
    tell,
    tarball,
    fetch: (version = "1.0.0", idleMs = 30_000) =>
      fetchPackage(NAME, version, folder, {
        signal: AbortSignal.timeout(20_000),
        registry: { url: `${host.url}/` },
        idleMs,
      }),
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

Deno.test("fetchPackage() lays a package down where programs look for it", async () => {
  await using registry = await open();
  await registry.fetch();
  const folder = join(registry.folder, "node_modules", NAME);
  assertEquals(await Deno.readTextFile(join(folder, "package.json")), PACKAGE_JSON);
  assertEquals(await Deno.readTextFile(join(folder, "lib", "a.js")), "a");
  assertEquals([...Deno.readDirSync(registry.folder)].map(({ name }) => name), ["node_modules"]);
});

Deno.test("fetchPackage() takes nothing whose checksum is another one, or that has none", async () => {
  await using registry = await open();
  const { tarball } = registry;
  for (const dist of [{ tarball, integrity: `sha512-${btoa("other")}` }, { tarball }]) {
    registry.tell(dist);
    const error = await assertRejects(() => registry.fetch(), NpmError, "Cannot download @test/voice 1.0.0 from npm");
    assertStringIncludes(error.message, "integrity" in dist ? "instead of sha512-" : "and its checksum");
    assertEquals([...Deno.readDirSync(registry.folder)].some(({ name }) => name === "node_modules"), false);
  }
});

Deno.test("fetchPackage() says what the registry answers, lacks, or that it is silent", async () => {
  await using registry = await open();
  await assertRejects(() => registry.fetch("2.0.0"), NpmError, "does not tell where this version is");
  registry.host.fault("voice-1.0.0.tgz", { holdAfter: 10 });
  await assertRejects(() => registry.fetch("1.0.0", 100), NpmError, "has stood still for");
  registry.host.fault("@test%2fvoice", { status: 403 });
  await assertRejects(() => registry.fetch(), NpmError, "answers 403");
});
