import { assertEquals, assertRejects } from "@std/assert";
import type { Answer, Question } from "./answer.ts";
import { answerOf, ask } from "./ask.ts";

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

function get(signal: AbortSignal = new AbortController().signal): Question {
  return { method: "GET", signal };
}

/** Reads to the end; what came before a failure is in `heard`. */
async function textOf({ bytes }: Answer, heard: string[] = []): Promise<string> {
  const decoder = new TextDecoder();
  for (let some = await bytes.read(); some !== undefined; some = await bytes.read()) heard.push(decoder.decode(some));
  return heard.join("");
}

Deno.test("ask() reads an answer whatever way its bytes come", async () => {
  for (const pieces of [[ANSWER], [...ANSWER], [ANSWER.slice(0, 100), ANSWER.slice(100)]]) {
    await using server = answerOnce(pieces);
    const answer = await ask(`http://localhost:${server.port}/api?x=1`, { ...get(), method: "POST", body: "{}" });
    assertEquals([answer.status, answer.headers.get("content-type")], [200, "application/x-ndjson"]);
    assertEquals(await textOf(answer), '{"a": 1}\n');
  }
});

Deno.test("ask() hands on an answer without a body, one of a known length, one that ends with its connection", async () => {
  for (
    const [raw, status, text] of [
      ["HTTP/1.1 204 No Content\r\n\r\n", 204, ""],
      ["HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone", 404, "gone"],
      ["HTTP/1.1 307 Temporary Redirect\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", 307, ""],
      ["HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", 200, "hi"],
      ["HTTP/1.1 200 OK\r\n\r\nall of it", 200, "all of it"],
    ] as const
  ) {
    await using server = answerOnce([raw]);
    const answer = await ask(`http://127.0.0.1:${server.port}/`, get());
    assertEquals([answer.status, await textOf(answer)], [status, text]);
  }
});

Deno.test("ask() reads an answer that is longer than one read, in order", async () => {
  const lines = Array.from({ length: 20_000 }, (_, index) => `${index}\n`);
  await using server = answerOnce([
    HEAD,
    ...lines.map((line) => `${line.length.toString(16)}\r\n${line}\r\n`),
    "0\r\n\r\n",
  ]);
  assertEquals(await textOf(await ask(`http://127.0.0.1:${server.port}/`, get())), lines.join(""));
});

Deno.test("ask() tells of an answer that broke off, after what had come of it", async () => {
  await using server = answerOnce([`${HEAD}5\r\nhello\r\n5\r\nwo`]);
  const answer = await ask(`http://127.0.0.1:${server.port}/`, get());
  const heard: string[] = [];
  await assertRejects(() => textOf(answer, heard), TypeError, "unexpected end");
  assertEquals(heard.join(""), "hellowo");
});

Deno.test("ask() tells of what is no HTTP, and of nothing at all", async () => {
  for (const [raw, message] of [["220 mail.example ESMTP\r\n", "no HTTP"], ["", "unexpected end"]] as const) {
    await using server = answerOnce([raw]);
    await assertRejects(() => ask(`http://127.0.0.1:${server.port}/`, get()), TypeError, message);
  }
});

Deno.test("ask() throws the signal's reason, before the answer and within it, and closes the connection", async () => {
  const reason = new Error("enough");
  await assertRejects(() => ask("http://127.0.0.1:1/", get(AbortSignal.abort(reason))), Error, "enough");
  for (const pieces of [[], [HEAD], [`${HEAD}5\r\nhello\r\n`]]) {
    await using server = answerOnce(pieces, { stays: true });
    const stop = new AbortController();
    const answer = ask(`http://127.0.0.1:${server.port}/`, get(stop.signal));
    const text = pieces.length === 0 ? answer : textOf(await answer);
    stop.abort(reason);
    await assertRejects(() => text, Error, "enough");
  }
});

Deno.test("ask() closes the connection when the body is not wanted", async () => {
  await using server = answerOnce([HEAD], { stays: true });
  const { bytes } = await ask(`http://127.0.0.1:${server.port}/`, get());
  bytes.close();
});

Deno.test("answerOf() reads the platform's responses, with a body and without", async () => {
  for (const [raw, text] of [[ANSWER, '{"a": 1}\n'], ["HTTP/1.1 204 No Content\r\n\r\n", ""]] as const) {
    await using server = answerOnce([raw]);
    assertEquals(await textOf(answerOf(await fetch(`http://127.0.0.1:${server.port}/`))), text);
  }
});
