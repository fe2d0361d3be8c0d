/** Speech that is thrown away before anybody was told of it. */
import { assert, assertEquals } from "@std/assert";
import type { VoiceError } from "./engine.ts";
import { SpeechService } from "./speech_service.ts";
import type { TurnSpeech } from "./turn_speech.ts";
import { OWNER } from "@/lib/principal.ts";
import type { SentenceSpeech } from "@/lib/protocol/speech.ts";
import { ToneEngine, type ToneOptions } from "@/tests/tone_engine.ts";
import { until } from "@/tests/until.ts";

class Scene implements Disposable {
  readonly engine: ToneEngine;
  readonly service: SpeechService;
  readonly delivered: SentenceSpeech[] = [];
  readonly failures: VoiceError[] = [];

  constructor(options: ToneOptions = {}, engine = "flite") {
    this.engine = new ToneEngine({ id: "flite", ...options });
    this.service = new SpeechService({
      settings: () => ({ engine, rate: 1, pitch: 1, speak: "all" }),
      engines: () => new Map([["flite", this.engine]]),
      path: "/speech/",
    });
  }

  open(): TurnSpeech {
    return this.service.open({
      conversation: "c",
      owner: OWNER.id,
      speaks: () => [],
      deliver: (speech) => void this.delivered.push(speech),
      onFailure: (error) => void this.failures.push(error),
    })!;
  }

  /** Has a sentence said, and gives the id of its sound. */
  async say(speech: TurnSpeech, say: string, index = 0): Promise<string> {
    const before = this.delivered.length;
    speech.say({ index, from: 0, to: say.length, say, language: "en" });
    await until(`the sound of "${say}"`, () => this.delivered.length > before, { every: 1 });
    return this.delivered.at(-1)!.url!.slice("/speech/".length);
  }

  isHeld(id: string): boolean {
    return this.service.sound(id, OWNER) !== undefined;
  }

  [Symbol.dispose](): void {
    this.service[Symbol.dispose]();
  }
}

Deno.test("discard() ends what is being made, and frees that and what was made", async () => {
  using scene = new Scene({ partMs: 5 });
  const speech = scene.open();
  const made = await scene.say(speech, "made");
  const begun = await scene.say(speech, "one two three four five six seven eight nine", 1);
  assertEquals([scene.isHeld(made), scene.isHeld(begun), scene.engine.running], [true, true, 1]);
  speech.discard();
  assertEquals([scene.isHeld(made), scene.isHeld(begun)], [false, false]);
  await until("it is not made any more", () => scene.engine.running === 0, { every: 1 });
  assertEquals([scene.isHeld(begun), scene.failures], [false, []]);
});

Deno.test("discard() leaves what is said elsewhere in the conversation, before or since", async () => {
  using scene = new Scene({ partMs: 5 });
  const before = scene.open();
  const one = await scene.say(before, "Sure.");
  const speech = scene.open();
  assertEquals(await scene.say(speech, "Sure."), one);
  const other = await scene.say(speech, "one two three four five six seven eight", 1);
  const since = scene.open();
  assertEquals(await scene.say(since, "one two three four five six seven eight"), other);
  // What says the same twice is still alone in saying it.
  const alone = await scene.say(speech, "Well.", 2);
  assertEquals(await scene.say(speech, "Well.", 3), alone);
  speech.discard();
  assertEquals([scene.isHeld(one), scene.isHeld(other), scene.isHeld(alone)], [true, true, false]);
  since.end();
  await since.finished;
  assertEquals(scene.failures, []);
});

Deno.test("nothing more is said after stop(), not even what begins anew", async () => {
  using scene = new Scene();
  const speech = scene.open();
  speech.stop();
  speech.restart();
  speech.say({ index: 0, from: 0, to: 3, say: "No.", language: "en" });
  await speech.finished;
  assertEquals([scene.engine.asked, scene.delivered], [[], []]);
});

Deno.test("that nobody speaks a language is told once, and again where that was thrown away", async () => {
  using scene = new Scene({}, "none");
  const untold = async (speech: TurnSpeech) => {
    const [delivered, failures] = [scene.delivered.length, scene.failures.length];
    speech.say({ index: 0, from: 0, to: 3, say: "Hm.", language: "en" });
    await until("it is looked for", () => scene.delivered.length > delivered, { every: 1 });
    return scene.failures.length - failures;
  };
  const guess = scene.open();
  assert(guess !== undefined);
  assertEquals(await untold(guess), 1);
  guess.discard();
  assertEquals([await untold(scene.open()), await untold(scene.open())], [1, 0]);
});
