/** Uploads made to harm, against the real program: each is refused, and costs neither memory nor anybody's patience. */
import { assert, assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { honest, type RawEntry, rawZip, zeros } from "./bombs.ts";
import { Program } from "./program.ts";
import { packedTextChunk, png } from "@/lib/characters/png_fixture.ts";
import { pngChunk } from "@/lib/png.ts";
import { modelFiles, PNG, zipOf } from "@/lib/avatars/model_fixture.ts";

const MIB = 1024 * 1024;
/** Memory that the program may hold at any time, above what it holds at rest. */
const MOST_MEMORY = 150 * MIB;
/** How long somebody else may wait for an answer meanwhile, ms: on a machine that does other things, too. */
const MOST_PATIENCE = 30_000;
/** How long an upload may take until it is answered, ms. */
const MOST_TIME = 300_000;

const SHOWN = { FileReferences: { Moc: "a.moc3", Textures: ["a.png", "b.png", "c.png", "d.png"] } };
/** "日" in Shift-JIS: a name that is guessed at, so that the entry files are read. */
const OLD_NAME = Uint8Array.of(0x93, 0xfa);

interface Bomb {
  path?: string;
  files: () => Promise<[name: string, bytes: Uint8Array<ArrayBuffer>][]> | [string, Uint8Array<ArrayBuffer>][];
  status: number;
  words: string;
}

function zip(entries: () => RawEntry[], words: string, status = 422, comment?: Uint8Array): Bomb {
  return { files: () => [["x.zip", rawZip(entries(), comment)]], status, words };
}

function many(count: number, entry: RawEntry): RawEntry[] {
  return Array.from({ length: count }, (_, i) => ({ ...entry, name: `${i}/x.model3.json` }));
}

function card(name: string, bytes: () => Uint8Array, words: string, status = 422): Bomb {
  return { path: "/api/characters", files: () => [[name, new Uint8Array(bytes())]], status, words };
}

/** A model whose files are not looked into, each of them so many zeros. */
function model(size: number): RawEntry[] {
  const texture = zeros("a.png", size, PNG);
  return [
    honest("a.model3.json", JSON.stringify(SHOWN)),
    honest("a.moc3", "MOC3\x03"),
    ...["a.png", "b.png", "c.png", "d.png"].map((name) => ({ ...texture, name })),
  ];
}

const BOMBS: Record<string, Bomb> = {
  "forty entry files of 50 MB, their names in an old encoding": zip(
    () => [honest(OLD_NAME, ""), ...many(40, zeros("", 50 * MIB))],
    "is too big: at most 1 MiB",
  ),
  "forty entry files of 50 MB": zip(() => many(40, zeros("", 50 * MIB)), "is too big: at most 1 MiB"),
  "an entry file that announces 4 GB": zip(
    () => [{ ...zeros("a.model3.json", 50 * MIB), size: 0xfffffff0 }],
    "a.model3.json",
  ),
  "an entry file that announces 100 bytes and has 200 MB": zip(
    () => [{ ...zeros("a.model3.json", 200 * MIB), size: 100 }],
    "is damaged",
  ),
  "a thousand entries that are one and the same": zip(
    () => [
      honest(OLD_NAME, ""),
      ...many(1_000, zeros("", MIB - 1)).map((entry, i) => ({ ...entry, overlaps: i > 0 })),
    ],
    "x.zip",
  ),
  "100,000 entries": zip(() => many(100_000, honest("", "{}")), "the list of its files takes"),
  "10,000 entries": zip(() => many(10_000, honest("", "{}")), "it holds more than 2500 files"),
  "names of 60,000 characters, thousands of folders deep": zip(
    () => Array.from({ length: 120 }, (_, i) => honest(`${"a/".repeat(30_000)}${i}.model3.json`, "{}")),
    "the list of its files takes",
  ),
  "an entry file of 30 MB": zip(
    () => [honest("a.model3.json", JSON.stringify({ ...SHOWN, more: Array(10 * MIB).fill(10) }))],
    "is too big: at most 1 MiB",
  ),
  "comments of 64 KB on each entry, and one that looks like the ends of a thousand zips": zip(
    () => many(1_000, honest("", "{}")).map((entry) => ({ ...entry, comment: new Uint8Array(65_000) })),
    "the list of its files takes",
    422,
    new TextEncoder().encode("PK\x05\x06".repeat(16_000)),
  ),
  "an entry file of millions of empty blocks": zip(() => {
    const block = Uint8Array.of(0, 0, 0, 0xff, 0xff);
    const data = new Uint8Array(40 * MIB);
    for (let at = 0; at + 5 < data.length; at += 5) data.set(block, at);
    return [{ name: "a.model3.json", data, size: 1000 }];
  }, "is damaged"),
  "a model of 800 MB": zip(() => model(200 * MIB), "far too big for a model: at most 512 MiB"),
  "a motion of 500 KB that is thousands of objects": zip(
    () => {
      const references = { ...SHOWN.FileReferences, Motions: { Idle: [{ File: "a.motion3.json" }] } };
      const [, ...rest] = model(1_000);
      return [
        honest("a.model3.json", JSON.stringify({ FileReferences: references })),
        honest("a.motion3.json", `[${"{},".repeat(1.3 * MIB)}0]`),
        ...rest,
      ];
    },
    "",
    201,
  ),
  "a file that is half a million lists in one another": zip(
    () => {
      const references = { ...SHOWN.FileReferences, Physics: "a.physics3.json" };
      const [, ...rest] = model(1_000);
      return [
        honest("a.model3.json", JSON.stringify({ FileReferences: references })),
        honest("a.physics3.json", "[".repeat(MIB / 2)),
        ...rest,
      ];
    },
    "",
    201,
  ),
  "40,000 references, each looked for among 2,400 files": zip(() => {
    const files = Array.from({ length: 2_400 }, (_, i) => honest(`é${i}`, ""));
    const expressions = Array.from({ length: 40_000 }, (_, i) => ({ File: `x${i}` }));
    const references = { ...SHOWN.FileReferences, Expressions: expressions };
    return [honest("a.model3.json", JSON.stringify({ FileReferences: references })), ...files];
  }, "moc a.moc3 is missing"),
  "2,400 names in an old encoding, each looked for in a long text": zip(() => {
    const names = Array.from({ length: 2_400 }, (_, i) => honest(new Uint8Array([...OLD_NAME, ...digits(i)]), ""));
    return [honest("a.model3.json", JSON.stringify({ ...SHOWN, text: "日".repeat(300_000) })), ...names];
  }, "moc a.moc3 is missing"),
  "a folder of 5,000 files": {
    files: () => Array.from({ length: 5_000 }, (_, i) => [`a/${i}.model3.json`, new Uint8Array(1)]),
    status: 422,
    words: "is not JSON",
  },
  "one long file that is no model": { files: () => [["a.png", new Uint8Array(250 * MIB)]], status: 422, words: "zip" },
  "a file that is longer than a form may be": {
    files: () => [["a.zip", new Uint8Array(300 * MIB)]],
    status: 413,
    words: "at once",
  },
  "a picture with a text of 500 MB": card(
    "a.png",
    () => png(packedTextChunk("chara", " ".repeat(500 * MIB))),
    "longer than",
  ),
  "a picture with two thousand long texts": card("a.png", () => {
    return png(...Array<Uint8Array>(2_000).fill(packedTextChunk("other", " ".repeat(4 * MIB))));
  }, "a picture without a character"),
  "a picture of 15 MB": card("a.png", () => png(pngChunk("IDAT", new Uint8Array(15 * MIB))), "without a character"),
  "a card of 4 MB that is millions of objects": card(
    "a.json",
    () => new TextEncoder().encode(`{"name":"A","x":[${"{},".repeat(1.3 * MIB)}0],"description":3}`),
    "values, at most 600000 are taken",
  ),
  "a card that says its long name a hundred thousand times": card(
    "a.png",
    () =>
      png(packedTextChunk("chara", encodedLong({ name: "A".repeat(100_000), description: "{{char}}".repeat(90_000) }))),
    "",
    201,
  ),
  "a card of 900,000 mistakes": card(
    "a.json",
    () => new TextEncoder().encode(`{"name":"A"${",".repeat(500_000)}`),
    "JSON",
  ),
  "a CharX whose card unpacks to 500 MB": card(
    "a.charx",
    () => rawZip([zeros("card.json", 500 * MIB)]),
    "is too big: at most 4 MiB",
  ),
};

function digits(number: number): Uint8Array {
  return new TextEncoder().encode(String(number));
}

function encodedLong(value: unknown): string {
  return btoa(JSON.stringify(value));
}

const measurable = await peakOf(Deno.pid).then(() => true, () => false);

Deno.test({
  name: `no upload costs much, whatever it unpacks to${measurable ? "" : " (skipped: memory is read from /proc)"}`,
  ignore: !measurable,
  async fn(t) {
    await using program = await startRested();
    for (const [name, { path = "/api/avatars", files, status, words }] of Object.entries(BOMBS)) {
      await t.step(name, async () => {
        const parts = await files();
        // What a bomb before has left behind is not this one's.
        await program.collectGarbage();
        const rest = await restOf(program.pid);
        await Deno.writeTextFile(`/proc/${program.pid}/clear_refs`, "5");
        const patience = watch(program);
        const begin = performance.now();
        const answer = await upload(program, path, parts);
        const took = performance.now() - begin;
        const waited = await patience.stop();
        const peak = await peakOf(program.pid) - rest;
        const figures = `${Math.round(peak / MIB)} MiB, ${Math.round(took)} ms, others waited ${Math.round(waited)} ms`;
        assertEquals(answer.status, status, JSON.stringify(answer.body).slice(0, 500));
        assertStringIncludes(String(answer.body.message), status === 201 ? "undefined" : words);
        assertLess(peak, MOST_MEMORY, figures);
        assertLess(took, MOST_TIME, figures);
        assertLess(waited, MOST_PATIENCE, figures);
        // A real model still goes through.
        const mia = await uploadMia(program);
        assertEquals(mia.status, 201);
      });
    }
    const mao = join(import.meta.dirname ?? "", "../../shared/models/mao_pro/runtime");
    await t.step({
      name: "Mao goes through (skipped where ../shared/models is missing)",
      ignore: !await Deno.stat(mao).then(() => true, () => false),
      async fn() {
        const files: Record<string, Uint8Array> = {};
        for await (const path of walk(mao, "")) files[path] = await Deno.readFile(join(mao, path));
        const answer = await upload(program, "/api/avatars", [["mao.zip", await zipOf(files)]]);
        assertEquals([answer.status, answer.body], [201, { name: "mao_pro", warnings: [] }]);
      },
    });
  },
});

/** A program that has taken a model already: what is loaded for the first upload belongs to it at rest. */
async function startRested(): Promise<Program> {
  const program = await Program.start({ config: { llm: { host: "http://127.0.0.1:9" } }, inspected: true });
  assertEquals((await uploadMia(program)).status, 201);
  await program.collectGarbage();
  return program;
}

async function uploadMia(program: Program): Promise<{ status: number; body: Record<string, unknown> }> {
  return await upload(program, "/api/avatars", [["mia.zip", await zipOf(modelFiles())]]);
}

async function upload(
  program: Program,
  path: string,
  files: [name: string, bytes: Uint8Array<ArrayBuffer>][],
): Promise<{ status: number; body: Record<string, unknown> }> {
  const form = new FormData();
  for (const [name, bytes] of files) form.append("file", new Blob([bytes]), name);
  const response = await fetch(program.url + path, { method: "POST", body: form });
  return { status: response.status, body: await response.json() };
}

/** Asks the program for something small again and again. */
function watch(program: Program): { stop(): Promise<number> } {
  let on = true;
  let longest = 0;
  const asking = (async () => {
    while (on) {
      const begin = performance.now();
      const response = await fetch(`${program.url}/healthz`);
      assert(response.ok);
      await response.body?.cancel();
      longest = Math.max(longest, performance.now() - begin);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return longest;
  })();
  return {
    stop() {
      on = false;
      return asking;
    },
  };
}

/** Memory that a process holds now, and the most that it has held since that was last forgotten, bytes. */
async function restOf(pid: number): Promise<number> {
  return await statusOf(pid, "VmRSS");
}

async function peakOf(pid: number): Promise<number> {
  return await statusOf(pid, "VmHWM");
}

async function statusOf(pid: number, field: "VmRSS" | "VmHWM"): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1];
  if (kibibytes === undefined) throw new Error(`There is no ${field} in /proc/${pid}/status`);
  return Number(kibibytes) * 1024;
}

async function* walk(folder: string, prefix: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(join(folder, prefix))) {
    const path = prefix === "" ? name : `${prefix}/${name}`;
    if (isDirectory) yield* walk(folder, path);
    else yield path;
  }
}
