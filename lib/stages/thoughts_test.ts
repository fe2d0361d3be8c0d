import { assertEquals } from "@std/assert";
import { splitsOf } from "./splits.ts";
import { ThinkSplitter } from "./thoughts.ts";

interface Read {
  text: string;
  thinking: string;
}

function read(pieces: readonly string[], inCode = false): Read {
  const result: Read = { text: "", thinking: "" };
  const splitter = new ThinkSplitter({
    text: (data) => result.text += data,
    thinking: (data) => result.thinking += data,
    gap: () => result.text += "·",
    inCode,
  });
  for (const piece of pieces) splitter.push(piece);
  splitter.end();
  return result;
}

const ANSWERS: [answer: string, text: string, thinking: string][] = [
  ["Hello", "Hello", ""],
  ["<think>hm</think>Hello", "·Hello", "hm"],
  ["\n<THINK>\n\nhm\n</Think>\nHello", "\n·\nHello", "hm\n"],
  ["<thinking>a < b</thinking>c < d", "·c < d", "a < b"],
  ["<think>\n\n</think>\n\nHello", "·\n\nHello", ""],
  ["<think>a</think>b<think>c</think>d", "·b·d", "a\n\nc"],
  ["<think>never ends </thin", "·", "never ends </thin"],
  ["<think>", "·", ""],
  ["thought unseen</think>Hello", "thought unseen·Hello", ""],
  ["<think>a <think> b</think>c", "·c", "a <think> b"],
  ["1 < 2 <thin <b>bold</b> <thinker> </", "1 < 2 <thin <b>bold</b> <thinker> </", ""],
  ["<<think>x</think>>", "<·>", "x"],
];

Deno.test("ThinkSplitter splits thoughts off the text", () => {
  for (const [answer, text, thinking] of ANSWERS) {
    assertEquals(read([answer]), { text, thinking }, answer);
  }
});

Deno.test("ThinkSplitter reads the same however the answer is split", () => {
  for (const [answer] of ANSWERS) {
    const whole = read([answer]);
    for (const pieces of splitsOf(answer)) assertEquals(read(pieces), whole, JSON.stringify(pieces));
  }
});

Deno.test("ThinkSplitter leaves code as it is", () => {
  const answer = "<think>not a thought</think>";
  for (const pieces of splitsOf(answer)) assertEquals(read(pieces, true), { text: answer, thinking: "" });
});

Deno.test("ThinkSplitter holds back only what may still become a tag", () => {
  for (const [piece, shown] of [["a <", "a "], ["a <thin", "a "], ["a <thx", "a <thx"], ["a < b", "a < b"]] as const) {
    let text = "";
    new ThinkSplitter({ text: (data) => text += data, thinking() {}, gap() {}, inCode: false }).push(piece);
    assertEquals(text, shown);
  }
});
