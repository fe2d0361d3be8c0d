import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { ConfigError } from "./config_error.ts";
import { type Follower, LiveConfig } from "./live_config.ts";
import { loadConfig } from "./load.ts";

const QUIET: Follower = { prepare: () => Promise.resolve(), apply: () => Promise.resolve() };

async function withFile(
  text: string,
  run: (live: LiveConfig, file: { path: string; read(): Promise<string> }) => Promise<void>,
  env: Record<string, string> = {},
): Promise<void> {
  const root = await Deno.makeTempDir();
  const path = join(root, "vtuber.config.json");
  try {
    await Deno.writeTextFile(path, text);
    await run(new LiveConfig(await loadConfig({ root, env })), { path, read: () => Deno.readTextFile(path) });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("LiveConfig changes what holds and what is written, keeping comments and unknown fields", async () => {
  await withFile('{\n  // mine\n  "plugin": { "a": 1 },\n  "timeScale": 2\n}\n', async (live, file) => {
    const told: number[][] = [];
    await live.change([{ path: ["timeScale"], value: 3 }, { path: ["ui", "theme"], value: "dark" }], {
      ...QUIET,
      async apply(next, before) {
        await Promise.resolve();
        told.push([before.timeScale, next.timeScale]);
      },
    });
    assertEquals([live.current.timeScale, live.current.ui.theme], [3, "dark"]);
    assertEquals(told, [[2, 3]]);
    assertEquals(
      await file.read(),
      '{\n  // mine\n  "plugin": { "a": 1 },\n  "timeScale": 3,\n  "ui": {\n    "theme": "dark"\n  }\n}\n',
    );
  });
});

Deno.test("LiveConfig makes changes of the same moment one after another, and loses none", async () => {
  await withFile("{}", async (live, file) => {
    let inside = 0;
    let most = 0;
    const follower: Follower = {
      async prepare() {
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setTimeout(resolve));
      },
      apply: () => Promise.resolve(void inside--),
    };
    const names = Array.from({ length: 8 }, (_, i) => `model ${i}`);
    await Promise.all(
      names.map((name) => live.change([{ path: ["models", name], value: { source: name } }], follower)),
    );
    assertEquals([Object.keys(live.current.models), most], [names, 1]);
    assertEquals(Object.keys(JSON.parse(await file.read()).models), names);
  });
});

Deno.test("LiveConfig leaves everything as it was when a value is wrong or the change is refused", async () => {
  await withFile('{ "timeScale": 2 }', async (live, file) => {
    const before = live.current;
    await assertRejects(
      () => live.change([{ path: ["model"], value: "mao" }, { path: ["timeScale"], value: -1 }], QUIET),
      ConfigError,
      "timeScale is -1",
    );
    const refusal = new Error("no");
    const error = await assertRejects(() =>
      live.change([{ path: ["model"], value: "mao" }], { ...QUIET, prepare: () => Promise.reject(refusal) })
    );
    assertEquals([error, live.current, await file.read()], [refusal, before, '{ "timeScale": 2 }']);
    await live.change([{ path: ["timeScale"], value: 4 }], QUIET);
    assertEquals(live.current.timeScale, 4);
  });
});

Deno.test("LiveConfig takes a preparation back when the file cannot be written", async () => {
  await withFile("{}", async (live, file) => {
    const prepared: string[] = [];
    await assertRejects(() =>
      live.change([{ path: ["model"], value: "mao" }], {
        ...QUIET,
        async prepare(next) {
          prepared.push(next.model);
          // Somebody's editor saves half a file in the same moment.
          if (next.model === "mao") await Deno.writeTextFile(file.path, '{ "model": ');
        },
      }), ConfigError);
    assertEquals([prepared, live.current.model], [["mao", "hiyori"], "hiyori"]);
  });
});

Deno.test("LiveConfig takes up what was written into the file by hand", async () => {
  await withFile("{}", async (live, file) => {
    await Deno.writeTextFile(file.path, '{ "llm": { "model": "by-hand" } }');
    await live.change([{ path: ["timeScale"], value: 2 }], QUIET);
    assertEquals([live.current.llm.model, live.current.timeScale], ["by-hand", 2]);
  });
});

Deno.test("LiveConfig holds on to address and socket until the next start, and to what the environment says", async () => {
  await withFile('{ "server": { "port": 0 } }', async (live) => {
    live.listensAt(4321);
    await live.change([
      { path: ["server", "port"], value: 9000 },
      { path: ["llm", "wsPath"], value: "/other" },
      { path: ["llm", "model"], value: "a" },
      { path: ["timeScale"], value: 5 },
    ], QUIET);
    const { current, written } = live;
    assertEquals([current.server.port, current.llm.wsPath, current.llm.model], [4321, "/ws", "a"]);
    assertEquals([written.server.port, written.llm.wsPath, written.llm.model], [9000, "/other", "a"]);
    assertEquals(current.timeScale, 7);
  }, { VTUBER_TIME_SCALE: "7" });
});
