/** Avatars at addresses of their own: what a page gets while another one is chosen. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { TestServer } from "./test_server.ts";
import { makeHome } from "./home.ts";
import { Page } from "./page_calls.ts";
import { Program } from "./program.ts";
import { type Files, moc3, modelFiles, MOTION, PNG, writeFiles, zipOf } from "@/lib/avatars/model_fixture.ts";

/** A model whose files are all its own, under names that every model has. */
function model(mark: number, changes: Record<string, string | Uint8Array> = {}): Files {
  // More than a connection takes before somebody reads.
  const texture = new Uint8Array(8 * 1024 * 1024).fill(mark);
  texture.set(PNG);
  const json = JSON.stringify({ mark });
  return modelFiles({
    "Mia.moc3": new Uint8Array([...moc3(), mark]),
    "textures/texture_00.png": texture,
    "Mia.physics3.json": json,
    "smile.exp3.json": json,
    "idle.motion3.json": JSON.stringify({ ...JSON.parse(MOTION), mark }),
    "idle.wav": new Uint8Array([mark]),
    ...changes,
  });
}

async function upload(server: TestServer, files: Files): Promise<Response> {
  const form = new FormData();
  form.append("file", new Blob([await zipOf(files)]), "mia.zip");
  return await fetch(`${server.url}/api/avatars`, { method: "POST", body: form });
}

async function avatarUrl(server: { url: string }): Promise<string> {
  return (await (await fetch(`${server.url}/app-config.json`)).json()).avatarUrl;
}

Deno.test("M13: a page that loads while another avatar is chosen gets all of the one it began with", async () => {
  await using server = await TestServer.open();
  await using page = await Page.open(server);
  const [a, b] = [model(1), model(2)];
  assertEquals(await (await upload(server, a)).json(), { name: "Mia", warnings: [] });
  const addressA = await avatarUrl(server);
  const at = (address: string, file: string) => new URL(file, server.url + address);

  const entry = await (await fetch(server.url + addressA)).text();
  const { FileReferences } = JSON.parse(entry);
  const texture = await fetch(at(addressA, FileReferences.Textures[0]));
  const reader = texture.body!.getReader();
  // A server with an answer half-read would wait for its reader.
  await using _ended = { [Symbol.asyncDispose]: () => reader.cancel() };
  const pieces = [(await reader.read()).value!];

  const from = page.client.received.length;
  assertEquals(await (await upload(server, b)).json(), { name: "Mia 2", warnings: [] });
  const told = await page.client.first((frame) => frame.type === "avatar", from);
  assert(told.type === "avatar");
  const addressB = await avatarUrl(server);
  assertEquals(told.config.avatarUrl, addressB);
  for (const address of [addressA, addressB]) assertMatch(address, /^\/avatars\/[0-9a-f]{32}\/Mia\.model3\.json$/);
  assertNotEquals(addressA, addressB);

  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) pieces.push(piece.value);
  const read = new Uint8Array(await new Blob(pieces).arrayBuffer());
  assert(Buffer.from(a["textures/texture_00.png"]!).equals(read));
  // Motions, faces and what else is loaded late.
  for (const [address, files] of [[addressA, a], [addressB, b], ["/model/", b]] as const) {
    for (const [path, content] of Object.entries(files)) {
      const got = await (await fetch(at(address, path))).bytes();
      assert(Buffer.from(content).equals(got), address + path);
    }
  }
});

Deno.test("an avatar's address is good for ever, and nothing behind it runs as a page", async () => {
  await using server = await TestServer.open();
  await upload(server, model(1));
  const first = await avatarUrl(server);
  const response = await fetch(server.url + first);
  await response.body?.cancel();
  assertEquals(response.headers.get("cache-control"), "public, max-age=31536000, immutable");
  const again = await fetch(server.url + first, { headers: { "if-none-match": response.headers.get("etag")! } });
  assertEquals([again.status, again.headers.get("cache-control")], [304, "public, max-age=31536000, immutable"]);
  await Deno.writeTextFile(join(server.services.avatars.shownDir!, "page.html"), "<script>1</script>");
  const page = await fetch(new URL("page.html", server.url + first));
  assertEquals([await page.text(), page.headers.get("content-type")], [
    "<script>1</script>",
    "application/octet-stream",
  ]);

  const folder = first.split("/")[2]!;
  const absent = ["/avatars", "/avatars/", `/avatars/${folder}`, `/avatars/${folder}/`, `/avatars/${folder}.json`];
  const foreign = ["/avatars/x/Mia.moc3", `/avatars/${folder}/none`, `/avatars/${folder}/..%2f${folder}.json`];
  for (const path of [...absent, ...foreign]) {
    const response = await fetch(server.url + path);
    await response.body?.cancel();
    assertEquals([path, response.status, response.headers.get("cache-control")?.includes("immutable") ?? false], [
      path,
      404,
      false,
    ]);
  }

  await using visitor = await Page.open(server);
  await visitor.call("avatars.choose", { name: "hiyori" });
  assertNotEquals(await avatarUrl(server), first);
  await visitor.call("avatars.choose", { name: "Mia" });
  assertEquals(await avatarUrl(server), first);
});

Deno.test("M7: files whose names have #, %, blanks and brackets in them are served where the entry says", async () => {
  await using server = await TestServer.open();
  const textures = ["tex #1/50%.png", "a%20b.png", "[x] (y).png"];
  const files = {
    "Mia #1 [100%].model3.json": JSON.stringify({ FileReferences: { Moc: "M %41.moc3", Textures: textures } }),
    "M %41.moc3": moc3(),
    ...Object.fromEntries(textures.map((path, i) => [path, new Uint8Array([...PNG, i])])),
  };
  assertEquals((await upload(server, files)).status, 201);
  const { entry } = server.services.settings.appConfig();
  for (const address of [await avatarUrl(server), entry]) {
    const { FileReferences } = await (await fetch(server.url + address)).json();
    const sizes = [FileReferences.Moc, ...FileReferences.Textures].map(async (reference: string) => {
      const bytes = await (await fetch(new URL(reference, server.url + address))).bytes();
      return bytes.at(-1);
    });
    assertEquals(await Promise.all(sizes), [0, 0, 1, 2]);
  }
});

Deno.test("what a browser would ask for in vain is refused, and the last good avatar is there after a restart", async () => {
  const home = await makeHome();
  const env = { VTUBER_SERVER_DATA_DIR: join(home, "data") };
  const config = { model: "mia", models: { mia: "mia" } };
  await writeFiles(join(home, "mia"), model(1));
  let good: string;
  {
    await using server = await TestServer.open({ root: home, env, config });
    good = await avatarUrl(server);
    const broken = model(2, { "a/texture_00.png": PNG, "b/texture_00.png": PNG });
    delete broken["textures/texture_00.png"];
    const refused = await upload(server, broken);
    assertEquals([refused.status, (await refused.json()).code], [422, "bad_value"]);
    assertEquals(await avatarUrl(server), good);
    // The page could not draw it with the Core that comes by default.
    const tooNew = await upload(server, model(3, { "Mia.moc3": moc3(6) }));
    assertEquals([tooNew.status, (await tooNew.json()).code], [422, "bad_value"]);
    assertEquals(await avatarUrl(server), good);
  }
  // What its owner does to the folder while the server is down.
  await Deno.remove(join(home, "mia/textures/texture_00.png"));
  {
    await using server = await TestServer.open({ root: home, env, config });
    assertEquals(await avatarUrl(server), good);
    const texture = await (await fetch(new URL("textures/texture_00.png", server.url + good))).bytes();
    assertEquals([texture.length, texture.at(-1)], [8 * 1024 * 1024, 1]);
  }
  await Deno.remove(home, { recursive: true });
});

Deno.test("U14: two servers from one checkout each show their own avatar, while both run and change", async () => {
  const home = await makeHome();
  for (const mark of [1, 2, 3]) await writeFiles(join(home, String(mark)), modelFiles({ "idle.wav": `${mark}` }));
  const models = Object.fromEntries([1, 2, 3].map((mark) => [`m${mark}`, join(home, String(mark))]));
  const shown = async (server: Program) => {
    const { model, entry, avatarUrl } = await (await fetch(`${server.url}/app-config.json`)).json();
    const marks = [avatarUrl, entry].map(async (address: string) => {
      return await (await fetch(new URL("idle.wav", server.url + address))).text();
    });
    return [model, ...await Promise.all(marks)];
  };
  {
    await using first = await Program.start({ config: { model: "m1", models } });
    await using second = await Program.start({ config: { model: "m2", models } });
    assertEquals([await shown(first), await shown(second)], [["m1", "1", "1"], ["m2", "2", "2"]]);
    const page = await Page.open(second);
    await page.call("avatars.choose", { name: "m3" });
    await page[Symbol.asyncDispose]();
    assertEquals([await shown(first), await shown(second)], [["m1", "1", "1"], ["m3", "3", "3"]]);
  }
  await Deno.remove(home, { recursive: true });
});
