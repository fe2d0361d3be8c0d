import { assert, assertEquals, assertRejects } from "@std/assert";
import { ask } from "./ask.ts";

const { signal } = new AbortController();
const HAS_IPV6 = (() => {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false; // As in many containers.
  }
})();

/** Speaks HTTP at one address. */
function speak(hostname: string, port = 0): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname, port, onListen() {} }, (request) => new Response(`${hostname} ${request.method}`));
}

/** Takes every connection at one address, and says nothing. */
function keepSilent(hostname: string, port = 0): Disposable & { port: number } {
  const listener = Deno.listen({ hostname, port });
  const taken: Deno.Conn[] = [];
  (async () => {
    for await (const connection of listener) taken.push(connection);
  })();
  return {
    port: listener.addr.port,
    [Symbol.dispose]() {
      listener.close();
      for (const connection of taken) connection.close();
    },
  };
}

async function said(port: number, body?: object): Promise<string> {
  return await (await ask(`http://localhost:${port}/api/chat`, { ...(body && { body }), signal })).text();
}

for (const [here, other] of [["127.0.0.1", "::1"], ["::1", "127.0.0.1"]] as const) {
  const ignore = !HAS_IPV6;
  Deno.test({ name: `A6: localhost is found at ${here}, where ${other} refuses`, ignore }, async () => {
    await using server = speak(here);
    assertEquals(await said(server.addr.port), `${here} GET`);
    assertEquals(await said(server.addr.port, {}), `${here} POST`);
  });

  Deno.test(
    { name: `A15: localhost is found at ${here}, where ${other} takes connections and is silent`, ignore },
    async () => {
      using silent = keepSilent(other);
      await using server = speak(here, silent.port);
      const began = performance.now();
      assertEquals(await said(server.addr.port, {}), `${here} POST`);
      assert(performance.now() - began < 2_000, "the other address is not waited for");
    },
  );
}

Deno.test({ name: "A6: who moves to the other address is found again", ignore: !HAS_IPV6 }, async () => {
  const before = speak("127.0.0.1");
  const { port } = before.addr;
  assertEquals(await said(port), "127.0.0.1 GET");
  await before.shutdown();
  await using _after = speak("::1", port);
  await assertRejects(() => said(port), TypeError);
  assertEquals(await said(port), "::1 GET");
});

Deno.test("A6: where nobody is, the request fails at once, as any other does", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const began = performance.now();
  await assertRejects(() => said(port), TypeError);
  assert(performance.now() - began < 2_000);
});
