/** Faults of the store: nothing is lost, and nobody who does not need it notices. */
import { assert, assertEquals } from "@std/assert";
import { call, ChatServer, outcome } from "./chat_server_fixture.ts";
import {
  breaking,
  EchoModel,
  echoServer,
  ended,
  enter,
  faultCount,
  STORE_FAULTS,
  talk,
  undisturbed,
} from "./fault_fixture.ts";
import { MemoryStore } from "@/lib/store/store.ts";
import { StoreError } from "@/lib/store/store_error.ts";

for (const [how, fault] of STORE_FAULTS) {
  Deno.test(`a greeting fails alone when the store ${how}; who comes back is welcomed`, async () => {
    await using server = echoServer();
    await undisturbed(server, async () => {
      const client = await server.v2();
      {
        using _fault = breaking(server.store, "conversationOf", fault);
        client.send({ type: "hello", session: "from before" });
        // What was sent along must not be taken for that of a client that does not know the protocol.
        client.send({ type: "prompt", turn: "t", text: "Are you there?" });
        assertEquals((await client.next("error")).code, "internal");
        assertEquals((await client.closed()).code, 1013);
      }
      const again = await enter(server, "from before");
      await talk(again);
      await again.close();
    });
  });

  Deno.test(`what is asked anew while the store ${how} in truncate() is stored when it does not any more`, async () => {
    await using server = echoServer();
    const client = await enter(server);
    await talk(client, "To be dropped");
    const [{ id } = { id: "" }] = await call(client, "conversations.list", {});
    const { turn } = await client.next("queued");
    await undisturbed(server, async () => {
      {
        using _fault = breaking(server.store, "truncate", fault);
        await call(client, "turn.edit", { turn, as: "anew", text: "To be kept" });
        assertEquals((await ended(client, "anew")).type, "end");
        assertEquals((await client.next("error")).code, "not_stored");
        assertEquals((await server.store.read(id))?.turns.map(({ turn }) => turn), [turn]);
      }
      await server.chat.conversations.save();
      assertEquals((await server.store.read(id))?.turns.map(({ turn }) => turn), ["anew"]);
    });
    await client.close();
  });
}

Deno.test("while the store does not answer that is what is told, and what it is like on the server is not", async () => {
  await using server = echoServer();
  const lost = () => Promise.reject(new StoreError("PostgreSQL at secret.example cannot be asked"));
  const client = await enter(server);
  const newcomer = await server.v2();
  {
    using _fault = breaking(server.store, "list", lost);
    using _another = breaking(server.store, "conversationOf", lost);
    const refused = await outcome(client, "conversations.list", {});
    newcomer.send({ type: "hello", session: "from before" });
    const told = await newcomer.next("error");
    assert(refused.type === "refused" && refused.code === "store_lost" && told.code === "store_lost");
    assert(!JSON.stringify([refused, told]).includes("secret"));
  }
  await client.close();
});

for (const method of ["save", "enter"] as const) {
  for (const [how, fault] of STORE_FAULTS) {
    Deno.test(`a store that ${how} in ${method}(), when nobody waits, is told, and loses nothing`, async () => {
      await using server = echoServer();
      const client = await enter(server);
      await undisturbed(server, async () => {
        {
          using _fault = breaking(server.store, method, fault);
          await talk(client, "To be kept");
          assertEquals((await client.next("error")).code, "not_stored");
          await talk(client, "As well");
        }
        await server.chat.conversations.save();
        const [stored] = await server.store.list(1, "To be kept");
        assertEquals(stored?.turns, 2);
      });
      await client.close();
    });
  }
}

for (const [how, fault] of STORE_FAULTS) {
  Deno.test(`a store that ${how} when nobody can be told of it is tried again all the same`, async () => {
    await using server = echoServer();
    const client = await enter(server);
    await undisturbed(server, async () => {
      const before = faultCount();
      {
        using _store = breaking(server.store, "save", fault);
        using _hub = breaking(server.chat.connections, "broadcast");
        await talk(client, "To be kept");
        while (faultCount() < before + 2) await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await talk(client);
      assertEquals((await call(client, "conversations.list", {})).length, 2);
    });
    await client.close();
  });

  Deno.test(`a conversation that is left while the store ${how} is nobody else's trouble`, async () => {
    await using server = new ChatServer({ sessionSeconds: 0 }, { languageModel: new EchoModel() });
    await undisturbed(server, async () => {
      using _fault = breaking(server.store, "save", fault);
      const client = await enter(server);
      await talk(client);
      await client.close();
      while (server.chat.sessions.size > 1) await new Promise((resolve) => setTimeout(resolve, 5));
    });
  });

  Deno.test(`sessions that cannot be forgotten while the store ${how} are nobody's trouble`, async () => {
    const store = new MemoryStore();
    const before = faultCount();
    using _fault = breaking(store, "forgetSessions", fault);
    await using server = echoServer({ store });
    const client = await enter(server);
    await talk(client);
    await client.close();
    assertEquals(faultCount(), before + 1);
  });
}
