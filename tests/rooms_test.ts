/** The rooms of ARCHITECTURE.md, and who may call whom: imports go one way. */
import { assertEquals } from "@std/assert";
import { dirname, join, relative } from "node:path/posix";
import { PROGRAM } from "@/lib/paths.ts";

const BROWSER = ["web"];
/** What code in a room may import of the project, beside its own room. Rooms that are not listed may import all. */
const ALLOWED: Record<string, string[]> = {
  "lib/protocol": [],
  "lib/config": ["lib/protocol"],
  "lib/llm": ["lib/config", "lib/protocol"],
  "lib/models": ["lib/config", "lib/protocol", "lib/paths.ts", "lib/telemetry", "lib/http/paths.ts"],
  "lib/feelings": ["lib/protocol", "lib/llm"],
  // The words of the token page are those of the page.
  "lib/http": ["lib/config", "lib/protocol", "lib/llm", "lib/telemetry", "lib/i18n", "lib/principal.ts"],
  "lib/i18n": ["lib/protocol", "web"],
  "web": ["lib/protocol", "lib/i18n"],
};

Deno.test("imports go one way, and browser code imports no server code", async () => {
  const wrong: string[] = [];
  for (const file of await sources("")) {
    const room = roomOf(file);
    const allowed = ALLOWED[room];
    if (allowed === undefined || isForTests(file)) continue;
    for (const target of await imports(file)) {
      const to = roomOf(target);
      if (to !== room && !allowed.some((one) => one === to || one === target)) wrong.push(`${file} imports ${target}`);
    }
  }
  assertEquals(wrong, []);
});

Deno.test("nothing but the stand-ins and their tests knows of the stand-ins", async () => {
  const wrong: string[] = [];
  for (const file of await sources("")) {
    if (file.startsWith("stand_ins/")) continue;
    if ((await imports(file)).some((target) => target.startsWith("stand_ins/"))) wrong.push(file);
  }
  assertEquals(wrong, []);
});

Deno.test("what the browser loads is a room of its own", () => {
  for (const room of BROWSER) assertEquals(room in ALLOWED, true, room);
});

function roomOf(path: string): string {
  const [first = "", second = ""] = path.split("/");
  return first === "lib" && !second.endsWith(".ts") ? `lib/${second}` : first === "lib" ? path : first;
}

/** Tests, and what only tests use, may look everywhere. */
function isForTests(file: string): boolean {
  return /(_test|_fixture|fake_\w+)\.tsx?$/.test(file);
}

/** The project's own files that a file imports, as paths from the project's folder. */
async function imports(file: string): Promise<string[]> {
  const text = await Deno.readTextFile(join(PROGRAM, file));
  const found = text.matchAll(/(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+|@\/[^"]+)"/g);
  return [...found].map(([, specifier = ""]) =>
    specifier.startsWith("@/") ? specifier.slice(2) : relative(".", join(dirname(file), specifier))
  );
}

const SKIPPED = ["node_modules", "_fresh", "static", "data", "dist", "assets", "bench", ".git", ".ci", "docs"];

async function sources(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(PROGRAM, folder))) {
    const path = folder === "" ? name : `${folder}/${name}`;
    if (isDirectory && !SKIPPED.includes(path)) found.push(...await sources(path));
    else if (/\.tsx?$/.test(name)) found.push(path);
  }
  return found;
}
