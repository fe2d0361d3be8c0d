import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { ConfigError } from "./config_error.ts";
import { loadConfig } from "./load.ts";
import { changeConfig, writeConfig } from "./write.ts";

const FILE = `// My character
{
    "model": "mao", // the best one
    "mine": { "kept": true },
    /* the brain */
    "llm": {
        "model": "qwen2.5"
    }
}
`;

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
}

Deno.test("changeConfig() changes what it is told, and nothing else", () => {
  const changes = [
    { path: ["model"], value: "hiyori" },
    { path: ["llm", "model"], value: "llama3" },
    { path: ["llm", "api"], value: "chat" },
    { path: ["ui", "theme"], value: "dark" },
  ];
  const expected = FILE.replace('"mao"', '"hiyori"').replace(
    '"model": "qwen2.5"\n    }\n',
    '"model": "llama3",\n        "api": "chat"\n    },\n    "ui": {\n        "theme": "dark"\n    }\n',
  );
  assertEquals(changeConfig(FILE, changes), expected);
});

Deno.test("changeConfig() keeps line ends, tabs and the byte order mark", () => {
  const file = '\uFEFF{\r\n\t"model": "mao"\r\n}\r\n';
  const changed = '\uFEFF{\r\n\t"model": "mao",\r\n\t"timeScale": 2\r\n}\r\n';
  assertEquals(changeConfig(file, [{ path: ["timeScale"], value: 2 }]), changed);
});

Deno.test("changeConfig() takes a field out, and starts a file where there is none", () => {
  const without = changeConfig('{\n  "model": "mao",\n  "timeScale": 2\n}\n', [{ path: ["model"], value: undefined }]);
  assertEquals(without, '{\n  "timeScale": 2\n}\n');
  assertEquals(JSON.parse(changeConfig("", [{ path: ["llm", "model"], value: "x" }])), {
    llm: { model: "x", api: "chat" },
  });
});

Deno.test("writeConfig() writes what loadConfig() reads, through a link, and leaves nothing beside it", async () => {
  const root = await Deno.makeTempDir();
  try {
    const path = join(root, "vtuber.config.json");
    await Deno.writeTextFile(join(root, "real.json"), FILE);
    await Deno.symlink("real.json", path);
    assertEquals(await writeConfig(path, [{ path: ["timeScale"], value: 3 }]), true);
    assertEquals(await writeConfig(path, [{ path: ["timeScale"], value: 3 }]), false);
    assertEquals((await loadConfig({ root, env: {} })).config.timeScale, 3);
    assertEquals([(await Deno.lstat(path)).isSymlink, names(root)], [true, ["real.json", "vtuber.config.json"]]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("writeConfig() leaves the file as it was when a value is wrong", async () => {
  const root = await Deno.makeTempDir();
  try {
    const path = join(root, "vtuber.config.json");
    await Deno.writeTextFile(path, FILE);
    const wrong = writeConfig(path, [{ path: ["llm", "api"], value: "chatt" }]);
    await assertRejects(() => wrong, ConfigError, 'llm.api is "chatt": it should be "generate" or "chat"');
    assertEquals(await Deno.readTextFile(path), FILE);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
