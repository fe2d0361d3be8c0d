import { assert, assertEquals, assertRejects } from "@std/assert";
import { type LineOptions, linesOf } from "./lines.ts";
import { LlmError } from "@/lib/providers/provider.ts";
import { Watchdog } from "./watchdog.ts";

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
const ANSWER = `${HEAD}4\r\n{"a"\r\n5\r\n: 1}\n\r\n4\r\n{}\r\n\r\n0\r\n\r\n`;

function optionsOf(options: Partial<LineOptions> = {}): LineOptions {
  return {
    server: "Ollama",
    watchdog: new Watchdog(() => {}),
    idleMs: 0,
    signal: new AbortController().signal,
    ...options,
  };
}

/** Reads to the end; what came before a failure is in `heard`. */
async function linesAt(port: number, options: Partial<LineOptions> = {}, heard: string[] = []): Promise<string[]> {
  for await (const line of linesOf(await fetch(`http://127.0.0.1:${port}/`), optionsOf(options))) heard.push(line);
  return heard;
}

Deno.test("linesOf() gives the same lines whatever way their bytes come", async () => {
  for (const pieces of [[ANSWER], [...ANSWER], [ANSWER.slice(0, 100), ANSWER.slice(100)]]) {
    await using server = answerOnce(pieces);
    assertEquals(await linesAt(server.port), ['{"a": 1}', "{}"]);
  }
});

Deno.test("linesOf() reads no body, one of a known length, one that ends with its connection", async () => {
  for (
    const [raw, lines] of [
      ["HTTP/1.1 204 No Content\r\n\r\n", []],
      ["HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone", ["gone"]],
      ["HTTP/1.1 200 OK\r\n\r\nall\nof it", ["all", "of it"]],
    ] as const
  ) {
    await using server = answerOnce([raw]);
    assertEquals(await linesAt(server.port), [...lines]);
  }
});

Deno.test("linesOf() reads an answer that is longer than one read, in order", async () => {
  const lines = Array.from({ length: 20_000 }, (_, index) => `${index} 語`);
  const chunks = lines.map((line) => `${encoder.encode(`${line}\n`).length.toString(16)}\r\n${line}\n\r\n`);
  await using server = answerOnce([HEAD, ...chunks, "0\r\n\r\n"]);
  assertEquals(await linesAt(server.port), lines);
});

Deno.test("linesOf() tells of an answer that broke off, after the whole lines that had come of it", async () => {
  await using server = answerOnce([`${HEAD}6\r\nhello\n\r\n5\r\nwo`]);
  const heard: string[] = [];
  await assertRejects(() => linesAt(server.port, {}, heard), TypeError);
  assertEquals(heard, ["hello"]);
});

Deno.test("linesOf() bounds one line, not all of them", async () => {
  const whole = `${"x".repeat(60)}\n`.repeat(50);
  await using good = answerOnce([`HTTP/1.1 200 OK\r\n\r\n${whole}`]);
  assertEquals((await linesAt(good.port, { maxLineBytes: 60 })).length, 50);
  for (const text of ["x".repeat(61), `a\n${"x".repeat(61)}`, `${"x".repeat(61)}\n`]) {
    await using bad = answerOnce([HEAD, ...[...text].map((one) => `1\r\n${one}\r\n`)], { stays: true });
    const error = await assertRejects(() => linesAt(bad.port, { maxLineBytes: 60 }), LlmError);
    assertEquals(error.code, "llm_failed");
  }
});

Deno.test("linesOf() fails with the signal's reason, and closes the connection", async () => {
  const reason = new Error("enough");
  for (const pieces of [[HEAD], [`${HEAD}5\r\nhello\r\n`]]) {
    await using server = answerOnce(pieces, { stays: true });
    const stop = new AbortController();
    const lines = linesOf(await fetch(`http://127.0.0.1:${server.port}/`), optionsOf({ signal: stop.signal }));
    const all = Array.fromAsync(lines);
    stop.abort(reason);
    await assertRejects(() => all, Error, "enough");
  }
});

Deno.test("linesOf() closes the connection when no more lines are wanted", async () => {
  await using server = answerOnce([`${HEAD}6\r\nhello\n\r\n`], { stays: true });
  for await (const line of linesOf(await fetch(`http://127.0.0.1:${server.port}/`), optionsOf())) {
    assert(line === "hello");
    break;
  }
});
