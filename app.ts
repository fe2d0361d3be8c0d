/** The application: which path is answered by what. Who may ask for it stands in `lib/protocol/roles.ts`. */
import { App, csp, HttpError, staticFiles } from "fresh";
import { upgradeSocket } from "./lib/server/sockets/upgrade.ts";
import { Uploads } from "./lib/server/http/uploads.ts";
import { serveFile } from "./lib/server/http/files.ts";
import { healthz, readyz } from "./lib/server/http/health.ts";
import { visitorOf } from "./lib/server/http/visitor.ts";
import type { Principal } from "@/lib/principal.ts";
import { at } from "@/lib/protocol/roles.ts";
import type { Services } from "./lib/server/services.ts";
import type { State } from "@/utils.ts";

export interface AppOptions {
  /** Who has sent a request that has not passed the door, as with the dev server. Default: nobody may. */
  unchecked?: Principal;
}

/** Makes the app around services that are ready. File routes come from the build. */
export function createApp(services: Services, { unchecked }: AppOptions = {}): App<State> {
  const { avatar, hub } = services;
  const uploads = new Uploads(services);
  const addressOf = (request: Request) => visitorOf(request)?.address ?? "local";
  function principalOf(request: Request): Principal {
    const principal = visitorOf(request)?.principal ?? unchecked;
    if (principal === undefined) throw new HttpError(403, "Nobody has said who asks for this");
    return principal;
  }
  const { basePath } = services.config.server;
  const below = (url: URL, folder: string) => url.pathname.slice(basePath.length + folder.length);
  return new App<State>({ basePath })
    // Before every middleware: the headers of an upgrade cannot be changed.
    .get(services.config.llm.wsPath, (ctx) =>
      upgradeSocket(ctx.req, {
        hub,
        principal: principalOf(ctx.req),
        address: addressOf(ctx.req),
        model: () => services.config.llm.model,
        upgrade: (options) => ctx.upgrade(options),
      }))
    .get(at("/healthz"), () => healthz())
    .use(csp({ useNonce: true }))
    .use((ctx) => {
      ctx.state.role = principalOf(ctx.req).role;
      ctx.state.config = services.appConfig();
      ctx.state.character = services.modelService.who() ?? null;
      return ctx.next();
    })
    .get(at("/app-config.json"), (ctx) => ctx.json(ctx.state.config, { headers: { "cache-control": "no-cache" } }))
    .post(at("/api/avatars"), (ctx) => uploads.avatar(ctx.req, addressOf(ctx.req)))
    .post(at("/api/characters"), (ctx) => uploads.character(ctx.req, addressOf(ctx.req)))
    .get(at("/readyz"), async () => readyz(await services.modelService.look()))
    .get(at("/metrics"), () => hub.metrics.page())
    // Below an avatar's own folder alone: what lies beside the folders is the server's.
    .get(`${at("/avatars/*").slice(0, -1)}:hash/*`, (ctx) => {
      return serveFile(ctx.req, avatar.avatarsDir, below(ctx.url, "/avatars/"), { foreign: true, immutable: true });
    })
    // The avatar that is shown, for clients that know no more than the predecessor's `entry`.
    .get(at("/model/*"), (ctx) => serveFile(ctx.req, avatar.shownDir, below(ctx.url, "/model/"), { foreign: true }))
    .get(at("/vendor/*"), (ctx) => serveFile(ctx.req, avatar.vendorDir, below(ctx.url, "/vendor/")))
    .use(staticFiles())
    .fsRoutes();
}
