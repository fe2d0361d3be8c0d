/** The application: which path is answered by what. */
import { App, csp, staticFiles } from "fresh";
import { upgradeSocket } from "@/lib/chat/upgrade.ts";
import { serveFile } from "@/lib/http/files.ts";
import type { Services } from "@/lib/services.ts";
import type { State } from "@/utils.ts";

/** Makes the app around services that are ready. File routes come from the build. */
export function createApp(services: Services): App<State> {
  const { hub } = services;
  return new App<State>()
    .use(csp({ useNonce: true }))
    .use((ctx) => {
      ctx.state.config = services.appConfig();
      return ctx.next();
    })
    .get(services.config.llm.wsPath, (ctx) =>
      upgradeSocket(ctx.req, {
        hub,
        model: () => services.config.llm.model,
        upgrade: (options) => ctx.upgrade(options),
      }))
    .get("/app-config.json", (ctx) => ctx.json(ctx.state.config, { headers: { "cache-control": "no-cache" } }))
    .get(
      "/model/*",
      (ctx) => serveFile(ctx.req, `${services.staticDir}/model`, ctx.url.pathname.slice("/model/".length)),
    )
    .get(
      "/vendor/*",
      (ctx) => serveFile(ctx.req, `${services.staticDir}/vendor`, ctx.url.pathname.slice("/vendor/".length)),
    )
    .use(staticFiles())
    .fsRoutes();
}
