/** Fresh's builder: `dev.ts build` makes `_fresh/`, `dev.ts` alone serves with reload. */
import { Builder } from "fresh/dev";
import { loadConfig } from "@/lib/config/load.ts";
import { OWNER } from "@/lib/principal.ts";
import { ISLANDS } from "@/lib/paths.ts";
import { precompress } from "@/tasks/precompress.ts";
import { bundleScript } from "@/tasks/scripts.ts";
import { bundleSheet } from "@/tasks/styles.ts";

const builder = new Builder({
  root: import.meta.dirname!,
  islandDir: ISLANDS,
  target: ["chrome111", "firefox111", "safari16.4"],
});

builder.onTransformStaticFile(
  { pluginName: "styles", filter: /[\\/]static[\\/][^\\/]+\.css$/ },
  async ({ path, root, target, mode }) => ({
    content: await bundleSheet(path, { root, target, minify: mode === "production" }),
  }),
);

builder.onTransformStaticFile(
  { pluginName: "scripts", filter: /[\\/]static[\\/][^\\/]+\.js$/ },
  async ({ path, root, target, mode }) => ({
    content: await bundleScript(path, { root, target, minify: mode === "production" }),
  }),
);

if (Deno.args.includes("build")) {
  await builder.build();
  const { outDir, staticDir } = builder.config;
  await precompress([`${outDir}/static`, ...staticDir], `${outDir}/compressed`);
} else {
  const { config } = await loadConfig();
  const importApp = async () => {
    const [{ createApp }, { services }] = await Promise.all([import("./app.ts"), import("./main.ts")]);
    return { app: createApp(services, { unchecked: OWNER }) };
  };
  // Fresh's dev server stands before the app, and so before the door: nobody else shall reach it.
  await builder.listen(importApp, { port: config.server.port, hostname: "127.0.0.1" });
}
