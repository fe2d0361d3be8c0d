/** The application: which path is answered by what. Who may ask for it stands in `lib/protocol/roles.ts`. */
import { App, csp, HttpError, staticFiles } from "fresh";
import { upgradeSocket } from "./lib/server/sockets/upgrade.ts";
import { serveSound } from "./lib/server/http/speech.ts";
import { serveFile } from "./lib/server/http/files.ts";
import { healthz, readyz } from "./lib/server/http/health.ts";
import { servePicture } from "./lib/server/http/pictures.ts";
import { visitorOf } from "./lib/server/http/visitor.ts";
import type { Principal } from "@/lib/principal.ts";
import { CHARACTER_PICTURES } from "@/lib/protocol/character_picture.ts";
import { IMAGES } from "@/lib/protocol/images.ts";
import { at } from "@/lib/protocol/roles.ts";
import type { Services } from "./lib/server/services.ts";
import type { State } from "@/utils.ts";

export interface AppOptions {
  /** Who has sent a request that has not passed the access guard, as with the dev server. Default: nobody may. */
  unchecked?: Principal;
}

/** Makes the app around services that are ready. File routes come from the build. */
export function createApp(services: Services, { unchecked }: AppOptions = {}): App<State> {
  const { avatars, chat, images, live, modelService, settings, speech, uploads } = services;
  const addressOf = (request: Request) => visitorOf(request)?.address ?? "local";
  function principalOf(request: Request): Principal {
    const principal = visitorOf(request)?.principal ?? unchecked;
    if (principal === undefined) throw new HttpError(403, "Nobody has said who asks for this");
    return principal;
  }
  const { basePath } = live.current.server;
  const below = (url: URL, folder: string) => url.pathname.slice(basePath.length + folder.length);
  return new App<State>({ basePath })
    // Before every middleware: the headers of an upgrade cannot be changed.
    .get(live.current.llm.wsPath, (ctx) =>
      upgradeSocket(ctx.req, chat.sockets, {
        principal: principalOf(ctx.req),
        address: addressOf(ctx.req),
        isLocal: visitorOf(ctx.req)?.isLocal ?? false,
        upgrade: (options) => ctx.upgrade(options),
      }))
    .get(at("/healthz"), () => healthz())
    .use(csp({ useNonce: true }))
    .use((ctx) => {
      ctx.state.role = principalOf(ctx.req).role;
      ctx.state.config = settings.appConfig();
      ctx.state.character = modelService.character() ?? null;
      return ctx.next();
    })
    .get(at("/app-config.json"), (ctx) => ctx.json(ctx.state.config, { headers: { "cache-control": "no-cache" } }))
    .post(at("/api/avatars"), (ctx) => uploads.avatar(ctx.req, addressOf(ctx.req)))
    .post(at("/api/characters"), (ctx) => uploads.character(ctx.req, addressOf(ctx.req)))
    .post(at("/api/images"), (ctx) => uploads.image(ctx.req, addressOf(ctx.req), principalOf(ctx.req).id))
    .get(
      `${at(IMAGES).slice(0, -1)}:id`,
      async (ctx) => servePicture(await images.read(ctx.params.id ?? "", principalOf(ctx.req))),
    )
    .get(
      at(CHARACTER_PICTURES),
      async (ctx) =>
        servePicture(await modelService.picture(ctx.url.searchParams.get("id") ?? "", principalOf(ctx.req))),
    )
    .get(
      at("/readyz"),
      async () =>
        readyz(modelService.chosen.definition.displayName, await modelService.refreshStatus(), {
          store: services.store,
          bus: services.bus,
          leaving: chat.sockets.connectionLimiter.isClosed,
        }),
    )
    .get(at("/metrics"), () => chat.metrics.page())
    // Below an avatar's own folder alone: what lies beside the folders is the server's.
    .get(`${at("/avatars/*").slice(0, -1)}:hash/*`, async (ctx) => {
      const path = await avatars.textures.pathFor(below(ctx.url, "/avatars/"), ctx.url.searchParams.get("size"));
      return serveFile(ctx.req, avatars.avatarsDir, path, { foreign: true, immutable: true });
    })
    .get(
      `${at("/speech/*").slice(0, -1)}:id`,
      (ctx) => serveSound(speech.sound(ctx.params.id ?? "", principalOf(ctx.req))),
    )
    .get(`${at("/speech/*").slice(0, -1)}:process/:id`, async (ctx) => {
      const { process = "", id = "" } = ctx.params;
      return serveSound(await speech.soundOf(process, id, principalOf(ctx.req)));
    })
    // The avatar that is shown, for clients that know no more than `entry`, as the Python predecessor's do.
    .get(at("/model/*"), (ctx) => serveFile(ctx.req, avatars.shownDir, below(ctx.url, "/model/"), { foreign: true }))
    .get(at("/vendor/*"), (ctx) => serveFile(ctx.req, avatars.vendorDir, below(ctx.url, "/vendor/")))
    .use(staticFiles())
    .fsRoutes();
}
