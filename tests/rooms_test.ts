/** The rooms of ARCHITECTURE.md, and who may call whom: imports go one way, and in no circle. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { circles, type Graph, reached, readImports } from "./import_graph.ts";
import { sources } from "./sources.ts";
import { PROGRAM } from "@/lib/paths.ts";

/** Rooms from top to bottom, each with the rooms below it that it may import. */
type Rooms = ReadonlyMap<string, readonly string[]>;

/** These may import everything, and only tasks and each other may import them. */
const AROUND = ["tests", "bench", "stand_ins"];

const rooms = parseRooms(await Deno.readTextFile(join(PROGRAM, "ARCHITECTURE.md")));
const files = await sources();
const imports = await readImports(PROGRAM, files);
const graph: Graph = imports.files;
/** What was found, for it is asked for every arrow of every turned graph. */
const roomOfFile = new Map<string, string | undefined>();

Deno.test("every file has its room, and every room its files", () => {
  const all = files.filter((file) => !isAround(file));
  assert(all.length > 200, `only ${all.length} files were found`);
  assertEquals(all.filter((file) => roomOf(file) === undefined), []);
  assertEquals([...rooms.keys()].filter((room) => !all.some((file) => roomOf(file) === room)), []);
});

Deno.test("imports go the way that ARCHITECTURE.md names", () => {
  assertEquals(wrongArrows(graph), []);
});

Deno.test("there is no circle of files, and none of rooms", () => {
  // The stand-ins have the shape of what they stand for.
  assertEquals(circles(new Map([...graph].filter(([file]) => !file.startsWith("stand_ins/")))), []);
  assertEquals(circles(roomsOf(graph)), []);
});

Deno.test("what the browser loads needs nothing that only a server has", () => {
  const loaded = reached(graph, files.filter((file) => file.startsWith("web/") && !isAround(file)));
  assert(loaded.has("web/islands/ChatPanel.tsx") && loaded.has("lib/protocol/v2.ts"), "both are loaded");
  assertEquals(
    // In the browser the framework's own runtime takes the place of the one that the server has.
    [...loaded].filter((file) => !file.startsWith("stand_ins/")).flatMap((file) =>
      [...imports.builtIns.get(file) ?? []].map((name) => `${file} → ${name}`)
    ),
    [],
  );
});

Deno.test("nothing but the stand-ins and their tests knows of the stand-ins", () => {
  // By their names everybody does: what counts is how an import is written.
  const wrong = files.filter((file) =>
    !file.startsWith("stand_ins/") && imports.written.get(file)?.some((specifier) => specifier.includes("stand_ins/"))
  );
  assertEquals(wrong, []);
});

Deno.test("an arrow that is turned around is named, and closes a circle", () => {
  const arrows = arrowsOf(roomsOf(graph));
  assert(arrows.length > 50, `only ${arrows.length} arrows were found`);
  for (const [from, to] of arrows) {
    const [here, there] = [`${to}/turned.ts`, `${from}/around.ts`];
    const turned = new Map([...graph, [here, new Set([there])]]);
    assertEquals(wrongArrows(turned), [`${here} → ${there}`]);
    assertEquals(circles(roomsOf(turned)).some((circle) => circle.includes(from) && circle.includes(to)), true);
  }
});

Deno.test("circles() finds each circle, whole", () => {
  const of = (arrows: string) =>
    circles(new Map(arrows.split(" ").map(([from = "", ...to]) => [from, new Set(to)] as const)));
  assertEquals(of("ab bc c"), []);
  assertEquals(of("abc bd cd d"), []);
  assertEquals(of("ab bc ca dd ef fe gad"), [["a", "b", "c"], ["d"], ["e", "f"]]);
  assertEquals(of("ab bca cb"), [["a", "b", "c"]]);
});

Deno.test("readImports() follows every way to import", async () => {
  const root = await Deno.makeTempDir();
  const write = (name: string, text: string) => Deno.writeTextFile(join(root, name), text);
  await write("deno.json", '{ "imports": { "@/": "./" } }');
  for (const name of "bcdefgh") await write(`${name}.ts`, `export type T = 1; export const ${name} = 1;`);
  await write(
    "a.ts",
    `import "./b.ts"; import type { T } from "./c.ts"; export { d } from "@/d.ts"; export type { T as U } from "./e.ts";
    export type V = import("./f.ts").T | T; export const late = () => import("./g.ts");
    /* import "./h.ts" */ export const text = 'from "./h.ts"'; import "node:path";`,
  );
  const { files, builtIns } = await readImports(await Deno.realPath(root), ["a.ts"]);
  assertEquals([...files.get("a.ts")!].sort(), ["b.ts", "c.ts", "d.ts", "e.ts", "f.ts", "g.ts"]);
  assertEquals(builtIns.get("a.ts"), new Set(["node:path"]));
  await Deno.remove(root, { recursive: true });
});

Deno.test("a list of rooms that is not one from top to bottom is refused", () => {
  assertThrows(() => parseRooms("```imports\na  b\n\nb  a\n```"), Error, "b may import a, which is not below it");
  assertThrows(() => parseRooms("nothing"), Error, "no list of rooms");
});

/** The list in ARCHITECTURE.md: a room a line, and beside it what it may import. */
function parseRooms(text: string): Rooms {
  const [, list] = /^```imports\n(.*?)^```$/ms.exec(text) ?? [];
  if (list === undefined) throw new Error("ARCHITECTURE.md has no list of rooms: a block that begins with ```imports");
  const rows = list.split("\n").map((line) => line.split(/\s+/).filter((word) => word !== "")).filter((row) =>
    row.length > 0
  );
  const order = rows.map(([room = ""]) => room);
  for (const [index, [room, ...may]] of rows.entries()) {
    for (const target of may) {
      if (AROUND.includes(target) || order.indexOf(target) > index) continue;
      throw new Error(`ARCHITECTURE.md: ${room} may import ${target}, which is not below it`);
    }
  }
  return new Map(rows.map(([room = "", ...may]) => [room, may]));
}

function roomOf(file: string): string | undefined {
  if (!roomOfFile.has(file)) roomOfFile.set(file, findRoom(file));
  return roomOfFile.get(file);
}

function findRoom(file: string): string | undefined {
  const around = AROUND.find((room) => file.startsWith(`${room}/`));
  if (around !== undefined || isForTests(file)) return around ?? "tests";
  return [...rooms.keys()].find((room) => file === room || file.startsWith(`${room}/`));
}

function isAround(file: string): boolean {
  return AROUND.includes(roomOf(file) ?? "");
}

/** Tests, and what only tests use, lie beside what they are about. */
function isForTests(file: string): boolean {
  return /(_test|_fixture|\/fake_\w+)\.tsx?$/.test(file);
}

/** Each import that its room may not make. */
function wrongArrows(graph: Graph): string[] {
  const wrong = arrowsOf(graph).filter(([from, to]) => {
    const [here, there] = [roomOf(from), roomOf(to)];
    return here !== there && !isAround(from) && there !== "stand_ins" && !rooms.get(here ?? "")?.includes(there ?? "");
  });
  return wrong.map(([from, to]) => `${from} → ${to}`);
}

/** The graph of the rooms that a graph of files makes; what lies around them is left out. */
function roomsOf(graph: Graph): Graph {
  const found = new Map<string, Set<string>>();
  for (const [from, to] of arrowsOf(graph)) {
    const [here, there] = [roomOf(from), roomOf(to)];
    if (here === undefined || there === undefined || here === there || isAround(from) || isAround(to)) continue;
    found.set(here, (found.get(here) ?? new Set()).add(there));
  }
  return found;
}

function arrowsOf(graph: Graph): [from: string, to: string][] {
  return [...graph].flatMap(([from, targets]) => [...targets].map((to): [string, string] => [from, to]));
}
