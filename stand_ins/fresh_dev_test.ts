import { assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import { Builder } from "fresh/dev";

/** A port that is free now: the builder takes 0 for none given. */
function freePort(): number {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  return listener.addr.port;
}

/** Serves the fixture in development while `action` runs. */
async function withServer(action: (host: string) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const listening = Promise.withResolvers<Deno.NetAddr>();
  const builder = new Builder({
    root: new URL("./fixtures/site/", import.meta.url).href,
    outDir: await Deno.makeTempDir(),
  });
  builder.onTransformStaticFile({ pluginName: "loud", filter: /ok\.txt$/ }, ({ text, mode }) => ({
    content: `${text.trim().toUpperCase()} in ${mode}`,
  }));
  await builder.listen(() => import("./fixtures/site/main.ts"), {
    port: freePort(),
    hostname: "127.0.0.1",
    signal: stop.signal,
    onListen: listening.resolve,
  });
  const { hostname, port } = await listening.promise;
  try {
    await action(`${hostname}:${port}`);
  } finally {
    stop.abort();
  }
}

// Upstream leaves esbuild running for the next build.
const options = { sanitizeOps: false, sanitizeResources: false };

Deno.test("Builder.listen() serves pages and scripts that are never cached", options, () =>
  withServer(async (host) => {
    const page = await fetch(`http://${host}/`);
    const html = await page.text();
    assertEquals(page.status, 200);
    const script = /from "([^"]*Counter\.js)"/.exec(html)?.[1] ?? "";
    for (const path of [script, "/pixel.svg"]) {
      const response = await fetch(`http://${host}${path}`);
      await response.body?.cancel();
      assertEquals(response.status, 200, path);
      assertStringIncludes(response.headers.get("cache-control") ?? "", "no-store");
      assertEquals(response.headers.get("etag"), null);
    }
  }));

Deno.test(
  "Builder.onTransformStaticFile() decides what is served of a static file",
  options,
  () =>
    withServer(async (host) => {
      const response = await fetch(`http://${host}/.well-known/ok.txt`);
      assertEquals([response.status, await response.text()], [200, "OK in development"]);
    }),
);

Deno.test(
  "Builder.listen() tells pages when it was started, so that they reload when it was restarted",
  options,
  () =>
    withServer(async (host) => {
      // Without islands too, or such a page would never reload.
      assertStringIncludes(await (await fetch(`http://${host}/plain`)).text(), "fresh-runtime");

      const refused = await fetch(`http://${host}/_frsh/alive`);
      await refused.body?.cancel();
      assertEquals(refused.status, 501);

      const message = Promise.withResolvers<{ type: string; revision: number }>();
      const closed = Promise.withResolvers<void>();
      const socket = new WebSocket(`ws://${host}/_frsh/alive`);
      socket.onmessage = ({ data }) => message.resolve(JSON.parse(data));
      socket.onclose = () => closed.resolve();
      const { type, revision } = await message.promise;
      socket.close();
      await closed.promise;
      assertEquals(type, "initial-state");
      assertGreater(revision, 0);
    }),
);
