import { assertEquals, assertRejects } from "@std/assert";
import { HearingError, type Recognition, type RecognitionEngine, type RecognitionRequest } from "./engine.ts";
import { Utterance } from "./utterance.ts";
import { MICROPHONE_RATE } from "@/lib/protocol/hearing.ts";

/** Something that understands what the test says it does. */
class Understander {
  readonly pieces: {
    onPartial: RecognitionRequest["onPartial"];
    samples: number;
    answer: PromiseWithResolvers<string>;
    disposed: boolean;
  }[] = [];
  changes = 0;
  readonly engine = { open: (request: RecognitionRequest) => this.#open(request) } as RecognitionEngine;
  readonly utterance = new Utterance({ engine: this.engine, onChange: () => this.changes++ });

  #open({ onPartial }: RecognitionRequest): Recognition {
    const piece = { onPartial, samples: 0, answer: Promise.withResolvers<string>(), disposed: false };
    this.pieces.push(piece);
    return {
      push: ({ length }) => void (piece.samples += length),
      finish: () => piece.answer.promise,
      [Symbol.dispose]: () => void (piece.disposed = true),
    };
  }
}

Deno.test("Utterance joins pieces in the order of their saying, whichever is understood first", async () => {
  const one = new Understander();
  const { utterance, pieces } = one;
  for (const samples of [100, 200]) {
    utterance.begin();
    utterance.push(new Int16Array(samples));
    utterance.pause();
  }
  assertEquals([utterance.open, utterance.settled, pieces.map(({ samples }) => samples)], [false, false, [100, 200]]);
  const finished = utterance.finish();
  pieces[1]!.answer.resolve(" in the morning ");
  pieces[0]!.answer.resolve("call me");
  assertEquals(await finished, "call me in the morning");
  assertEquals([utterance.settled, one.changes, pieces.every(({ disposed }) => disposed)], [true, 2, true]);
});

Deno.test("Utterance grows while it is said, and writes no spaces where a language has none", () => {
  const { utterance, pieces } = new Understander();
  utterance.begin();
  utterance.push(new Int16Array(100));
  pieces[0]!.onPartial("今日は");
  assertEquals([utterance.text, utterance.open], ["今日は", true]);
  utterance.pause();
  utterance.begin();
  pieces[1]!.onPartial("晴れです。");
  assertEquals(utterance.text, "今日は晴れです。");
  pieces[0]!.onPartial("");
  assertEquals(utterance.text, "晴れです。");
});

Deno.test("Utterance cuts what lasts longer than recognisers hear at once", () => {
  const { utterance, pieces } = new Understander();
  utterance.push(new Int16Array(100));
  utterance.begin();
  for (let second = 0; second < 60; second++) utterance.push(new Int16Array(MICROPHONE_RATE));
  assertEquals(pieces.map(({ samples }) => samples / MICROPHONE_RATE), [28, 28, 4]);
});

Deno.test("Utterance.finish() throws what a piece threw, and disposes of it", async () => {
  const { utterance, pieces } = new Understander();
  utterance.begin();
  utterance.pause();
  pieces[0]!.answer.reject(new HearingError("It hangs"));
  await assertRejects(() => utterance.finish(), HearingError, "It hangs");
  assertEquals([utterance.settled, utterance.text, pieces[0]!.disposed], [true, "", true]);
});

Deno.test("Utterance[Symbol.dispose]() gives up what is still being understood", () => {
  const { utterance, pieces } = new Understander();
  utterance.begin();
  utterance.pause();
  utterance.begin();
  utterance[Symbol.dispose]();
  utterance.push(new Int16Array(100));
  assertEquals(pieces.map(({ disposed, samples }) => [disposed, samples]), [[true, 0], [true, 0]]);
});
