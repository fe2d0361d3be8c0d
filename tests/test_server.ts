/** The whole app for a test: the page as the build makes it, behind a real server, with data of its own. */
import { ProdBuildCache, setBuildCache } from "fresh/internal";
import { join } from "node:path";
import { makeHome } from "./home.ts";
import { serve } from "./ports.ts";
import { createApp } from "@/app.ts";
import { syncModel } from "@/lib/avatars/sync.ts";
import { loadConfig, parseConfig } from "@/lib/config/load.ts";
import { AccessGuard } from "@/lib/server/http/access_guard.ts";
import { createHandler } from "@/lib/server/http/handler.ts";
import { PROGRAM } from "@/lib/paths.ts";
import type { ProviderDefinition } from "@/lib/providers/provider.ts";
import { PROVIDERS } from "@/lib/providers/registry.ts";
import { openServices, type Services } from "@/lib/server/services.ts";
import type { SpeechModelsOptions } from "@/lib/sherpa/speech_models.ts";
import { buildIfChanged } from "@/tasks/build.ts";
import type { State } from "@/utils.ts";

export interface TestServerOptions {
  /** What `vtuber.config.json` says, or its very text. The port is always a free one. */
  config?: Record<string, unknown> | string;
  /** Environment variables, such as OLLAMA_HOST. */
  env?: Record<string, string>;
  /** A provider of the test's own, beside those of the program: it is the configured one. */
  provider?: ProviderDefinition;
  /** Models of the test's own, and where they are fetched from. */
  speechModels?: SpeechModelsOptions;
  /** A folder that relative paths of the configuration start at. Default: an empty one. */
  root?: string;
}

/** The default model as files: every server would unpack it three times. */
const BUNDLED = join(PROGRAM, "dist/tests/avatar");

let build: Promise<ProdBuildCache<State>> | undefined;

/** The page as it is built on disk, where all tests find it; built anew when something has changed. */
async function readBuild(): Promise<ProdBuildCache<State>> {
  await buildIfChanged(PROGRAM);
  await syncModel({ config: parseConfig("").config, root: PROGRAM, staticDir: BUNDLED });
  return new ProdBuildCache(PROGRAM, await import(new URL("../_fresh/snapshot.js", import.meta.url).href));
}

/** A running app. Dispose of it when done. */
export class TestServer {
  readonly services: Services;
  readonly guard: AccessGuard;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #folder: string;

  private constructor(services: Services, guard: AccessGuard, server: Deno.HttpServer<Deno.NetAddr>, folder: string) {
    this.services = services;
    this.guard = guard;
    this.#server = server;
    this.#folder = folder;
  }

  static async open(options: TestServerOptions = {}): Promise<TestServer> {
    build ??= readBuild();
    const built = await build;
    const folder = await makeHome();
    const file = join(folder, "vtuber.config.json");
    const { config = {} } = options;
    await Deno.writeTextFile(file, typeof config === "string" ? config : JSON.stringify(config));
    const env = { VTUBER_CONFIG: file, VTUBER_SERVER_DATA_DIR: join(folder, "data"), ...options.env };
    const loaded = await loadConfig({ root: options.root ?? folder, env });
    const { provider, speechModels } = options;
    if (provider !== undefined) loaded.config.llm.provider = provider.id;
    const services = await openServices({
      loaded,
      bundled: BUNDLED,
      ...(provider && { providers: [...PROVIDERS, provider] }),
      ...(speechModels && { speechModels }),
    });
    const app = createApp(services);
    setBuildCache(app, built, "production");
    const guard = new AccessGuard(services);
    const handler = createHandler(app.handler(), { guard, prepared: join(PROGRAM, "_fresh/compressed") });
    const server = serve(handler);
    services.live.listensAt(server.addr.port);
    return new TestServer(services, guard, server, folder);
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  get socketUrl(): string {
    return `ws://127.0.0.1:${this.#server.addr.port}${this.services.live.current.llm.wsPath}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.services.close();
    await this.#server.shutdown();
    await Deno.remove(this.#folder, { recursive: true });
  }
}
