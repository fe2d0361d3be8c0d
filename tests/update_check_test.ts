/** A18: nobody outside is asked whether there is an update. */
import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { makeHome } from "./home.ts";
import { listening } from "./program.ts";
import { within } from "./until.ts";
import { PROGRAM } from "@/lib/paths.ts";

Deno.test("A18: every task tells Deno, and Fresh's dev server, not to look for updates", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(join(PROGRAM, "deno.json")));
  const commands = Object.values(tasks).map((task) => (task as { command?: string }).command ?? String(task));
  for (const run of commands.flatMap((command) => command.split("&&")).filter((run) => run.includes("deno run"))) {
    assertMatch(run, /DENO_NO_UPDATE_CHECK=1 deno run/);
  }
  assertMatch(tasks.dev.command, /FRESH_NO_UPDATE_CHECK=true/);
});

Deno.test({
  name: "A18: a start asks no host outside",
  // Elsewhere links need a privilege.
  ignore: Deno.build.os === "windows",
  fn: async () => {
    // A proxy that writes down for whom it is asked, and a Deno that has never looked for updates.
    const asked: string[] = [];
    const proxy = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = proxy.addr;
    const listener = (async () => {
      for await (const connection of proxy) {
        const buffer = new Uint8Array(1_000);
        const read = await connection.read(buffer);
        asked.push(new TextDecoder().decode(buffer.subarray(0, read ?? 0)).split("\r\n")[0] ?? "");
        connection.close();
      }
    })();
    // Set to nothing, it would count as set.
    const { DENO_NO_UPDATE_CHECK: _, ...environment } = Deno.env.toObject();
    const home = await makeHome();
    const caches = await freshDenoDir();
    const child = new Deno.Command(Deno.execPath(), {
      args: ["task", "--quiet", "start"],
      cwd: PROGRAM,
      clearEnv: true,
      env: {
        ...environment,
        DENO_DIR: caches,
        HTTPS_PROXY: `http://127.0.0.1:${port}`,
        HTTP_PROXY: `http://127.0.0.1:${port}`,
        NO_PROXY: "127.0.0.1,localhost",
        NO_COLOR: "1",
        OLLAMA_HOST: "127.0.0.1:9",
        PORT: "0",
        VTUBER_SERVER_DATA_DIR: join(home, "data"),
      },
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const { address, rest } = await listening(child.stdout);
    await (await fetch(address)).body?.cancel();
    child.kill("SIGTERM");
    await within("the program ends", child.status);
    await rest;
    proxy.close();
    await listener;
    assertEquals(asked, []);
    for (const folder of [home, caches]) await Deno.remove(folder, { recursive: true });
  },
});

/** Deno's caches but for the note of when it last looked for an update. */
async function freshDenoDir(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"], cwd: PROGRAM }).output();
  const { denoDir } = JSON.parse(new TextDecoder().decode(stdout));
  const folder = await Deno.makeTempDir({ prefix: "deno-dir-" });
  for await (const { name } of Deno.readDir(denoDir)) {
    if (name !== "latest.txt") await Deno.symlink(join(denoDir, name), join(folder, name));
  }
  return folder;
}
