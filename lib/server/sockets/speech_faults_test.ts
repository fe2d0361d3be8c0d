/** Voices that fail in every way there is, over real sockets: the text comes all the same. */
import { assert, assertEquals, assertLess } from "@std/assert";
import { ChatServer } from "./chat_server_fixture.ts";
import type { ServerFrame } from "@/lib/protocol/v2.ts";
import { SpeechService } from "@/lib/voice/speech_service.ts";
import type { SocketClient } from "@/tests/socket_client.ts";
import { ToneEngine, type ToneFate, type ToneOptions } from "@/tests/tone_engine.ts";
import { until } from "@/tests/until.ts";

type Frame<Type extends ServerFrame["type"]> = Extract<ServerFrame, { type: Type }>;

/** Every sentence names its fate in its last words. */
const FATES: readonly ToneFate[] = ["speaks", "refuses", "throws", "dies", "hangs", "hangs at once", "silence", "junk"];

class Scene implements AsyncDisposable {
  readonly engine: ToneEngine;
  readonly speech: SpeechService;
  readonly server: ChatServer;
  client!: SocketClient<ServerFrame>;

  constructor(options: ToneOptions, patienceMs: number) {
    this.engine = new ToneEngine({ id: "flite", ...options });
    this.speech = new SpeechService({
      settings: () => ({ engine: "flite", rate: 1, pitch: 1, speak: "all" }),
      engines: () => new Map([["flite", this.engine]]),
      path: "/speech/",
      patienceMs,
    });
    this.server = new ChatServer({}, { openSpeech: (request) => this.speech.open(request) });
  }

  async enter(): Promise<this> {
    this.client = await this.server.v2();
    this.client.send({ type: "hello" });
    await this.client.next("welcome");
    this.client.send({ type: "voice", on: true });
    this.client.send({ type: "prompt", turn: "t", text: "Hi" });
    return this;
  }

  all<Type extends ServerFrame["type"]>(type: Type): Frame<Type>[] {
    return this.client.received.filter((frame): frame is Frame<Type> => frame.type === type);
  }

  /** Plays each sound as soon as it is there, until all have come. */
  async play(count: number): Promise<Frame<"speech">[]> {
    for (let index = 0; index < count; index++) {
      await this.client.first((one) => one.type === "speech" && one.index === index, 0, `sound ${index}`);
      this.client.send({ type: "played", turn: "t", index });
    }
    return this.all("speech");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    this.speech[Symbol.dispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

function sentences(endings: readonly string[]): string[] {
  return endings.map((ending, index) => `This is the long sentence number ${index} and it ${ending}. `);
}

Deno.test("a voice that fails costs the sound of its own sentences, in their order, and is told of once", async () => {
  const fate = (text: string) => FATES.findLast((one) => text.endsWith(` ${one}.`)) ?? "speaks";
  await using scene = await new Scene({ fate }, 150).enter();
  const answer = await scene.server.model.answer(0);
  const said = sentences([...FATES, "speaks"]);
  for (const one of said) answer.say(one);
  answer.end();
  const all = await scene.client.next("end").then(() => scene.all("sentence"));
  assertEquals(all.map(({ say }) => say), said.map((one) => one.trim()));
  const speech = await scene.play(all.length);
  assertEquals(speech.map(({ index }) => index), all.map(({ index }) => index));
  // Of those that break off in the middle, what there is is heard.
  const heard = speech.flatMap(({ index, url }) => url === undefined ? [] : [FATES[index] ?? "speaks"]);
  assertEquals(heard, ["speaks", "dies", "hangs", "speaks"]);
  await until("it is told", () => scene.all("error").length > 0);
  assertEquals(scene.all("error").map(({ code }) => code), ["voice_failed"]);
});

Deno.test("sounds come in their order, whatever takes how long", async () => {
  await using scene = await new Scene({ delay: (text) => text.length * 37 % 50, partMs: 1 }, 5_000).enter();
  const answer = await scene.server.model.answer(0);
  const endings = Array.from({ length: 20 }, (_, index) => `goes on ${"on ".repeat(index * 7 % 5)}and on`);
  for (const one of sentences(endings)) answer.say(one);
  answer.end();
  await scene.client.next("end");
  const speech = await scene.play(20);
  assertEquals(speech.map(({ index }) => index), endings.map((_, index) => index));
  assert(speech.every(({ url }) => url !== undefined), "all can be heard");
});

Deno.test("text is not held up by a voice that hangs, and a stop ends both within 100 ms", async () => {
  await using scene = await new Scene({ delay: () => 60_000 }, 60_000).enter();
  const answer = await scene.server.model.answer(0);
  const said = sentences(["hangs", "hangs", "hangs"]);
  for (const one of said) answer.say(one);
  const text = () => scene.all("chunk").map(({ data }) => data).join("");
  await until("the text is there", () => text().trim() === said.join("").trim(), { every: 5 });
  await until("it is being said", () => scene.engine.running === 2, { every: 5 });
  assertEquals(scene.all("speech"), []);
  const began = performance.now();
  scene.client.send({ type: "stop", turn: "t", heard: 4 });
  await until("both have ended", () => scene.engine.running === 0 && answer.signal.aborted, { every: 1 });
  assertLess(performance.now() - began, 100);
  await scene.client.next("end");
  assertEquals(scene.all("heard").map(({ turn, heard }) => [turn, heard]), [["t", 4]]);
  assertEquals([scene.all("speech"), scene.all("error")], [[], []]);
});
