import { assertEquals, assertRejects } from "@std/assert";
import { localFetch } from "./local_fetch.ts";

const encoder = new TextEncoder();

/** Answers one request with `pieces`, each in a write of its own, then closes or waits for the client to. */
function answerOnce(pieces: readonly string[], { stays = false } = {}): AsyncDisposable & { port: number } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0, transport: "tcp" });
  const served = (async () => {
    using conn = await listener.accept();
    conn.setNoDelay(true);
    await conn.read(new Uint8Array(10_000));
    for (const piece of pieces) await conn.write(encoder.encode(piece));
    if (stays) { while (await conn.read(new Uint8Array(100)).catch(() => null) !== null); }
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      await served;
      listener.close();
    },
  };
}

const HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n";
const ANSWER = `${HEAD}4\r\n{"a"\r\n5\r\n: 1}\n\r\n0\r\n\r\n`;

Deno.test("localFetch() reads an answer whatever way its bytes come", async () => {
  for (const pieces of [[ANSWER], [...ANSWER], [ANSWER.slice(0, 100), ANSWER.slice(100)]]) {
    await using server = answerOnce(pieces);
    const response = await localFetch(`http://localhost:${server.port}/api?x=1`, { method: "POST", body: "{}" });
    assertEquals([response.status, response.headers.get("content-type")], [200, "application/x-ndjson"]);
    assertEquals(await response.text(), '{"a": 1}\n');
  }
});

Deno.test("localFetch() hands on an answer without a body, and one of a known length", async () => {
  for (
    const [raw, status, text] of [
      ["HTTP/1.1 204 No Content\r\n\r\n", 204, ""],
      ["HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone", 404, "gone"],
      ["HTTP/1.1 307 Temporary Redirect\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", 307, ""],
    ] as const
  ) {
    await using server = answerOnce([raw]);
    const response = await localFetch(`http://127.0.0.1:${server.port}/`);
    assertEquals([response.status, await response.text()], [status, text]);
  }
});

Deno.test("localFetch() tells of an answer that broke off, after what had come of it", async () => {
  await using server = answerOnce([`${HEAD}5\r\nhello\r\n5\r\nwo`]);
  const reader = (await localFetch(`http://127.0.0.1:${server.port}/`)).body!.getReader();
  let text = "";
  await assertRejects(async () => {
    for (;;) text += new TextDecoder().decode((await reader.read()).value);
  });
  assertEquals(text, "hellowo");
});

Deno.test("localFetch() throws the signal's reason, before the answer and within it, and closes the connection", async () => {
  const reason = new Error("enough");
  await assertRejects(() => localFetch("http://127.0.0.1:1/", { signal: AbortSignal.abort(reason) }), Error, "enough");
  for (const pieces of [[], [HEAD], [`${HEAD}5\r\nhello\r\n`]]) {
    await using server = answerOnce(pieces, { stays: true });
    const stop = new AbortController();
    const answer = localFetch(`http://127.0.0.1:${server.port}/`, { signal: stop.signal });
    const text = pieces.length === 0 ? answer : (await answer).text();
    stop.abort(reason);
    await assertRejects(() => text, Error, "enough");
  }
});

Deno.test("localFetch() closes the connection when the body is not wanted", async () => {
  await using server = answerOnce([HEAD], { stays: true });
  const response = await localFetch(`http://127.0.0.1:${server.port}/`);
  await response.body!.cancel();
});

Deno.test("localFetch() leaves what is elsewhere to the platform's fetch", async () => {
  assertEquals(await (await localFetch("data:text/plain,hi")).text(), "hi");
  assertEquals(await (await localFetch(new Request("data:text/plain,hi"))).text(), "hi");
});
