import { assert, assertEquals } from "@std/assert";
import { claimEpoch, firstSeq } from "./epoch.ts";
import { ChatServer } from "@/lib/server/sockets/chat_server_fixture.ts";
import { SqliteStore } from "@/lib/store/sqlite_store.ts";
import { until } from "@/tests/until.ts";
import { FIRST_EPOCH, MemoryStore } from "@/lib/store/store.ts";

/** Sets the process's clock until the end of the scope. */
function clockAt(now: number): Disposable {
  const own = Date.now;
  Date.now = () => now;
  return { [Symbol.dispose]: () => void (Date.now = own) };
}

async function start(file: string): Promise<ChatServer> {
  const store = new SqliteStore(file);
  return new ChatServer({}, { store, epoch: await claimEpoch(store) });
}

Deno.test("a frame after a restart is taken for none from before, when the clock was set back between", async () => {
  const file = await Deno.makeTempFile({ suffix: ".db" });
  const noon = Date.UTC(2026, 10, 25, 12);
  let session = "";
  let seen = 0;
  {
    using _clock = clockAt(noon);
    await using server = await start(file);
    const client = await server.v2();
    client.send({ type: "hello" });
    ({ session } = await client.next("welcome"));
    client.send({ type: "prompt", turn: "t1", text: "hi" });
    const answer = await server.model.answer(0);
    answer.say("hello");
    answer.end();
    seen = (await client.next("end")).seq;
    await client.close();
  }
  {
    using _clock = clockAt(noon - 60 * 60 * 1_000);
    await using server = await start(file);
    const client = await server.v2();
    client.send({ type: "hello", session, after: seen });
    const welcome = await client.next("welcome");
    assertEquals([welcome.session, welcome.resumed, welcome.history.map(({ turn }) => turn)], [session, false, ["t1"]]);
    client.send({ type: "prompt", turn: "t2", text: "still there?" });
    const { seq } = await client.next("queued");
    assert(welcome.seq > seen && seq > welcome.seq, `${seen} came before ${welcome.seq} and ${seq}`);
    assert(Number.isSafeInteger(seq));
    await client.close();
  }
  await Deno.remove(file);
});

Deno.test("a conversation that has left the memory comes back with higher numbers", async () => {
  await using server = new ChatServer({ sessionSeconds: 0 });
  const client = await server.v2();
  client.send({ type: "hello" });
  const { session } = await client.next("welcome");
  client.send({ type: "prompt", turn: "t", text: "hi" });
  (await server.model.answer(0)).end();
  const { seq } = await client.next("end");
  await client.close();
  await until("the session has left the memory", () => server.chat.sessions.size === 0);
  await server.chat.conversations.save();
  const later = await server.v2();
  later.send({ type: "hello", session, after: seq });
  const welcome = await later.next("welcome");
  assertEquals([welcome.session, welcome.history.length], [session, 1]);
  assert(welcome.seq > seq, `${seq} came before ${welcome.seq}`);
  await later.close();
});

Deno.test("what was seen in another session is not taken for the beginning of a new one", async () => {
  await using server = new ChatServer({}, { epoch: 7 });
  const client = await server.v2();
  client.send({ type: "hello", session: "of another server", after: firstSeq(7) });
  const welcome = await client.next("welcome");
  assertEquals([welcome.seq, welcome.resumed], [firstSeq(7), false]);
  await client.close();
});

Deno.test("claimEpoch() grows over every start on one file, and with two at once", async () => {
  const file = await Deno.makeTempFile({ suffix: ".db" });
  const [first, second] = [new SqliteStore(file), new SqliteStore(file)];
  const claimed = [await claimEpoch(first), await claimEpoch(second), await claimEpoch(first)];
  await first.close();
  await second.close();
  const third = new SqliteStore(file);
  claimed.push(await claimEpoch(third));
  await third.close();
  assertEquals(claimed, [0, 1, 2, 3].map((count) => FIRST_EPOCH + count));
  // Higher than any number that a client has kept from when they were made of the clock.
  assert(firstSeq(FIRST_EPOCH) > Date.UTC(2041, 0) * 1_000);
  await Deno.remove(file);
});

Deno.test("claimEpoch() gives a number that no count comes near when the store cannot count", async () => {
  const store = new MemoryStore();
  store.nextEpoch = () => Promise.reject(new Error("the disk is full"));
  const epochs = [await claimEpoch(store), await claimEpoch(store)];
  assert(epochs[0] !== epochs[1]);
  for (const epoch of epochs) {
    assert(epoch >= 2 ** 20 && Number.isSafeInteger(firstSeq(epoch) + 2 ** 32 - 1), String(epoch));
  }
});
