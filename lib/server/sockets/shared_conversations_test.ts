import { assert, assertEquals } from "@std/assert";
import { call, ChatServer, type ChatServerOptions } from "./chat_server_fixture.ts";
import { type MemoryBus, MemoryHub } from "@/lib/bus/memory_bus.ts";
import type { OpenConversation } from "@/lib/chat/open_conversation.ts";
import type { Config } from "@/lib/config/schema.ts";
import { OWNER } from "@/lib/principal.ts";
import { MemoryStore } from "@/lib/store/store.ts";
import type { ServerFrame } from "@/lib/protocol/v2.ts";
import type { SocketClient } from "@/tests/socket_client.ts";
import { until } from "@/tests/until.ts";

type Client = SocketClient<ServerFrame>;

/** Servers as processes of one deployment: one store, one bus. */
class Deployment implements AsyncDisposable {
  readonly hub = new MemoryHub();
  readonly store = new MemoryStore();
  readonly servers: { server: ChatServer; bus: MemoryBus }[] = [];

  async start(limits: Partial<Config["limits"]> = {}, options: ChatServerOptions = {}) {
    const bus = this.hub.connect();
    const epoch = await this.store.nextEpoch();
    const server = new ChatServer(limits, { store: this.store, epoch, bus, ...options });
    this.servers.push({ server, bus });
    return { server, bus };
  }

  /** Resolves once the other processes can find where a session is. */
  async knows(session: string): Promise<void> {
    await until("the session is stored", async () => await this.store.conversationOf(session) !== undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The store is closed with the first one.
    this.store.close = () => Promise.resolve();
    for (const { server, bus } of this.servers) {
      bus.connected = true;
      await server[Symbol.asyncDispose]();
      await bus[Symbol.asyncDispose]();
    }
  }
}

/** Enters a session, which is known by name in the store. */
async function enter(server: ChatServer, session?: string, after?: number) {
  const client = await server.v2();
  client.send({ type: "hello", ...(session !== undefined && { session }), ...(after !== undefined && { after }) });
  const welcome = await client.next("welcome");
  return { client, welcome };
}

/**
 * Two processes, at the first of which a page waits for the answer to its first prompt.
 *
 * @param second what the second process is made with
 */
async function asked(second: ChatServerOptions = {}) {
  const deployment = new Deployment();
  const a = await deployment.start();
  const b = await deployment.start({}, second);
  const one = await enter(a.server);
  one.client.send({ type: "prompt", turn: "t1", text: "hi" });
  const answer = await a.server.model.answer(0);
  const { session } = one.welcome;
  return { deployment, a, b, one, session, answer, [Symbol.asyncDispose]: () => deployment[Symbol.asyncDispose]() };
}

/** The text that a client has been sent of a turn, by its frames. */
function textOf(client: Client, turn: string): string {
  return client.received.map((frame) => frame.type === "chunk" && frame.turn === turn ? frame.data : "").join("");
}

function seqs(client: Client): number[] {
  return client.received.flatMap((frame) => "seq" in frame && frame.seq !== undefined ? [frame.seq] : []);
}

Deno.test("a prompt that is sent to one process is answered by the one that has the conversation, for both", async () => {
  await using scene = await asked();
  const { deployment, a, b, one, session, answer: first } = scene;
  first.say("one");
  first.end();
  await one.client.next("end");
  await deployment.knows(session);

  const two = await enter(b.server, session);
  assertEquals(two.welcome.history.map(({ prompt, text, state }) => [prompt, text, state]), [["hi", "one", "done"]]);
  two.client.send({ type: "prompt", turn: "t2", text: "and now" });
  const second = await a.server.model.answer(1);
  for (const text of ["a", "b", "c"]) {
    second.say(text);
    await until("both have it", () => [one, two].every(({ client }) => textOf(client, "t2").endsWith(text)));
  }
  two.client.send({ type: "stop", turn: "t2" });
  for (const { client } of [one, two]) {
    const end = await client.first((frame) => frame.type === "end" && frame.turn === "t2", 0, "the end");
    assertEquals([(end as { reason: string }).reason, textOf(client, "t2")], ["cancelled", "abc"]);
    assertEquals(seqs(client), [...new Set(seqs(client))].toSorted((x, y) => x - y), "once and in order");
  }
  assertEquals(b.server.model.answers.length, 0);

  two.client.send({ type: "prompt", turn: "t2", text: "and now" });
  await call(two.client, "turn.regenerate", { turn: "t1", as: "t3" });
  const third = await a.server.model.answer(2);
  third.say("again");
  third.end();
  for (const { client } of [one, two]) {
    const welcome = await client.first((frame) => frame.type === "welcome" && frame.history.length < 2, 1, "a welcome");
    assert(welcome.type === "welcome");
    await client.first((frame) => frame.type === "end" && frame.turn === "t3", 0, "the end of t3");
  }
});

Deno.test("a client that comes to another process with the last number it saw gets what is missing, and only that", async () => {
  await using scene = await asked();
  const { deployment, b, one, session, answer } = scene;
  answer.say("seen ");
  const chunk = await one.client.next("chunk");
  await deployment.knows(session);
  one.client.close();
  answer.say("missed ");
  const two = await enter(b.server, session, chunk.seq);
  assertEquals([two.welcome.resumed, two.welcome.history], [true, []]);
  await until("what was missed", () => textOf(two.client, "t1") === "missed ");
  answer.say("new");
  await until("what is new", () => textOf(two.client, "t1") === "missed new");
  answer.end();
  await two.client.next("end");
});

Deno.test("whoever comes from another process does not wait for what this one has to store", async () => {
  await using deployment = new Deployment();
  const a = await deployment.start();
  const b = await deployment.start();
  const one = await enter(a.server);
  one.client.send({ type: "prompt", turn: "t1", text: "hi" });
  (await a.server.model.answer(0)).end();
  await one.client.next("end");
  const { session } = one.welcome;
  await until("the session is stored", async () => await deployment.store.conversationOf(session) !== undefined);
  const save = deployment.store.save.bind(deployment.store);
  const stored = Promise.withResolvers<void>();
  using _ = { [Symbol.dispose]: () => stored.resolve() };
  let saving = 0;
  deployment.store.save = async (turns) => {
    saving++;
    await stored.promise;
    return await save(turns);
  };
  const other = await enter(b.server);
  other.client.send({ type: "prompt", turn: "t2", text: "to be stored" });
  await until("it is being stored", () => saving > 0);
  const two = await enter(b.server, session);
  assertEquals(two.welcome.history.map(({ prompt }) => prompt), ["hi"]);
});

Deno.test("nothing is stored that the other processes could not be told of", async () => {
  await using scene = await asked();
  const { deployment, a, one, session, answer } = scene;
  answer.say("kept");
  await one.client.next("chunk");
  await deployment.knows(session);
  const id = (await deployment.store.conversationOf(session))!;
  const stored = async () => {
    await a.server.chat.conversations.save();
    return (await deployment.store.read(id))?.turns.map(({ text, state }) => [text, state]);
  };
  assertEquals(await stored(), [["kept", "streaming"]]);
  const append = a.bus.append.bind(a.bus);
  const gate = Promise.withResolvers<void>();
  using _ = { [Symbol.dispose]: () => gate.resolve() };
  a.bus.append = (...appending) => void gate.promise.then(() => append(...appending));
  answer.say(", and not yet");
  answer.end();
  let live: OpenConversation | undefined;
  await a.server.chat.conversations.open(id, OWNER, (conversation) => live = conversation);
  await until("it has come to its end", () => live?.turns[0]?.state === "done");
  assertEquals(await stored(), [["kept", "streaming"]]);
  gate.resolve();
  await one.client.next("end");
  assertEquals(await stored(), [["kept, and not yet", "done"]]);
});

Deno.test("where a process dies another takes over: what was told is kept, what waited is answered, once", async () => {
  await using scene = await asked();
  const { deployment, a, b, one, session, answer } = scene;
  answer.say("kept");
  await one.client.next("chunk");
  await deployment.knows(session);
  const two = await enter(b.server, session);
  two.client.send({ type: "prompt", turn: "t2", text: "next" });
  await two.client.first((frame) => frame.type === "queued" && frame.turn === "t2", 0, "t2 waits");
  a.bus.connected = false;
  answer.say(" too late");
  const late: Client = await a.server.v2();
  late.send({ type: "hello", session });

  const error = await two.client.first((frame) => frame.type === "error", 0, "the interruption");
  assert(error.type === "error");
  assertEquals([error.turn, error.code], ["t1", "interrupted"]);
  const next = await b.server.model.answer(0);
  next.say("an answer");
  next.end();
  await two.client.first((frame) => frame.type === "end" && frame.turn === "t2", 0, "the end");
  assertEquals(textOf(two.client, "t2"), "an answer");
  assertEquals(seqs(two.client), [...new Set(seqs(two.client))].toSorted((x, y) => x - y));
  await b.server.chat.conversations.save();
  const stored = await deployment.store.read((await deployment.store.conversationOf(session))!);
  assertEquals(stored?.turns.map(({ turn, text, state }) => [turn, text, state]), [
    ["t1", "kept", "failed"],
    ["t2", "an answer", "done"],
  ]);

  // What comes back finds that another one has it: what it could tell nobody was sent to nobody, and is not stored.
  const told = late.received.map((frame) => frame.type === "error" ? frame.code : frame.type);
  assertEquals([textOf(one.client, "t1"), told], ["kept", ["bus_lost"]]);
  a.bus.connected = true;
  await until("the first page is told", () => one.client.received.filter(({ type }) => type === "welcome").length > 1);
  const again = one.client.received.findLast(({ type }) => type === "welcome");
  assert(again?.type === "welcome");
  const truth = [["kept", "failed"], ["an answer", "done"]];
  assertEquals(again.history.map(({ text, state }) => [text, state]), truth);
  assertEquals((await late.next("welcome")).history.map(({ text, state }) => [text, state]), truth);
});

Deno.test("two pages of a browser go into another conversation together, each at its own process", async () => {
  await using scene = await asked();
  const { b, one, session, answer: first } = scene;
  first.end();
  await one.client.next("end");
  const two = await enter(b.server, session);
  one.client.send({ type: "reset" });
  const empty = (frame: ServerFrame) => frame.type === "welcome" && frame.history.length === 0;
  await two.client.first(empty, 0, "the new conversation");
  await one.client.first(empty, 1, "the new conversation");
  two.client.send({ type: "prompt", turn: "t2", text: "and here" });
  const answer = await b.server.model.answer(0);
  answer.say("both see it");
  answer.end();
  for (const { client } of [one, two]) {
    await client.first((frame) => frame.type === "end" && frame.turn === "t2", 0, "the end");
    assertEquals(textOf(client, "t2"), "both see it");
  }
});

Deno.test("a conversation that is deleted through one process is left in all, and stays deleted", async () => {
  await using scene = await asked();
  const { deployment, a, b, one, session, answer } = scene;
  answer.say("to be deleted");
  await one.client.next("chunk");
  const two = await enter(b.server, session);
  await until("it is stored", async () => (await call(two.client, "conversations.list", {})).length === 1);
  const [listed] = await call(two.client, "conversations.list", {});
  await call(two.client, "conversations.delete", { conversation: listed!.id });
  for (const { client } of [one, two]) {
    await client.first((frame) => frame.type === "welcome" && frame.history.length === 0, 1, "a new conversation");
  }
  await a.server.chat.conversations.save();
  assertEquals(await deployment.store.read(listed!.id), undefined);
  assertEquals(await call(one.client, "conversations.list", {}), []);
});

Deno.test("limits count over all processes, and what a dead one had taken comes back", async () => {
  await using deployment = new Deployment();
  const a = await deployment.start({ sockets: 1 });
  const b = await deployment.start({ sockets: 1 });
  await enter(a.server);
  const refused = async () => {
    const client: Client = await b.server.v2();
    client.send({ type: "hello" });
    const first = await client.first(() => true, 0, "an answer");
    await client.close();
    return first.type === "error" ? first.code : first.type;
  };
  await until("b knows of it", async () => await refused() === "too_many");
  a.bus.connected = false;
  await until("a is dead", async () => await refused() === "welcome");
});

Deno.test("who takes a conversation over says its answers to the pages that listen at other processes", async () => {
  const said: string[] = [];
  await using scene = await asked({ openSpeech: ({ prompt }) => void said.push(prompt ?? "") });
  const { deployment, a, b, one, session, answer: first } = scene;
  const c = await deployment.start();
  first.end();
  await one.client.next("end");
  await deployment.knows(session);
  const two = await enter(b.server, session);
  const three = await enter(c.server, session);
  three.client.send({ type: "voice", on: true });
  a.bus.connected = false;
  two.client.send({ type: "prompt", turn: "t2", text: "second" });
  const answer = await b.server.model.answer(0);
  answer.say("one");
  await three.client.first((frame) => frame.type === "chunk" && frame.turn === "t2", 0, "its answer");
  answer.end();
  two.client.send({ type: "prompt", turn: "t3", text: "third" });
  await b.server.model.answer(1);
  assertEquals(said.at(-1), "third");
});
