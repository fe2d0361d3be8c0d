import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { registryOf } from "./registry.ts";

/** The registry of a package where the files and the environment say so much. */
async function found(
  name: string,
  { here = "", home = "", env = {} }: { here?: string; home?: string; env?: Record<string, string> },
) {
  const folder = await Deno.makeTempDir();
  try {
    const folders = { here: join(folder, "here"), home: join(folder, "home") };
    for (const [path, text] of [[folders.here, here], [folders.home, home]] as const) {
      await Deno.mkdir(path);
      if (text !== "") await Deno.writeTextFile(join(path, ".npmrc"), text);
    }
    return await registryOf(name, { env, folders });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("registryOf() goes by the environment before the folder's .npmrc, and by that before the user's", async () => {
  const home = "; mine\nregistry = https://home.example/npm\n";
  const here = "registry=https://here.example";
  assertEquals(await found("a", { home }), { url: "https://home.example/npm/" });
  assertEquals(await found("a", { home, here }), { url: "https://here.example/" });
  const env = { NPM_CONFIG_REGISTRY: "https://env.example/" };
  assertEquals(await found("a", { home, here, env }), { url: "https://env.example/" });
  assertEquals((await found("a", {})).url.startsWith("https://"), true);
});

Deno.test("registryOf() knows a scope's own registry, and the token that is for an address and those below it", async () => {
  const home = [
    "@mine:registry=https://mine.example/npm/group/",
    "//mine.example/npm/:_authToken=${SECRET}",
    '//other.example/:_authToken="not this"',
  ].join("\n");
  const env = { SECRET: "s3", npm_config_registry: "https://other.example:8443/" };
  assertEquals(await found("@mine/a", { home, env }), { url: "https://mine.example/npm/group/", token: "s3" });
  assertEquals(await found("a", { home, env }), { url: "https://other.example:8443/" });
});
