import { assertEquals, assertRejects } from "@std/assert";
import { ask } from "./ask.ts";

type Asked = Pick<Request, "url" | "method" | "headers">;

/** Answers everything, and remembers what was asked. */
function recorder(answer: () => Response): AsyncDisposable & { host: string; requests: Asked[] } {
  const requests: Asked[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, ({ url, method, headers }) => {
    requests.push({ url, method, headers: new Headers(headers) });
    return answer();
  });
  return {
    host: `127.0.0.1:${server.addr.port}`,
    requests,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const { signal } = new AbortController();

Deno.test("ask() sends what stands before an @ as a header, and nowhere else", async () => {
  await using server = recorder(() => new Response("hi"));
  const response = await ask(`http://m%C3%AD:p%40ss%3A@${server.host}/api`, { headers: { accept: "x/y" }, signal });
  assertEquals([await response.text(), response.url], ["hi", `http://${server.host}/api`]);
  await (await ask(`http://${server.host}/api`, { body: {}, signal })).text();
  assertEquals(server.requests.map(({ url, method }) => [method, url]), [
    ["GET", `http://${server.host}/api`],
    ["POST", `http://${server.host}/api`],
  ]);
  // As `printf 'mí:p@ss:' | base64` has it.
  const sent = server.requests.map(({ headers }) => headers.get("authorization"));
  assertEquals([server.requests[0]!.headers.get("accept"), ...sent], ["x/y", "Basic bcOtOnBAc3M6", null]);
});

Deno.test("ask() does not follow a redirect", async () => {
  await using other = recorder(() => new Response("elsewhere"));
  const location = `http://${other.host}/`;
  await using server = recorder(() => new Response(null, { status: 307, headers: { location } }));
  const response = await ask(`http://${server.host}/`, { body: {}, signal });
  await response.body?.cancel();
  assertEquals([response.status, server.requests.length, other.requests.length], [307, 1, 0]);
});

Deno.test("ask() throws the reason of its signal while a name is looked up, too", async () => {
  const asking = ask("http://no-such-machine.invalid/", { signal: AbortSignal.abort(new Error("enough")) });
  await assertRejects(() => asking, Error, "enough");
});
