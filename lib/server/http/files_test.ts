import { assertEquals } from "@std/assert";
import { serveFile } from "./files.ts";

Deno.test("serveFile() serves what is below its root, and nothing that a link leads to elsewhere", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const root = `${folder}/model`;
    await Deno.mkdir(`${root}/sub`, { recursive: true });
    await Deno.writeTextFile(`${root}/sub/a b.json`, "{}");
    await Deno.writeTextFile(`${folder}/secret`, "secret");
    await Deno.mkdir(`${folder}/model-of-another`);
    await Deno.writeTextFile(`${folder}/model-of-another/secret`, "secret");
    if (Deno.build.os !== "windows") {
      await Deno.symlink(`${folder}/secret`, `${root}/link`);
      await Deno.symlink(`${folder}/model-of-another`, `${root}/folder`);
      await Deno.symlink(`${root}/sub`, `${root}/inside`);
    }
    const statusOf = async (path: string) => {
      const response = await serveFile(new Request("http://localhost/"), root, path);
      await response.body?.cancel();
      return response.status;
    };
    assertEquals(await statusOf("sub/a%20b.json"), 200);
    if (Deno.build.os !== "windows") assertEquals(await statusOf("inside/a%20b.json"), 200);
    for (
      const path of ["link", "folder/secret", "folder", "sub", "", "../secret", "%2e%2e/secret", "sub%2fa%20b.json"]
    ) {
      assertEquals(await statusOf(path), 404, path);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("serveFile() lets nothing of a foreign folder run as a page or a script", async () => {
  const root = await Deno.makeTempDir();
  const typeOf = async (path: string, foreign: boolean) => {
    await Deno.writeTextFile(`${root}/${path}`, "x");
    const response = await serveFile(new Request("http://localhost/"), root, path, { foreign });
    await response.body?.cancel();
    return response.headers.get("content-type");
  };
  for (const path of ["a.html", "a.js", "a.svg", "a.xml", "a.xhtml", "a.css", "a.wasm", "a.moc3"]) {
    assertEquals([path, await typeOf(path, true)], [path, "application/octet-stream"]);
  }
  const kept = [["a.png", "image/png"], ["a.jpg", "image/jpeg"], ["a.json", "application/json"], [
    "a.mp3",
    "audio/mpeg",
  ]];
  for (const [path, type] of kept) assertEquals(await typeOf(path!, true), type);
  assertEquals(await typeOf("a.js", false), "text/javascript");
  await Deno.remove(root, { recursive: true });
});
