import { assertEquals, assertRejects } from "@std/assert";
import { speechCalls } from "./speech.ts";
import { conversationWith } from "@/lib/chat/conversation_fixture.ts";
import { Session } from "@/lib/chat/session.ts";
import { OWNER } from "@/lib/principal.ts";
import type { Method, Params, Result } from "@/lib/protocol/calls.ts";
import { RequestError } from "@/lib/protocol/request_error.ts";
import type { SentenceSpeech, SpokenSentence } from "@/lib/protocol/speech.ts";
import type { StoredTurn } from "@/lib/store/store.ts";
import { SpeechService } from "@/lib/voice/speech_service.ts";
import type { VoiceChoice } from "@/lib/voice/turn_speech.ts";
import { ToneEngine, type ToneOptions } from "@/tests/tone_engine.ts";

type Part = SpokenSentence & SentenceSpeech;
type SpeechMethod = "speech.turn" | "speech.greeting" | "speech.say";

const CHOSEN: VoiceChoice = { engine: "flite", rate: 1, pitch: 1, speak: "all" };
const GREETING = "Hi, I am here! And so are you.";

/** The calls of a page that is in a conversation, whose every voice is of tones. */
class Harness implements Disposable {
  readonly engine: ToneEngine;
  readonly parts: Part[] = [];
  readonly #speech: SpeechService;
  readonly #session: Session;

  constructor(turns: Partial<StoredTurn>[] = [], chosen: Partial<VoiceChoice> = {}, tones: ToneOptions = {}) {
    this.engine = new ToneEngine({ id: "flite", ...tones });
    this.#speech = new SpeechService({
      settings: () => ({ ...CHOSEN, ...chosen }),
      engines: () => new Map([["flite", this.engine], ["blips", this.engine]]),
      path: "/speech/",
      patienceMs: 200,
    });
    const conversation = conversationWith({
      turns: turns.map((turn) => ({ turn: "t", prompt: "?", text: "", thinking: "", state: "done", ...turn })),
    });
    this.#session = new Session("s", OWNER, conversation);
  }

  async call<M extends SpeechMethod>(method: M, params: Params<M>): Promise<Result<M>> {
    const calls = speechCalls({
      open: (request) => this.#speech.open(request),
      engines: () => new Map([["flite", this.engine]]),
      character: () => ({ name: "Sora", greeting: GREETING, otherGreetings: ["Another one."] }),
    });
    const handler = calls[method] as NonNullable<typeof calls[Method]>;
    const { signal } = new AbortController();
    const part = (value: Part) => void this.parts.push(value);
    return await handler(params, { session: this.#session, isLocal: true, signal, progress() {}, part }) as Result<M>;
  }

  get said(): string[] {
    return this.parts.map(({ say }) => say);
  }

  [Symbol.dispose](): void {
    this.#speech[Symbol.dispose]();
  }
}

Deno.test("of a long answer no more is made than was asked for, from any sentence on, to its end", async () => {
  const sentences = Array.from({ length: 30 }, (_, index) => `This is number ${index}.`);
  using harness = new Harness([{ text: sentences.join(" ") }]);
  assertEquals(await harness.call("speech.turn", { turn: "t", from: 0 }), { next: 4 });
  assertEquals([harness.said, harness.engine.asked.length], [sentences.slice(0, 4), 4]);
  for (let from = 4; from < 30; from += 4) await harness.call("speech.turn", { turn: "t", from });
  assertEquals(harness.said, sentences);
  assertEquals(await harness.call("speech.turn", { turn: "t", from: 26 }), {}, "nothing follows the last ones");
  await assertRejects(() => harness.call("speech.turn", { turn: "x", from: 0 }), RequestError, "no turn x");
});

Deno.test("the greeting is said that the page shows: the chosen one, or that which the conversation began with", async () => {
  using before = new Harness();
  await before.call("speech.greeting", { greeting: 0, from: 0 });
  await before.call("speech.greeting", { greeting: 1, from: 0 });
  assertEquals(before.said, ["Hi, I am here!", "And so are you.", "Another one."]);
  await assertRejects(() => before.call("speech.greeting", { greeting: 2, from: 0 }), RequestError, "no greeting 2");
  using begun = new Harness([{ greeting: "An old one." }]);
  await begun.call("speech.greeting", { greeting: 1, from: 0 });
  assertEquals(begun.said, ["An old one."]);
});

Deno.test("a voice is tried as the page has it, whatever is configured, and why it cannot be heard is said", async () => {
  using harness = new Harness([], { engine: "off", voice: "slt", speak: "dialogue" });
  await harness.call("speech.say", { text: "Hello there.", engine: "flite", rate: 1.5, from: 0 });
  assertEquals(harness.engine.asked, [{ text: "Hello there.", language: "en", rate: 1.5, pitch: 1 }]);
  await harness.call("speech.say", { text: "Hello.", engine: "blips", voice: "low", pitch: 0.5, from: 0 });
  assertEquals(harness.engine.asked[1], { text: "Hello.", language: "en", voice: "low", rate: 1, pitch: 0.5 });
  await harness.call("speech.say", { text: "Hi.", engine: "browser", voice: "Anna", rate: 2, from: 0 });
  const { engine, voice, rate, pitch } = harness.parts.at(-1)!;
  assertEquals([engine, voice, rate, pitch], ["browser", "Anna", 2, 1]);
  await harness.call("speech.say", { text: "Hallo, das ist gut.", engine: "auto", speaks: ["de-DE"], from: 0 });
  assertEquals(harness.parts.at(-1)!.engine, "browser");
  for (const wrong of [{ rate: 9 }, { engine: "none" }, { text: "" }, { from: -1 }]) {
    const params = { text: "Hi.", engine: "flite", from: 0, ...wrong };
    await assertRejects(() => harness.call("speech.say", params), RequestError, "Cannot take speech.say");
  }
  using failing = new Harness([], {}, { fate: () => "refuses" });
  const failed = await assertRejects(() => failing.call("speech.say", { text: "Hi.", engine: "flite", from: 0 }));
  assertEquals((failed as RequestError).error, { code: "voice_failed", message: "Tones are out of order" });
});

Deno.test("what shows no language of its own is in that of what it answers", async () => {
  const languages = async (prompt: string, text: string) => {
    using harness = new Harness([{ prompt, text }]);
    await harness.call("speech.turn", { turn: "t", from: 0 });
    return harness.parts.map(({ language }) => language).join(" ");
  };
  assertEquals(await languages("ありがとう", "了解。"), "ja");
  assertEquals(await languages("谢谢", "了解。"), "zh");
  assertEquals(await languages("Wie geht es dir, und was ist das?", "OK. 3."), "de");
  assertEquals(await languages("?", "OK. 3."), "en");
});
