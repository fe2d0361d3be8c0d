/**
 * The avatar alone on a page, for tests and measurements that need more models than an app shows: bundled from the
 * source, served with the policy of the real page, with Live2D's core and Hiyori from a running app.
 */
import * as esbuild from "esbuild";
import mime from "mime";
import { bringSmallerTextures } from "./smaller_textures.ts";
import { TestServer } from "./test_server.ts";

/** Live2D's sample models beside the project, which are not part of it. */
export const SHARED_MODELS = new URL("../../shared/models/", import.meta.url);

export const sharedModelsMissing: boolean = !await Deno.stat(SHARED_MODELS).then(() => true, () => false);

export const MAO = "/shared/mao_pro/runtime/mao_pro.model3.json";
export const HARU = "/shared/haru/runtime/Haru.model3.json";

const ROOT = new URL("../", import.meta.url);

const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'";

/** The island as the page has it, with what the chat writes open to the test. */
const ISLAND = `
  import { h, render } from "preact";
  import Avatar from "@/web/islands/Avatar.tsx";
  import * as presence from "@/web/presence/presence.ts";
  globalThis.presence = presence;
  const config = JSON.parse(document.getElementById("config").textContent);
  render(h(Avatar, { config }), document.getElementById("root"));
`;

const STYLE = "html, body, #root { height: 100%; margin: 0; background: #eef0f6 }";

/** A running server of such pages. Dispose of it when done. */
export class AvatarPages {
  /** Files of the test's own, by path; they come before all others. */
  readonly files: Map<string, Uint8Array<ArrayBuffer> | string> = new Map();
  readonly #app: TestServer;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #scripts: Map<string, Uint8Array<ArrayBuffer>>;

  private constructor(server: TestServer, scripts: Map<string, Uint8Array<ArrayBuffer>>) {
    this.#app = server;
    this.#scripts = scripts;
    this.#server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => this.#answer(request));
  }

  /** @param script What runs on the page; the island when absent */
  static async open(script: string = ISLAND): Promise<AvatarPages> {
    const app = await TestServer.open();
    await bringSmallerTextures(app.services);
    return new AvatarPages(app, await bundle(script));
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /**
   * Address of a page that shows a model. Few frames are drawn unless told otherwise: without a graphics card, more
   * of them only keep everything else waiting.
   */
  page(name: string, entry: string, { maxFps = 1, timeScale = 1 } = {}): string {
    const config = { model: name, entry, timeScale, llm: { backendWsUrl: "" }, avatar: { maxFps, maxPixelRatio: 2 } };
    return `${this.origin}/?config=${encodeURIComponent(JSON.stringify(config))}`;
  }

  /** Address of Hiyori, the model that every app has. */
  get hiyori(): string {
    const { entry, avatarUrl = entry } = this.#app.services.settings.appConfig();
    return avatarUrl;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
    await this.#app[Symbol.asyncDispose]();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/favicon.ico") return new Response(null, { status: 204 });
    if (pathname === "/") return html(searchParams.get("config") ?? "{}");
    const own = this.files.get(pathname) ?? this.#scripts.get(pathname) ??
      (pathname === "/style.css" ? STYLE : undefined);
    if (own !== undefined) return new Response(own, { headers: { "content-type": typeOf(pathname) } });
    const folder = pathname.startsWith("/shared/")
      ? new URL(`.${pathname.slice("/shared".length)}`, SHARED_MODELS)
      : null;
    if (folder === null) return await this.#fromHouse(pathname);
    const file = await Deno.readFile(folder).catch(() => null);
    return new Response(file, { status: file === null ? 404 : 200, headers: { "content-type": typeOf(pathname) } });
  }

  async #fromHouse(pathname: string): Promise<Response> {
    const { status, body, headers } = await fetch(this.#app.url + pathname, {
      headers: { "accept-encoding": "identity" },
    });
    return new Response(body, { status, headers: { "content-type": headers.get("content-type") ?? "" } });
  }
}

function typeOf(pathname: string): string {
  return mime.getType(pathname) ?? "application/octet-stream";
}

function html(config: string): Response {
  const body = `<!doctype html><html lang="en"><title>Avatar</title>
<link rel="stylesheet" href="/styles.css"><link rel="stylesheet" href="/style.css">
<div id="root"></div><script type="application/json" id="config">${config.replaceAll("<", "\\u003c")}</script>
<script type="module" src="/scripts/page.js"></script>`;
  return new Response(body, { headers: { "content-type": "text/html", "content-security-policy": POLICY } });
}

/** Nothing is pinned to a build here: the stage comes from the app, by its address alone. */
const UNPINNED: esbuild.Plugin = {
  name: "unpinned assets",
  setup(build) {
    build.onResolve({ filter: /^fresh\/runtime$/ }, ({ path }) => ({ path, namespace: "unpinned" }));
    build.onLoad({ filter: /.*/, namespace: "unpinned" }, () => ({ contents: "export const asset = (path) => path;" }));
  },
};

async function bundle(script: string): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const root = ROOT.pathname;
  const result = await esbuild.build({
    stdin: { contents: script, resolveDir: root, sourcefile: "page.ts", loader: "ts" },
    outdir: `${root}scripts`,
    entryNames: "page",
    bundle: true,
    splitting: true,
    format: "esm",
    minify: true,
    write: false,
    jsx: "automatic",
    jsxImportSource: "preact",
    alias: { "@/lib": `${root}lib`, "@/web": `${root}web` },
    plugins: [UNPINNED],
    define: { "process.env.NODE_ENV": '"production"' },
  });
  await esbuild.stop();
  return new Map(result.outputFiles.map((file) => [
    file.path.slice(root.length - 1),
    new Uint8Array(file.contents),
  ]));
}
