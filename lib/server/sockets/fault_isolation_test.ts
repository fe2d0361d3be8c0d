/** Faults in a turn, put into each part that it passes: whom it concerns is told, nobody else notices. */
import { trace } from "@opentelemetry/api";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { call, type ChatServer, type ChatServerOptions } from "./chat_server_fixture.ts";
import {
  breaking,
  breakingRead,
  broken,
  EchoModel,
  echoServer,
  ended,
  enter,
  faultCount,
  talk,
  textOf,
  undisturbed,
  UNSHOWABLE,
} from "./fault_fixture.ts";
import type { LanguageModel, Opened } from "@/lib/chat/turn.ts";
import { CodeTracker } from "@/lib/stages/code_tracker.ts";
import { Sentences } from "@/lib/stages/sentences.ts";
import type { LlmEvent } from "@/lib/providers/provider.ts";
import { OWNER } from "@/lib/principal.ts";
import type { PlainMessage } from "@/lib/protocol/plain.ts";
import type { SocketClient } from "@/tests/socket_client.ts";

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
  const before = faultCount();
  await using server = echoServer({ model: () => faultCount() === before ? broken() : "m" });
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
    const before = faultCount();
    {
      using _fault = breakStage(server);
      await talk(client, "I am < so glad. [see] `code <` and [this] too! The end");
      await talk(client);
    }
    assert(faultCount() > before, "the fault has come");
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
