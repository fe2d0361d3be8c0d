import { assertEquals } from "@std/assert";
import { until } from "@/tests/until.ts";
import { BrowserRecogniser, type Recognition, recognitionOf } from "./browser_recogniser.ts";

/** A browser's recognition, of which the newest is spoken to by the test. */
function setUp(available?: string) {
  const made: (EventTarget & { state: string; processLocally?: boolean })[] = [];
  class Fake extends EventTarget implements Recognition {
    lang = "";
    continuous = false;
    interimResults = false;
    state = "";
    constructor() {
      super();
      made.push(this);
    }
    start() {
      this.state = "on";
    }
    abort() {
      this.state = "aborted";
    }
  }
  const maker = Object.assign(Fake, available !== undefined && { available: () => Promise.resolve(available) });
  const told: unknown[] = [];
  const recogniser = new BrowserRecogniser(maker, "en", {
    onText: (id, text, final) => told.push([ids.get(id) ?? ids.set(id, ids.size).size - 1, text, final]),
    onSpeaking: () => {},
    onPlace: (away) => told.push(away ? "away" : "here"),
    onFailed: ({ kind }) => told.push(kind),
  });
  const ids = new Map<string, number>();
  const hear = (index: number, transcript: string, isFinal: boolean) => {
    const results = Array.from({ length: index + 1 }, () => Object.assign([{ transcript }], { isFinal }));
    made.at(-1)?.dispatchEvent(Object.assign(new Event("result"), { results, resultIndex: index }));
  };
  return { recogniser, made, told, hear, isOn: () => until("it listens", () => made.at(-1)?.state === "on") };
}

Deno.test("BrowserRecogniser says that sound leaves the device unless the browser does without", async () => {
  for (const [available, place] of [["available", "here"], ["downloadable", "away"], [undefined, "away"]] as const) {
    const { recogniser, told, made, isOn } = setUp(available);
    await isOn();
    assertEquals([told, made[0]?.processLocally === true], [[place], place === "here"]);
    recogniser.dispose();
    assertEquals(made[0]?.state, "aborted");
  }
});

Deno.test("BrowserRecogniser tells each utterance as it grows, and takes the last one as it is at its end", async () => {
  const { recogniser, told, hear, isOn } = setUp("available");
  await isOn();
  hear(0, "", false);
  hear(0, "Hel", false);
  hear(0, "Hello", true);
  hear(1, "And", false);
  recogniser.finish();
  hear(1, "Andes", true);
  assertEquals(told.slice(1), [[0, "Hel", false], [0, "Hello", true], [1, "And", false], [1, "And", true]]);
});

Deno.test("BrowserRecogniser forgets what it heard of her, and begins again when the browser has ended", async () => {
  const { recogniser, told, made, hear, isOn } = setUp("available");
  await isOn();
  hear(0, "I am Sora", false);
  recogniser.pause();
  assertEquals(made[0]?.state, "aborted");
  recogniser.resume();
  assertEquals(made.length, 2);
  made[1]!.dispatchEvent(new Event("end"));
  await until("it is begun again", () => made.length === 3);
  hear(0, "Hello", true);
  assertEquals(told.slice(1), [[0, "I am Sora", false], [1, "Hello", true]]);
  recogniser.dispose();
});

Deno.test("BrowserRecogniser tells why it cannot, and not that nobody spoke", async () => {
  for (const [error, kind] of [["no-speech", undefined], ["not-allowed", "refused"], ["network", "failed"]] as const) {
    const { recogniser, told, made, isOn } = setUp("available");
    await isOn();
    made[0]!.dispatchEvent(Object.assign(new Event("error"), { error }));
    assertEquals(told[1], kind);
    recogniser.dispose();
  }
});

Deno.test("recognitionOf() knows it by either name", () => {
  assertEquals(recognitionOf({}), undefined);
  const webkitSpeechRecognition = class {};
  assertEquals(recognitionOf({ webkitSpeechRecognition }) === (webkitSpeechRecognition as unknown), true);
});
