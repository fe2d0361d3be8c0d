import { assertEquals } from "@std/assert";
import { compressed } from "./compress.ts";
import { serveFile } from "./files.ts";

const TEXT = "0123456789".repeat(100);

interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

interface Site {
  ask(path: string, headers?: Record<string, string>, method?: string): Promise<Answer>;
}

/** Serves a folder with `a.txt`, `a.mp3` and an empty file over HTTP, whatever is below `/ever/` for good. */
async function served(work: (site: Site) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  for (const name of ["a.txt", "a.mp3"]) await Deno.writeTextFile(`${root}/${name}`, TEXT);
  await Deno.writeTextFile(`${root}/empty.mp3`, "");
  const handler = compressed((request) => {
    const [, kept, name = ""] = /^\/(ever\/)?(.*)$/.exec(new URL(request.url).pathname) ?? [];
    return serveFile(request, root, name, { immutable: kept !== undefined });
  }, `${root}/none`);
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, handler);
  await work({
    async ask(path, headers = {}, method = "GET") {
      const url = `http://127.0.0.1:${server.addr.port}/${path}`;
      const response = await fetch(url, { method, headers: { "accept-encoding": "identity", ...headers } });
      return { status: response.status, headers: response.headers, text: await response.text() };
    },
  });
  await server.shutdown();
  await Deno.remove(root, { recursive: true });
}

Deno.test("a part of a file is answered with 206, its place and its length", async () => {
  await served(async ({ ask }) => {
    const cases: [range: string, start: number, end: number][] = [
      ["bytes=0-0", 0, 0],
      ["bytes=3-5", 3, 5],
      ["BYTES=990-", 990, 999],
      ["bytes=-3", 997, 999],
      ["bytes=-5000", 0, 999],
      ["bytes=998-5000", 998, 999],
      ["bytes=0-", 0, 999],
    ];
    for (const [range, start, end] of cases) {
      const { status, headers, text } = await ask("a.mp3", { range });
      assertEquals([status, headers.get("content-range"), text], [
        206,
        `bytes ${start}-${end}/1000`,
        TEXT.slice(start, end + 1),
      ], range);
      assertEquals(headers.get("content-length"), String(end - start + 1));
      assertEquals([headers.get("content-type"), headers.get("cache-control")], ["audio/mpeg", "no-cache"]);
      assertEquals([headers.has("etag"), headers.get("vary")], [true, "Accept-Encoding"]);
    }
  });
});

Deno.test("a part that begins behind the end is answered with 416 and the file's length", async () => {
  await served(async ({ ask }) => {
    for (
      const [path, range, size] of [["a.mp3", "bytes=1000-", 1000], ["a.mp3", "bytes=-0", 1000], [
        "empty.mp3",
        "bytes=0-",
        0,
      ]]
    ) {
      const { status, headers, text } = await ask(String(path), { range: String(range) });
      assertEquals([status, headers.get("content-range"), text], [416, `bytes */${size}`, ""], String(range));
    }
  });
});

Deno.test("several parts, other units, what cannot be read and HEAD are answered with the whole file", async () => {
  await served(async ({ ask }) => {
    for (const range of ["bytes=0-1,5-6", "lines=1-2", "bytes=5-3", "bytes=-", "bytes=a-b", "bytes 0-1"]) {
      const { status, headers, text } = await ask("a.mp3", { range });
      assertEquals([status, headers.get("content-range"), text], [200, null, TEXT], range);
      assertEquals(headers.get("accept-ranges"), "bytes");
    }
    const head = await ask("a.mp3", { range: "bytes=0-1" }, "HEAD");
    assertEquals([head.status, head.headers.get("content-length"), head.headers.get("accept-ranges")], [
      200,
      "1000",
      "bytes",
    ]);
  });
});

Deno.test("If-Range gives a part of the same version alone, and no weak ETag is the same", async () => {
  await served(async ({ ask }) => {
    const etag = (await ask("ever/a.mp3")).headers.get("etag")!;
    const weak = (await ask("a.mp3")).headers.get("etag")!;
    assertEquals([etag.startsWith('"'), weak], [true, `W/${etag}`]);
    const statusOf = async (path: string, condition: string) =>
      (await ask(path, { range: "bytes=0-1", "if-range": condition })).status;
    assertEquals(await statusOf("ever/a.mp3", etag), 206);
    for (const other of ['"other"', weak, new Date().toUTCString()]) {
      assertEquals(await statusOf("ever/a.mp3", other), 200, other);
    }
    assertEquals(await statusOf("a.mp3", weak), 200);
    // Who has the file already is told so, whatever part is wanted.
    assertEquals((await ask("ever/a.mp3", { range: "bytes=0-1", "if-none-match": etag })).status, 304);
  });
});

Deno.test("a compressed file has a weak ETag and no parts; its parts are those of the file itself", async () => {
  await served(async ({ ask }) => {
    const gzip = { "accept-encoding": "gzip" };
    const whole = await ask("ever/a.txt", gzip);
    const etag = whole.headers.get("etag")!;
    assertEquals([whole.text, whole.headers.get("accept-ranges"), etag.startsWith("W/")], [TEXT, null, true]);
    assertEquals((await ask("ever/a.txt", { ...gzip, "if-none-match": etag })).status, 304);
    const part = await ask("ever/a.txt", { ...gzip, range: "bytes=1-2" });
    assertEquals([part.status, part.headers.get("content-encoding"), part.text], [206, null, "12"]);
    assertEquals((await ask("ever/a.txt", { ...gzip, range: "bytes=1-2", "if-range": etag })).status, 200);
  });
});

Deno.test("who leaves in the middle of a part leaves no file open", async () => {
  const root = await Deno.makeTempDir();
  await Deno.writeFile(`${root}/big.mp3`, new Uint8Array(4_000_000));
  const request = new Request("http://localhost/", { headers: { range: "bytes=0-3000000" } });
  // The test runner looks for what is still open at the end.
  const reader = (await serveFile(request, root, "big.mp3")).body!.getReader();
  await reader.read();
  await reader.cancel();
  await Deno.remove(root, { recursive: true });
});
