import { assertEquals } from "@std/assert";
import { join } from "node:path";
import process from "node:process";
import { registryOf } from "./registry.ts";

/** The registry of a package where the files and the environment say so much. */
async function found(
  name: string,
  { here = "", home = "", env = {} }: { here?: string; home?: string; env?: Record<string, string> },
) {
  const root = await Deno.makeTempDir();
  const before = { folder: process.cwd(), env: npmVariables() };
  const file = join(root, "npmrc");
  await Deno.writeTextFile(file, home);
  await Deno.writeTextFile(join(root, ".npmrc"), here);
  await Deno.writeTextFile(join(root, "package.json"), "{}");
  try {
    setEnv(before.env, { npm_config_userconfig: file, ...env });
    process.chdir(root);
    return registryOf(name);
  } finally {
    process.chdir(before.folder);
    setEnv({ npm_config_userconfig: file, ...env }, before.env);
    await Deno.remove(root, { recursive: true });
  }
}

/** What this machine's own environment says of npm. */
function npmVariables(): Record<string, string> {
  return Object.fromEntries(Object.entries(Deno.env.toObject()).filter(([name]) => /^npm_config_/i.test(name)));
}

function setEnv(old: Record<string, string>, next: Record<string, string>): void {
  for (const name of Object.keys(old)) Deno.env.delete(name);
  for (const [name, value] of Object.entries(next)) Deno.env.set(name, value);
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

Deno.test("registryOf() knows a scope's own registry, and what lets in to an address and those below it", async () => {
  const home = [
    "@mine:registry=https://mine.example/npm/group/",
    "//mine.example/npm/:_authToken=${SECRET}",
    '//other.example/:_authToken="not this"',
  ].join("\n");
  const env = { SECRET: "s3", npm_config_registry: "https://other.example:8443/" };
  const mine = { url: "https://mine.example/npm/group/", authorization: "Bearer s3" };
  assertEquals(await found("@mine/a", { home, env }), mine);
  assertEquals(await found("a", { home, env }), { url: "https://other.example:8443/" });
});
