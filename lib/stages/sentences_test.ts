import { assert, assertEquals } from "@std/assert";
import { Sentences } from "./sentences.ts";
import { splitsOf } from "./splits.ts";

function read(pieces: readonly string[]): { text: string; at: number }[] {
  const sentences = new Sentences();
  return [...pieces.flatMap((piece) => sentences.push(piece)), ...sentences.end()];
}

const TEXTS: [string, string[]][] = [
  ["", []],
  ["Hello. How are you? Fine!", ["Hello. ", "How are you? ", "Fine!"]],
  ["こんにちは。元気ですか？はい！", ["こんにちは。", "元気ですか？", "はい！"]],
  ["你好。今天怎么样？很好！", ["你好。", "今天怎么样？", "很好！"]],
  ["Pi is 3.14, e.g. that. Next. 3 is less.", ["Pi is 3.14, e.g. that. ", "Next. 3 is less."]],
  ["one\ntwo\r\n\nthree", ["one\n", "two\r\n", "\n", "three"]],
  ['He said "Go." Then "Yes." (No.) 1. Two', ['He said "Go." ', 'Then "Yes." ', "(No.) ", "1. ", "Two"]],
  ["it naps. then it runs. and U.S.A. sleeps. Then", ["it naps. then it runs. and U.S.A. sleeps. ", "Then"]],
  ["a.b.C.D e. (f) 1. g! h", ["a.b.C.D e. (f) 1. g! ", "h"]],
  ["क्या हाल है। ठीक है।", ["क्या हाल है। ", "ठीक है।"]],
];

Deno.test("Sentences cuts text of any language", () => {
  for (const [text, expected] of TEXTS) assertEquals(read([text]).map((sentence) => sentence.text), expected);
});

Deno.test("Sentences cuts the same however the text is split, and loses nothing", () => {
  for (const [text] of TEXTS) {
    const whole = read([text]);
    assertEquals(whole.map((sentence) => sentence.text).join(""), text);
    for (const { text: sentence, at } of whole) assertEquals(text.slice(at, at + sentence.length), sentence);
    for (const pieces of splitsOf(text)) assertEquals(read(pieces), whole, JSON.stringify(pieces));
  }
});

Deno.test("Sentences gives a sentence out with the first letter of the next one", () => {
  const sentences = new Sentences();
  assertEquals(sentences.push("Hello. "), []);
  assertEquals(sentences.push("H"), [{ text: "Hello. ", at: 0 }]);
});

Deno.test("Sentences does not wait for an end that never comes", () => {
  const text = "word ".repeat(1_000);
  const whole = read([text]);
  assert(whole.length >= 5);
  assertEquals(read(text.split("")), whole);
  assertEquals(whole.map((sentence) => sentence.text).join(""), text);
});
