/** The application: which path is answered by what. */
import { App, csp, staticFiles } from "fresh";
import { upgradeSocket } from "@/lib/chat/upgrade.ts";
import { uploadAvatar, uploadCharacter } from "@/lib/desk/uploads.ts";
import { visitorOf } from "@/lib/http/address.ts";
import { serveFile } from "@/lib/http/files.ts";
import { healthz, readyz } from "@/lib/http/health.ts";
import type { Services } from "@/lib/services.ts";
import type { State } from "@/utils.ts";

/** Makes the app around services that are ready. File routes come from the build. */
export function createApp(services: Services): App<State> {
  const { avatar, hub } = services;
  return new App<State>()
    // Before every middleware: the headers of an upgrade cannot be changed.
    .get(services.config.llm.wsPath, (ctx) =>
      upgradeSocket(ctx.req, {
        hub,
        address: visitorOf(ctx.info),
        model: () => services.config.llm.model,
        upgrade: (options) => ctx.upgrade(options),
      }))
    .use(csp({ useNonce: true }))
    .use((ctx) => {
      ctx.state.config = services.appConfig();
      ctx.state.character = services.mind.who() ?? null;
      return ctx.next();
    })
    .get("/app-config.json", (ctx) => ctx.json(ctx.state.config, { headers: { "cache-control": "no-cache" } }))
    .post("/api/avatars", (ctx) => uploadAvatar(ctx.req, services))
    .post("/api/characters", (ctx) => uploadCharacter(ctx.req, services))
    .get("/healthz", () => healthz())
    .get("/readyz", async () => readyz(await services.mind.look()))
    .get("/metrics", () => hub.metrics.page())
    .get("/avatars/:hash/*", (ctx) => {
      return serveFile(ctx.req, avatar.avatarsDir, below(ctx.url, "/avatars/"), { foreign: true, immutable: true });
    })
    // The avatar that is shown, for clients that know no more than the predecessor's `entry`.
    .get("/model/*", (ctx) => serveFile(ctx.req, avatar.shownDir, below(ctx.url, "/model/"), { foreign: true }))
    .get("/vendor/*", (ctx) => serveFile(ctx.req, avatar.vendorDir, below(ctx.url, "/vendor/")))
    .use(staticFiles())
    .fsRoutes();
}

function below(url: URL, prefix: string): string {
  return url.pathname.slice(prefix.length);
}
