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
