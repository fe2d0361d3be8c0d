/** Faults put into each part of the server that runs on its own: whom it concerns is told, nobody else notices. */
import { trace } from "@opentelemetry/api";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { call, ChatServer, type ChatServerOptions, outcome, STATUS } from "./chat_server_fixture.ts";
import { MemoryStore } from "@/lib/store/store.ts";
import type { LanguageModel, Opened } from "@/lib/chat/turn.ts";
import { CodeTracker } from "@/lib/stages/code_tracker.ts";
import { Sentences } from "@/lib/stages/sentences.ts";
import type { LlmEvent } from "@/lib/providers/provider.ts";
import { OWNER } from "@/lib/principal.ts";
import type { Method } from "@/lib/protocol/calls.ts";
import type { PlainMessage } from "@/lib/protocol/plain.ts";
import type { ServerFrame } from "@/lib/protocol/v2.ts";
import type { SocketClient } from "@/tests/socket_client.ts";

type V2 = SocketClient<ServerFrame>;

/** How often a fault has come: a test whose fault never came would prove nothing. */
let faults = 0;

function broken(): never {
  faults++;
  throw new Error("an injected fault");
}

function rejected(): Promise<never> {
  faults++;
  return Promise.reject(new Error("an injected fault"));
}

/** A store may fail at once, or in its own time. */
const STORE_FAULTS = [["throws", broken], ["rejects", rejected]] as const;

/** Is what anything can throw, and throws when it is shown. */
const UNSHOWABLE = { [Symbol.for("Deno.customInspect")]: broken };

/** Answers each prompt with itself, but for those that begin with "Fault": what they meet is up to the test. */
class EchoModel implements LanguageModel {
  constructor(readonly fault: LanguageModel["open"] = broken) {}

  open(...[request, options]: Parameters<LanguageModel["open"]>): Promise<Opened> {
    const prompt = request.messages.at(-1)!.content;
    return prompt.startsWith("Fault") ? this.fault(request, options) : this.#echo(prompt);
  }

  #echo(prompt: string): Promise<Opened> {
    return Promise.resolve({ provider: "demo", model: "echo", events: eventsOf(prompt.match(/.{1,3}/gs) ?? []) });
  }
}

async function* eventsOf(pieces: Iterable<string>): AsyncGenerator<LlmEvent> {
  for (const text of pieces) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    yield { type: "text", text };
  }
  yield { type: "done", reason: "stop" };
}

async function enter(server: ChatServer, session?: string, after?: number): Promise<V2> {
  const client = await server.v2();
  client.send({ type: "hello", ...(session !== undefined && { session }), ...(after !== undefined && { after }) });
  await client.next("welcome");
  return client;
}

function textOf(client: V2, turn: string): string {
  return client.received.map((frame) => frame.type === "chunk" && frame.turn === turn ? frame.data : "").join("");
}

async function ended(client: V2, turn: string): Promise<ServerFrame> {
  const isEnd = (frame: ServerFrame) => (frame.type === "end" || frame.type === "error") && frame.turn === turn;
  return await client.first(isEnd, 0, `end of ${turn}`);
}

let asked = 0;

/** Asks something and hears it answered whole. */
async function talk(client: V2, text = "All is well, is it not?"): Promise<void> {
  const turn = `talk-${asked++}`;
  client.send({ type: "prompt", turn, text });
  assertEquals((await ended(client, turn)).type, "end");
  assertEquals(textOf(client, turn), text);
}

/** Somebody else, who is being answered while the fault comes, and must hear every word. */
async function undisturbed(server: ChatServer, meanwhile: () => Promise<void>): Promise<void> {
  const other = await enter(server);
  const story = "One word follows the other, and none of them is lost. ".repeat(8);
  const told = talk(other, story);
  await other.next("chunk");
  await Promise.all([told, meanwhile()]);
  await talk(other);
  await other.close();
}

function echoServer(parts: ChatServerOptions = {}): ChatServer {
  return new ChatServer({}, { languageModel: new EchoModel(), ...parts });
}

const BAD_TURNS: [string, ChatServerOptions, string?][] = [
  ["the language model throws at once", { languageModel: new EchoModel(broken) }],
  ["the language model is rejected with no error", { languageModel: new EchoModel(() => Promise.reject(undefined)) }],
  ["the language model throws what cannot be shown", {
    languageModel: new EchoModel(() => Promise.reject(UNSHOWABLE)),
  }],
  ["the language model opens nothing", {
    languageModel: new EchoModel(() => Promise.resolve(undefined as unknown as Opened)),
  }],
  ["an answer throws what is no error", {
    languageModel: answering(async function* () {
      yield { type: "text", text: "So far" };
      await Promise.resolve();
      throw null;
    }),
  }, "So far"],
  ["an answer brings what is no event", {
    languageModel: answering(async function* () {
      yield { type: "text", text: "So far" };
      yield await Promise.resolve(null as unknown as LlmEvent);
    }),
  }, "So far"],
  ["closing an answer that failed throws", {
    languageModel: new EchoModel(() =>
      Promise.resolve({ provider: "demo", model: "m", close: broken, events: { [Symbol.asyncIterator]: broken } })
    ),
  }],
  ["no request can be made", {
    request: (turns) => {
      const { prompt } = turns.at(-1)!;
      return prompt.startsWith("Fault") ? broken() : { model: "m", messages: [{ role: "user", content: prompt }] };
    },
  }],
];

function answering(events: () => AsyncGenerator<LlmEvent>): LanguageModel {
  return new EchoModel(() => Promise.resolve({ provider: "demo", model: "m", events: events() }));
}

for (const [fault, parts, text = ""] of BAD_TURNS) {
  Deno.test(`a turn fails alone when ${fault}`, async () => {
    await using server = echoServer(parts);
    await undisturbed(server, async () => {
      const client = await enter(server);
      client.send({ type: "prompt", turn: "t1", text: "A slow one first. ".repeat(3) });
      for (const turn of ["t2", "t3"]) client.send({ type: "prompt", turn, text: `Fault ${turn}` });
      client.send({ type: "prompt", turn: "t4", text: "Behind them" });
      for (const turn of ["t2", "t3"]) {
        const told = await ended(client, turn);
        assert(told.type === "error" && told.code === "internal", JSON.stringify(told));
        assertEquals(textOf(client, turn), text);
      }
      assertEquals((await ended(client, "t4")).type, "end");
      assertEquals(textOf(client, "t4"), "Behind them");
      await talk(client);
      // The text so far is kept.
      const again = await enter(server, (await client.next("welcome")).session);
      const { history } = await again.next("welcome");
      assertEquals(history.slice(1, 3).map((turn) => [turn.state, turn.text]), [["failed", text], ["failed", text]]);
      await again.close();

      // The plain protocol has no request of the conversation's.
      if (parts.languageModel !== undefined) {
        const plain = await server.plain();
        plain.send("Fault");
        assertStringIncludes((await plain.next("error")).message, "Something went wrong on the server");
        plain.send("And now?");
        await plain.next("end");
        await plain.close();
      }
      await client.close();
    });
  });
}

Deno.test("a plain turn fails alone when its model cannot be had", async () => {
  const before = faults;
  await using server = echoServer({ model: () => faults === before ? broken() : "m" });
  await undisturbed(server, async () => {
    const plain = await server.plain();
    plain.send("First");
    plain.send("Second");
    assertStringIncludes((await plain.next("error")).message, "Something went wrong on the server");
    await plain.next("end");
    assertEquals(chunksOf(plain), "Second");
    await plain.close();
  });
});

function chunksOf(client: SocketClient<PlainMessage>): string {
  return client.received.map((message) => message.type === "chunk" ? message.data : "").join("");
}

/** Puts a method that throws into the place of one, until the disposer is called. */
function breaking<T extends object>(target: T, name: keyof T, fault: () => unknown = broken): Disposable {
  const own = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { configurable: true, get: () => fault });
  return restoring(target, name, own);
}

/** The same for a value that is read. */
function breakingRead<T extends object>(target: T, name: keyof T): Disposable {
  const own = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { configurable: true, get: broken });
  return restoring(target, name, own);
}

function restoring<T extends object>(target: T, name: keyof T, own: PropertyDescriptor | undefined): Disposable {
  return {
    [Symbol.dispose]() {
      if (own === undefined) delete target[name];
      else Object.defineProperty(target, name, own);
    },
  };
}

/** Each breaks one stage of a turn. */
const STAGES: Record<string, (server: ChatServer) => Disposable> = {
  "thoughts and marks, in the middle of a piece": () => breaking(CodeTracker.prototype, "feed"),
  "thoughts, in the middle of a piece": () => breakingRead(CodeTracker.prototype, "inside"),
  "the classifier's sentences": () => breaking(Sentences.prototype, "push"),
  "the classifier's last sentence": () => breaking(Sentences.prototype, "end"),
  "the metrics, when a turn begins": ({ chat }) => breaking(chat.metrics, "turnBegan"),
  "the metrics, when a turn ends": ({ chat }) => breaking(chat.metrics, "turnEnded"),
  "the registry, told of a change": ({ chat }) => breaking(chat.conversations, "changed"),
  "the spans": () => {
    const tracer = trace.getTracer("vtuber");
    return breaking(Object.getPrototypeOf(tracer), "startSpan");
  },
};

for (const [stage, breakStage] of Object.entries(STAGES)) {
  Deno.test(`no word is lost when a stage fails: ${stage}`, async () => {
    await using server = echoServer({ classifier: () => true });
    const client = await enter(server);
    const before = faults;
    {
      using _fault = breakStage(server);
      await talk(client, "I am < so glad. [see] `code <` and [this] too! The end");
      await talk(client);
    }
    assert(faults > before, "the fault has come");
    await undisturbed(server, () => talk(client));
    await client.close();
  });
}

Deno.test("a watcher that throws costs the others of its conversation nothing", async () => {
  await using server = echoServer();
  const client = await enter(server);
  await talk(client);
  const { conversation } = await server.chat.sessions.open(OWNER, (await client.next("welcome")).session);
  conversation.watchers.add({ wake: broken, restart: broken });
  const second = await enter(server, (await client.next("welcome")).session);
  await undisturbed(server, () => talk(client));
  await talk(second);
  // Everything is told anew to everybody.
  await call(client, "turn.regenerate", { turn: conversation.turns[0]!.turn, as: "anew" });
  await Promise.all([ended(client, "anew"), ended(second, "anew")]);
  await client.close();
  await second.close();
});

const SOCKET_FAULTS: [string, (socket: WebSocket) => Disposable][] = [
  ["sending throws", (socket) => breaking(socket, "send")],
  ["what waits in it cannot be read", (socket) => breakingRead(socket, "bufferedAmount")],
];

for (const [fault, breakSocket] of SOCKET_FAULTS) {
  Deno.test(`a socket fails alone when ${fault}`, async () => {
    const sockets: WebSocket[] = [];
    await using server = echoServer({ onSocket: (socket) => sockets.push(socket) });
    const client = await enter(server);
    await talk(client);
    const plain = await server.plain();
    const broken = sockets.map(breakSocket);
    await undisturbed(server, async () => {
      const { session } = await client.next("welcome");
      const { seq } = client.received.findLast((frame) => "seq" in frame) as { seq: number };
      client.send({ type: "prompt", turn: "t1", text: "Is anybody there?" });
      plain.send("Is anybody there?");
      assertEquals([(await client.closed()).code, (await plain.closed()).code], [1011, 1011]);
      const again = await enter(server, session, seq);
      if (fault === "sending throws") {
        assertEquals((await ended(again, "t1")).type, "end");
        assertEquals(textOf(again, "t1"), "Is anybody there?");
      }
      await talk(again);
      await again.close();
      const plainAgain = await server.plain();
      plainAgain.send("Again");
      await plainAgain.next("end");
      await plainAgain.close();
    });
    broken.forEach((one) => one[Symbol.dispose]());
  });
}

Deno.test("a ping, a call's answer and a refusal that cannot be sent cost one socket each", async () => {
  const sockets: WebSocket[] = [];
  await using server = echoServer({ onSocket: (socket) => sockets.push(socket) });
  await undisturbed(server, async () => {
    const causes: ((client: V2) => void)[] = [
      () => server.chat.connections.broadcast({ type: "ping" }),
      (client) => client.send({ type: "call", id: "c", method: "conversations.list", params: {} }),
      (client) => client.send("no frame at all"),
    ];
    for (const cause of causes) {
      const client = await enter(server);
      using _fault = breaking(sockets.at(-1)!, "send");
      cause(client);
      assertEquals((await client.closed()).code, 1011);
    }
  });
});

Deno.test("a connection that throws keeps no other from being told", async () => {
  await using server = echoServer();
  const client = await server.v2();
  const leave = server.chat.connections.add({ close: broken } as unknown as WebSocket, {
    principal: OWNER,
    busy: () => false,
    send: broken,
  });
  const second = await server.v2();
  server.chat.connections.broadcast({ type: "ping" });
  await Promise.all([client.next("ping"), second.next("ping")]);
  // Nor from being closed at the end, and everything from being stored.
  const talking = await enter(server);
  await talk(talking, "To be stored");
  let stored = 0;
  const save = server.store.save.bind(server.store);
  server.store.save = (changed) => {
    stored += changed.size;
    return save(changed);
  };
  await server.chat.close();
  assertEquals([(await client.closed()).code, (await second.closed()).code, stored], [1001, 1001, 1]);
  leave();
});

/** What a page asks for, each with what is broken then. */
type CallFault = [string, (server: ChatServer) => Disposable, Method, (known: Known) => unknown];

const CALL_FAULTS: CallFault[] = [
  ...STORE_FAULTS.flatMap(([how, fault]): CallFault[] => [
    [`the store ${how} in list()`, ({ store }) => breaking(store, "list", fault), "conversations.list", () => ({})],
    [
      `the store ${how} in read()`,
      ({ store }) => breaking(store, "read", fault),
      "conversations.export",
      ({ conversation }) => ({ conversation, format: "json" }),
    ],
    [
      `the store ${how} in rename()`,
      ({ store }) => breaking(store, "rename", fault),
      "conversations.rename",
      ({ conversation }) => ({ conversation, title: "Other" }),
    ],
    [
      `the store ${how} in delete()`,
      ({ store }) => breaking(store, "delete", fault),
      "conversations.delete",
      ({ conversation }) => ({ conversation }),
    ],
  ]),
  ["who is asked throws", ({ chat }) => breaking(chat.calls, "answer"), "conversations.list", () => ({})],
  [
    "the result is none that can be sent",
    ({ chat }) => {
      const own = chat.calls.answer.bind(chat.calls);
      chat.calls.answer = () => Promise.resolve(1n);
      return { [Symbol.dispose]: () => chat.calls.answer = own };
    },
    "conversations.list",
    () => ({}),
  ],
  [
    "what is asked is rejected with no error",
    ({ chat }) => {
      const own = chat.calls.answer.bind(chat.calls);
      chat.calls.answer = () => Promise.reject(UNSHOWABLE);
      return { [Symbol.dispose]: () => chat.calls.answer = own };
    },
    "conversations.list",
    () => ({}),
  ],
];

interface Known {
  conversation: string;
  turn: string;
}

for (const [fault, breakIt, method, params] of CALL_FAULTS) {
  Deno.test(`a call fails alone when ${fault}`, async () => {
    await using server = echoServer();
    const client = await enter(server);
    await talk(client, "To be kept");
    const [{ id } = { id: "" }] = await call(client, "conversations.list", {});
    const { conversation } = await server.chat.sessions.open(
      OWNER,
      (await client.next("welcome")).session,
    );
    const before = JSON.stringify((await server.chat.conversations.read(id, OWNER)).turns);
    await undisturbed(server, async () => {
      {
        using _fault = breakIt(server);
        const told = await outcome(client, method, params({ conversation: id, turn: conversation.turns[0]!.turn }));
        assert(told.type === "refused" && told.code === "internal", JSON.stringify(told));
      }
      // Nothing of it has happened.
      assertEquals(JSON.stringify((await server.chat.conversations.read(id, OWNER)).turns), before);
      assertEquals(JSON.stringify(conversation.turns), before);
      await server.chat.conversations.open(id, OWNER, (open) => {
        assert(open === conversation, "the conversation is alive as it was");
      });
      await talk(client);
      assertEquals((await call(client, "conversations.list", {})).find((one) => one.id === id)?.turns, 2);
    });
    await client.close();
  });
}

Deno.test("a call fails alone when the context cannot be had", async () => {
  await using server = echoServer({ context: broken });
  const client = await enter(server);
  await undisturbed(server, async () => {
    const told = await outcome(client, "context.use", {});
    assert(told.type === "refused" && told.code === "internal", JSON.stringify(told));
    await talk(client);
  });
  await client.close();
});

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

for (const part of ["status", "character"] as const) {
  Deno.test(`a socket that cannot be welcomed may come back: ${part}() throws`, async () => {
    let fault = false;
    const parts: ChatServerOptions = part === "status"
      ? { status: () => fault ? broken() : STATUS }
      : { character: () => fault ? broken() : { name: "Ada" } };
    await using server = echoServer(parts);
    const moving = await enter(server);
    await talk(moving);
    const restarted = await enter(server);
    await talk(restarted);
    await undisturbed(server, async () => {
      fault = true;
      const greeting = await server.v2();
      greeting.send({ type: "hello" });
      assertEquals((await greeting.next("error")).code, "internal");
      assertEquals((await greeting.closed()).code, 1011);
      // Those that are shown another conversation, or their own anew, are in it when they come back.
      moving.send({ type: "reset" });
      const { turn } = await restarted.next("queued");
      restarted.send({ type: "call", id: "c", method: "turn.regenerate", params: { turn, as: "anew" } });
      assertEquals([(await moving.closed()).code, (await restarted.closed()).code], [1011, 1011]);
      fault = false;
      const again = await enter(server, (await moving.next("welcome")).session);
      assertEquals((await again.next("welcome")).history, []);
      await talk(again);
      await again.close();
      const anew = await enter(server, (await restarted.next("welcome")).session);
      assertEquals((await anew.next("welcome")).history.map((record) => record.turn), ["anew"]);
      await anew.close();
    });
  });
}

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
      const before = faults;
      {
        using _store = breaking(server.store, "save", fault);
        using _hub = breaking(server.chat.connections, "broadcast");
        await talk(client, "To be kept");
        while (faults < before + 2) await new Promise((resolve) => setTimeout(resolve, 5));
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
    const before = faults;
    using _fault = breaking(store, "forgetSessions", fault);
    await using server = echoServer({ store });
    const client = await enter(server);
    await talk(client);
    await client.close();
    assertEquals(faults, before + 1);
  });
}
