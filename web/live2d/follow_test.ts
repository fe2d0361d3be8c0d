import { assertEquals } from "@std/assert";
import { signal } from "@preact/signals";
import { follow } from "./follow.ts";
import { feelings, heard, mouthPose, speech } from "@/web/presence/presence.ts";

const TEXT = "Hello! I am sorry. Bye.";

/** A character that writes down what it is told; ends with the test. */
function setUp() {
  for (const one of [speech, feelings, heard, mouthPose]) one.value = null;
  const felt: string[] = [];
  const said: (string | null)[] = [];
  const stops = follow({
    think() {},
    speak: (_turn, text) => void said.push(text),
    lipSync() {},
    feel: (name) => void felt.push(name),
  }, signal(1));
  const feel = (name: string, at: number, turn = "t") => feelings.value = { turn, name, intensity: 1, at };
  return { felt, said, feel, [Symbol.dispose]: () => stops.forEach((stop) => stop()) };
}

Deno.test("feelings come with the text where nothing is heard", () => {
  using scene = setUp();
  speech.value = { turn: "t", text: "Hello! " };
  scene.feel("happy", 0);
  scene.feel("sad", 7);
  scene.feel("shy", 19);
  assertEquals(scene.felt, ["happy", "sad"]);
  speech.value = null;
  assertEquals([scene.felt, scene.said], [["happy", "sad", "shy"], [null, "Hello! ", null]]);
});

Deno.test("feelings come when their word is heard, long after its text, and the text moves no mouth", () => {
  using scene = setUp();
  heard.value = { turn: "t", to: 0 };
  speech.value = { turn: "t", text: TEXT };
  scene.feel("sad", 7);
  scene.feel("happy", 19);
  assertEquals(scene.felt, []);
  heard.value = { turn: "t", to: 5 };
  assertEquals(scene.felt, ["sad"], "what stands behind a word comes with it");
  speech.value = null;
  heard.value = { turn: "t", to: 17 };
  assertEquals(scene.felt, ["sad", "happy"]);
  assertEquals(scene.said.filter((text) => text !== null), []);
});

Deno.test("what is not heard is not felt, when the voice is stopped", () => {
  using scene = setUp();
  heard.value = { turn: "t", to: 0 };
  speech.value = { turn: "t", text: TEXT };
  scene.feel("sad", 7);
  speech.value = null;
  heard.value = null;
  speech.value = { turn: "u", text: "" };
  assertEquals(scene.felt, []);
});

Deno.test("who mutes her in mid-answer sees her go on with the text", () => {
  using scene = setUp();
  heard.value = { turn: "t", to: 2 };
  speech.value = { turn: "t", text: TEXT };
  scene.feel("sad", 7);
  heard.value = null;
  assertEquals([scene.felt, scene.said.at(-1)], [["sad"], TEXT]);
});

Deno.test("a turn that is still heard goes on with its feelings while the next one is written", () => {
  using scene = setUp();
  mouthPose.value = () => ({});
  heard.value = { turn: "t", to: 0 };
  speech.value = { turn: "t", text: TEXT };
  scene.feel("sad", 7);
  speech.value = { turn: "u", text: "Next" };
  scene.feel("happy", 0, "u");
  assertEquals(scene.felt, []);
  heard.value = { turn: "t", to: 8 };
  heard.value = { turn: "u", to: 0 };
  assertEquals(scene.felt, ["sad", "happy"]);
});
