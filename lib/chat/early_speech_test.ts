/** The voice of an answer that is begun before it is asked for: made ahead, heard or freed. */
import { assert, assertEquals } from "@std/assert";
import type { EarlyAnswer } from "./early_answers.ts";
import type { FakeAnswer } from "./fake_model.ts";
import type { Session } from "./session.ts";
import { OWNER } from "@/lib/principal.ts";
import type { SentenceSpeech } from "@/lib/protocol/speech.ts";
import type { ServerFrame } from "@/lib/protocol/v2.ts";
import { ChatServer } from "@/lib/server/sockets/chat_server_fixture.ts";
import { SpeechService } from "@/lib/voice/speech_service.ts";
import type { SocketClient } from "@/tests/socket_client.ts";
import { ToneEngine, type ToneOptions } from "@/tests/tone_engine.ts";
import { until } from "@/tests/until.ts";

/** A page that listens, and what the voice makes for it. */
class Scene implements AsyncDisposable {
  readonly engine: ToneEngine;
  readonly service: SpeechService;
  readonly server: ChatServer;
  /** Every sound that was made, told or not. */
  readonly made: SentenceSpeech[] = [];
  client!: SocketClient<ServerFrame>;
  session!: Session;

  constructor(options: ToneOptions = {}) {
    this.engine = new ToneEngine({ id: "flite", ...options });
    this.service = new SpeechService({
      settings: () => ({ engine: "flite", rate: 1, pitch: 1, speak: "all" }),
      engines: () => new Map([["flite", this.engine]]),
      path: "/speech/",
    });
    this.server = new ChatServer({}, {
      openSpeech: (request) =>
        this.service.open({
          ...request,
          deliver: (speech) => {
            this.made.push(speech);
            request.deliver(speech);
          },
        }),
    });
  }

  async enter(): Promise<this> {
    this.client = await this.server.v2();
    this.client.send({ type: "hello" });
    const { session } = await this.client.next("welcome");
    this.client.send({ type: "voice", on: true });
    this.session = await this.server.chat.sessions.open(OWNER, session);
    // Frames are taken in their order.
    this.client.send({ type: "prompt", turn: "listens", text: "Hi" });
    (await this.server.model.answer(0)).end();
    await this.client.next("end");
    await this.session.conversation.settled();
    return this;
  }

  async prepare(): Promise<{ early: EarlyAnswer; answer: FakeAnswer }> {
    const early = await this.server.chat.sessions.prepare(this.session, "t", "how are you");
    assert(early !== undefined, "it is begun");
    return { early, answer: await this.server.model.answer(1) };
  }

  /** Types of the frames of a turn that the page was sent. */
  told(turn: string): string[] {
    return this.client.received.filter((frame) => "turn" in frame && frame.turn === turn).map(({ type }) => type);
  }

  isHeld({ url }: SentenceSpeech): boolean {
    return this.service.sound(url!.slice("/speech/".length), OWNER) !== undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    this.service[Symbol.dispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

Deno.test("what is made of an early answer's sentences is heard at once when it is asked for", async () => {
  await using scene = await new Scene().enter();
  const { answer } = await scene.prepare();
  answer.say("I am well, thank you. And you?");
  await until("the first ones are made", () => scene.made.length === 2, { every: 1 });
  assertEquals(scene.told("t"), []);
  await scene.server.chat.sessions.prompt(scene.session, "t", "How are you?");
  // In the same moment, not when somebody has made them.
  assertEquals(
    scene.session.conversation.log.readJoined(0)!.filter(({ turn }) => turn === "t").map(({ type }) => type),
    [
      "queued",
      "start",
      "chunk",
      "sentence",
      "sentence",
      "speech",
      "speech",
    ],
  );
  answer.end();
  const third = await scene.client.first((one) => one.type === "speech" && one.index === 2, 0, "the third sound");
  assert(third.type === "speech" && third.url !== undefined);
  assertEquals(scene.engine.asked.map(({ text }) => text), ["I am well,", "thank you.", "And you?"]);
  assert(scene.made.every((sound) => scene.isHeld(sound)), "all can be fetched");
  await until("it is told", () => scene.told("t").includes("end"));
  assertEquals(scene.told("t").filter((type) => type === "speech").length, 3);
});

Deno.test("the sounds of an early answer that is dropped are freed, and what is being made ends", async () => {
  await using scene = await new Scene({ partMs: 60_000 }).enter();
  const { early, answer } = await scene.prepare();
  answer.say("Yes, that is so. One two three four five six seven eight nine ten and so on and on and on and on.");
  answer.end();
  await until("both have begun", () => scene.made.length === 2, { every: 1 });
  assertEquals([scene.made.map((sound) => scene.isHeld(sound)), scene.engine.running], [[true, true], 2]);
  early.drop();
  assertEquals(scene.made.map((sound) => scene.isHeld(sound)), [false, false]);
  await until("both end", () => scene.engine.running === 0, { every: 1 });
  assertEquals([scene.told("t"), scene.session.conversation.busy], [[], false]);
});

Deno.test("an early answer does not silence what is being said, until it is asked for", async () => {
  await using scene = await new Scene({ partMs: 60_000 }).enter();
  const { sessions } = scene.server.chat;
  await sessions.prompt(scene.session, "said", "go on");
  const first = await scene.server.model.answer(1);
  first.say("One two three four five six seven eight nine ten and so on and on and on.");
  first.end();
  await until("it is written, and being said", () => scene.told("said").includes("end") && scene.engine.running === 1);
  const early = await sessions.prepare(scene.session, "t", "how are you");
  assert(early !== undefined, "it is begun");
  const answer = await scene.server.model.answer(2);
  answer.say("Well.");
  answer.end();
  await until("its own is made", () => scene.made.length === 2, { every: 1 });
  assertEquals(scene.engine.running, 1);
  await sessions.prompt(scene.session, "t", "how are you");
  await until("it is silent", () => scene.engine.running === 0, { every: 1 });
  await until("it is told", () => scene.told("t").includes("speech"));
});
