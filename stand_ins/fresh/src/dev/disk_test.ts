import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { listFiles } from "./crawl.ts";
import { writeBuild } from "./disk.ts";

Deno.test("writeBuild() removes the scripts of the build before", async () => {
  const root = await Deno.makeTempDir();
  const outDir = join(root, "_fresh");
  for (const buildId of ["old", "new"]) {
    const chunk = { name: "Chat.js", contents: new Uint8Array([1]), hash: "hash" };
    await writeBuild({
      root,
      outDir,
      staticDirs: [join(root, "static")],
      serverEntry: join(root, "main.ts"),
      buildId,
      clientEntry: `/_fresh/js/${buildId}/fresh-runtime.js`,
      islands: [],
      routes: [],
      transform: () => Promise.resolve(null),
      chunks: new Map([[`/_fresh/js/${buildId}/Chat.js`, chunk]]),
    });
  }
  assertEquals(await listFiles(join(outDir, "static")), [join(outDir, "static/_fresh/js/new/Chat.js")]);
});
