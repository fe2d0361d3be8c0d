import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { join } from "node:path";
import { AvatarFolders } from "./avatar_folders.ts";
import { type CheckedModel, checkModel } from "./check_model.ts";
import { contentOf } from "./file_tree.ts";
import { type Files, modelFiles, tempFolder, writeFiles, zipOf } from "./model_fixture.ts";
import { openZip } from "./zip.ts";

const HOUR = 60 * 60 * 1000;

async function modelOf(files: Files): Promise<CheckedModel> {
  return await checkModel(await openZip(await zipOf(files), "model.zip"));
}

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

/** A folder of avatars whose clock stands still until it is set. */
async function avatars(): Promise<
  AsyncDisposable & { folder: string; folders: AvatarFolders; clock: { now: number } }
> {
  const temp = await tempFolder();
  const clock = { now: Date.now() };
  const folder = join(temp.path, "avatars");
  return {
    folder,
    folders: new AvatarFolders(folder, () => clock.now),
    clock,
    [Symbol.asyncDispose]: () => temp[Symbol.asyncDispose](),
  };
}

Deno.test("lay() gives the same content the same folder, writes it once, and other content another one", async () => {
  await using temp = await avatars();
  const { folder, folders } = temp;
  const first = await folders.write("mia", await modelOf(modelFiles()));
  const { hash } = first.served;
  assertEquals([first.changed, hash.length, first.served.entry], [true, 32, "Mia.model3.json"]);
  const past = new Date("2020-01-01T00:00:00Z");
  await Deno.utime(join(folder, hash, "Mia.moc3"), past, past);
  const again = await new AvatarFolders(folder).write("another name", await modelOf(modelFiles()));
  assertEquals([again.changed, again.served.hash], [false, hash]);
  assertEquals((await Deno.stat(join(folder, hash, "Mia.moc3"))).mtime, past);

  const others = [
    modelFiles({ "idle.wav": new Uint8Array([2]) }),
    modelFiles({ "idle.wav": undefined }),
    modelFiles({ "extra.exp3.json": "{}" }, "Zoe"),
  ];
  const hashes = [hash];
  for (const files of others) hashes.push((await folders.write("mia", await modelOf(files))).served.hash);
  assertEquals(new Set(hashes).size, 4);
  assertEquals(namesIn(folder), hashes.flatMap((hash) => [hash, `${hash}.json`]).sort());
});

Deno.test("lay() shows a folder only when all of it is there", async () => {
  await using temp = await avatars();
  const { folder, folders } = temp;
  const model = await modelOf(modelFiles());
  const seen = new Set<string>();
  let done = false;
  const watching = (async () => {
    while (!done) {
      for (const name of await Array.fromAsync(Deno.readDir(folder), (entry) => entry.name).catch(() => [])) {
        if (/^[0-9a-f]+$/.test(name)) seen.add(namesIn(join(folder, name)).join());
      }
    }
  })();
  for (let i = 0; i < 20; i++) model.files.set(`${i}.wav`, contentOf(new Uint8Array(100_000)));
  const { hash } = (await folders.write("mia", model)).served;
  done = true;
  await watching;
  seen.add(namesIn(join(folder, hash)).join());
  assertEquals(seen.size, 1);
});

Deno.test("sweep() removes an avatar a day after it was in use last, and nothing before", async () => {
  await using temp = await avatars();
  const { folder, folders, clock } = temp;
  const mia = (await folders.write("mia", await modelOf(modelFiles()))).served.hash;
  const zoe = (await folders.write("zoe", await modelOf(modelFiles({}, "Zoe")))).served.hash;
  const both = [mia, `${mia}.json`, zoe, `${zoe}.json`].sort();
  const inUse = async (hash: string, hours: number) => {
    clock.now += hours * HOUR;
    await folders.touch(hash);
    await folders.sweep();
  };
  await inUse(mia, 20);
  await inUse(zoe, 3);
  await inUse(zoe, 20);
  assertEquals(namesIn(folder), both, "mia was in use 23 hours ago");
  await inUse(zoe, 2);
  assertEquals(namesIn(folder), [zoe, `${zoe}.json`].sort());
  // Laid down again, it is as new.
  assertEquals((await folders.write("mia", await modelOf(modelFiles()))).changed, true);
  await folders.sweep();
  assertEquals(namesIn(folder), both);
});

Deno.test("sweep() removes what a killed server has left half-made", async () => {
  await using temp = await avatars();
  const { folder, folders, clock } = temp;
  const { hash } = (await folders.write("mia", await modelOf(modelFiles()))).served;
  const left = { ".abc-building-1/Mia.moc3": "MOC3", "0123456789abcdef/Mia.moc3": "MOC3", "fedcba.json": "{}" };
  await writeFiles(folder, left);
  await folders.sweep();
  assertEquals(namesIn(folder).length, 5, "it may be half-made by somebody who is still at it");
  clock.now += 25 * HOUR;
  await folders.touch(hash);
  await folders.sweep();
  assertEquals(namesIn(folder), [hash, `${hash}.json`]);
});

Deno.test("keepSwept() keeps what is in use and removes the rest, again and again until it is disposed of", async () => {
  await using temp = await avatars();
  const { folder, folders, clock } = temp;
  const mia = (await folders.write("mia", await modelOf(modelFiles()))).served.hash;
  const zoe = (await folders.write("zoe", await modelOf(modelFiles({}, "Zoe")))).served.hash;
  const failed = Promise.withResolvers<void>();
  {
    using _sweeping = folders.keepSwept(() => zoe, failed.reject, 2);
    clock.now += 25 * HOUR;
    const deadline = Date.now() + 5_000;
    while (namesIn(folder).includes(`${mia}.json`)) {
      assert(Date.now() < deadline, "nothing is swept");
      await Promise.race([failed.promise, new Promise((resolve) => setTimeout(resolve, 2))]);
    }
    assertEquals(namesIn(folder), [zoe, `${zoe}.json`]);
  }
  await folders.touch(zoe);
});

Deno.test("last() finds the one of that name that was in use last, and any other where there is none", async () => {
  await using temp = await avatars();
  const { folder, folders, clock } = temp;
  assertEquals(await folders.last("mia"), undefined);
  const hashes: string[] = [];
  for (const [name, sound] of [["mia", 1], ["mia", 2], ["zoe", 3]] as const) {
    const files = modelFiles({ "idle.wav": new Uint8Array([sound]) });
    hashes.push((await folders.write(name, await modelOf(files))).served.hash);
    clock.now += HOUR;
  }
  const [older, newer, zoe] = hashes;
  assertNotEquals(older, newer);
  const last = async (name: string) => (await new AvatarFolders(folder).last(name))?.hash;
  assertEquals([await last("mia"), await last("zoe"), await last("ann")], [newer, zoe, zoe]);
  await folders.touch(older!);
  assertEquals(await last("mia"), older);
  await Deno.remove(join(folder, older!), { recursive: true });
  await Deno.writeTextFile(join(folder, "0123.json"), "no note");
  assertEquals(await last("mia"), newer, "what is gone or no avatar is passed over");
  assert((await folders.last("mia"))?.cubism === 4);
});
