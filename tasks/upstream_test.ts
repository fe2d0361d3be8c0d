import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { belongsInCopy, checkJsr, makeCopy, withoutLinks } from "./upstream.ts";

const SCRIPT = fileURLToPath(new URL("upstream.ts", import.meta.url));

Deno.test("withoutLinks() keeps everything else when it takes the links out", () => {
  const config = { links: ["./stand_ins/fresh"], imports: { fresh: "jsr:@fresh/core@^2.3.3" }, exclude: ["data"] };
  assertEquals(withoutLinks(config), { imports: { fresh: "jsr:@fresh/core@^2.3.3" }, exclude: ["data"] });
  assertEquals(withoutLinks({ exclude: [] }), { exclude: [] });
});

Deno.test("belongsInCopy() leaves out the stand-ins, what is made and what is the user's", () => {
  const config = { links: ["./stand_ins/fresh"], exclude: ["_fresh", "static/model/"] };
  const expected = {
    "main.ts": true,
    "stand_ins/fresh_app_test.tsx": true,
    "static/modelled.css": true,
    "stand_ins/fresh": false,
    "stand_ins/fresh/src/mod.ts": false,
    "_fresh": false,
    "static/model": false,
    "static/model/a.moc3": false,
    ".git": false,
    "node_modules": false,
  };
  for (const [path, belongs] of Object.entries(expected)) assertEquals(belongsInCopy(path, config), belongs, path);
});

Deno.test("makeCopy() replaces an earlier copy but for its packages, and leaves the project as it is", async () => {
  const root = await Deno.makeTempDir();
  const target = await Deno.makeTempDir();
  const config = `{ "links": ["./linked"], /* a comment */ "tasks": { "a": "deno run a.ts" } }`;
  await Deno.writeTextFile(join(root, "deno.json"), config);
  for (const dir of ["linked", "lib/deep", "node_modules"]) await Deno.mkdir(join(root, dir), { recursive: true });
  for (const file of ["linked/mod.ts", "lib/deep/a.ts", "node_modules/ours"]) {
    await Deno.writeTextFile(join(root, file), file);
  }
  await Deno.mkdir(join(target, "node_modules"));
  await Deno.writeTextFile(join(target, "node_modules/theirs"), "");
  await Deno.writeTextFile(join(target, "stale.ts"), "");

  await makeCopy(root, target);

  const names = await Array.fromAsync(Deno.readDir(target), (entry) => entry.name);
  assertEquals(names.sort(), ["deno.json", "lib", "node_modules"]);
  assertEquals(await Deno.readTextFile(join(target, "lib/deep/a.ts")), "lib/deep/a.ts");
  assertEquals(await Array.fromAsync(Deno.readDir(join(target, "node_modules")), ({ name }) => name), ["theirs"]);
  assertEquals(JSON.parse(await Deno.readTextFile(join(target, "deno.json"))), { tasks: { a: "deno run a.ts" } });
  assertEquals(await Deno.readTextFile(join(root, "deno.json")), config);
});

Deno.test("checkJsr() says what to do instead where JSR has nothing", async () => {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response(null, { status: 404 }),
  );
  const address = `http://127.0.0.1:${server.addr.port}`;
  const error = await assertRejects(() => checkJsr({ JSR_URL: address }), Error, "Cannot have Fresh from JSR");
  assertStringIncludes(error.message, "deno task <task>");
});

Deno.test("the task ends with one message when JSR cannot be reached or no task is named", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const closed = `http://127.0.0.1:${listener.addr.port}`;
  listener.close();
  const cases: [string[], string][] = [[["test"], closed], [[], "Cannot run nothing upstream"]];
  for (const [args, message] of cases) {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", SCRIPT, ...args],
      env: { JSR_URL: closed, NO_COLOR: "1" },
    }).output();
    assertEquals(code, 1);
    const [line, ...more] = new TextDecoder().decode(stderr).trim().split("\n");
    assertStringIncludes(line ?? "", message);
    assertEquals(more, []);
  }
});
