import { assertEquals, assertRejects } from "@std/assert";
import { Program } from "./program.ts";
import { SocketClient } from "./socket_client.ts";
import { until, within } from "./until.ts";

Deno.test("until() looks until it is so, and fails by name when it is not", async () => {
  let looks = 0;
  await until("three looks", () => ++looks === 3, { every: 1 });
  assertEquals(looks, 3);
  await assertRejects(
    () => until(() => `the ${looks + 1}th look`, () => Promise.resolve(false), { patience: 30, every: 1 }),
    Error,
    "Waited 0.03 s in vain: the 4th look",
  );
});

Deno.test("within() hands on what comes in time, and fails by name when nothing does", async () => {
  assertEquals(await within("a word", Promise.resolve("word")), "word");
  await assertRejects(() => within("a word", Promise.reject(new TypeError("none"))), TypeError, "none");
  await assertRejects(() => within("a word", new Promise(() => {}), 20), Error, "Waited 0.02 s in vain: a word");
});

Deno.test("a message that never comes, and a number that never is, fail with what came instead", async () => {
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    if (new URL(request.url).pathname === "/metrics") return new Response("vtuber_sockets 7\n");
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onopen = () => socket.send('{"type":"chunk"}');
    return response;
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const client = await SocketClient.open<{ type: "chunk" | "end" }>(url.replace("http", "ws"));
  client.patience = 100;
  await client.next("chunk");
  await assertRejects(() => client.next("end"), Error, 'end after 1 messages, the last {"type":"chunk"}');
  await assertRejects(() => client.closed(), Error, "the socket is closed");
  client.patience = 10_000;
  await client.close();
  await assertRejects(
    () => Program.prototype.until.call({ url, metric: Program.prototype.metric }, "vtuber_sockets", () => false, 100),
    Error,
    "vtuber_sockets, which is 7",
  );
});
