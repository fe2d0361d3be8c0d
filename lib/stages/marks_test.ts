import { assert, assertEquals } from "@std/assert";
import { MarkParser } from "./marks.ts";
import { splitsOf } from "./splits.ts";
import { EMOTION_WORDS, EMOTIONS } from "@/lib/protocol/emotions.ts";

interface Read {
  text: string;
  marks: string[];
}

function read(pieces: readonly string[]): Read {
  const result: Read = { text: "", marks: [] };
  const parser = new MarkParser({
    text: (data) => result.text += data,
    emotion(name, intensity, at) {
      assertEquals(at, result.text.length, "a mark is told right where it stood");
      result.marks.push(`${name} ${intensity} @${at}`);
    },
  });
  for (const piece of pieces) parser.push(piece);
  parser.end();
  return result;
}

const MARKED: [answer: string, text: string, marks: string[]][] = [
  ["", "", []],
  ["[happy] Hello!", "Hello!", ["happy 1 @0"]],
  ["Hello [happy] there", "Hello there", ["happy 1 @6"]],
  ["[HaPPy]Hi", "Hi", ["happy 1 @0"]],
  ["[ sad ] Oh.", "Oh.", ["sad 1 @0"]],
  ["[sad:0.7] Oh.", "Oh.", ["sad 0.7 @0"]],
  ["[sad: .5] [shy : 30%] [angry:7]", "", ["sad 0.5 @0", "shy 0.3 @0", "angry 1 @0"]],
  ["[joy]a[Blush]b[neutral]", "ab", ["happy 1 @0", "shy 1 @1", "neutral 1 @2"]],
  ["[嬉しい]やった！[害羞]哎呀", "やった！哎呀", ["happy 1 @0", "shy 1 @4"]],
  ["😀[happy]😀", "😀😀", ["happy 1 @2"]],
  ["[happy][sad]", "", ["happy 1 @0", "sad 1 @0"]],
  ["Bye [sleepy]", "Bye ", ["sleepy 1 @4"]],
  ["[[happy]]", "[]", ["happy 1 @1"]],
  ["[hap[happy]py]", "[happy]", ["happy 1 @4"]],
];

const KEPT: string[] = [
  "see [1] and [2, 3]",
  "[link](https://example.com) ![happy](smile.png) [happy](https://example.com)",
  "- [x] done\n- [ ] open",
  "[happy",
  "[happy:",
  "[happy:0.5",
  "[happyish] [happy!] [happy:very] [happy-go-lucky] [happy, sad] [h]",
  "[none] [Default] [question]",
  "[   happy] [\nhappy] [happy:1.23456]",
  "[]",
  "[ ]",
  "a[",
  "  four  blanks   stay  ",
  "code `[happy]` and ``[sad] ` [shy]`` stay",
  "```ts\nconst mood = [happy];\n``\n[sad]\n```",
  "~~~\n[happy]\n```\n[happy]\n~~~",
  "- ```\n  [happy]\n  ```",
  "```\n[happy] in code that never ends",
  "\uD83D[\uDE00",
];

const TIDIED: [answer: string, text: string][] = [
  ["\n\n[happy]\n\n Hello", "Hello"],
  [" [happy] [sad]  Hello", "Hello"],
  ["one [happy] two", "one two"],
  ["one[happy] two", "one two"],
  ["one [happy]two", "one two"],
  ["one [happy]  [sad]  two", "one two"],
  ["one.\n[happy] Two", "one.\nTwo"],
  ["one.\n\n[happy]\n\nTwo", "one.\n\n\nTwo"],
  ["one.\n[happy]\n\nTwo", "one.\n\nTwo"],
  ["one.\r\n[happy]\r\nTwo", "one.\r\nTwo"],
  ["「あ」\u3000[happy]\u3000「い」", "「あ」\u3000「い」"],
  ["`a`[happy] b `c [d", "`a` b `c [d"],
  ["it`s [sad] here\n[happy] there", "it`s [sad] here\nthere"],
  ["```\nx\n```\n[happy] done", "```\nx\n```\ndone"],
  ["[happy] ```\n[sad]\n```", "```\n[sad]\n```"],
  ["~~gone~~ [happy] here", "~~gone~~ here"],
];

Deno.test("MarkParser takes marks out, with their intensity and place", () => {
  for (const [answer, text, marks] of MARKED) assertEquals(read([answer]), { text, marks }, answer);
});

Deno.test("MarkParser leaves unknown brackets, links and code as they are", () => {
  for (const answer of KEPT) assertEquals(read([answer]), { text: answer, marks: [] });
});

Deno.test("MarkParser tidies blank space around a mark, and loses nothing else", () => {
  for (const [answer, text] of TIDIED) assertEquals(read([answer]).text, text, JSON.stringify(answer));
});

Deno.test("MarkParser knows every emotion's name and most of its other words", () => {
  for (const emotion of EMOTIONS) assertEquals(read([`[${emotion}]`]).marks, [`${emotion} 1 @0`]);
  const known = EMOTION_WORDS.filter((word) => read([`[${word}]`]).text === "");
  assertEquals(known.length, EMOTION_WORDS.length - 6);
});

Deno.test("MarkParser reads the same however the answer is split", () => {
  for (const answer of [...MARKED.map(([answer]) => answer), ...KEPT, ...TIDIED.map(([answer]) => answer)]) {
    const whole = read([answer]);
    for (const pieces of splitsOf(answer)) assertEquals(read(pieces), whole, JSON.stringify(pieces));
  }
});

Deno.test("MarkParser holds back only what may still become a mark", () => {
  const cases: [piece: string, shown: string][] = [
    ["Hello [", "Hello "],
    ["Hello [hap", "Hello "],
    ["Hello [hax", "Hello [hax"],
    ["Hello [1", "Hello [1"],
    ["Hello [happy:0.", "Hello "],
    ["Hello [happy:no", "Hello [happy:no"],
    ["Hello [ha [", "Hello [ha "],
    ["Hello `[hap", "Hello `[hap"],
    ["Hello ", "Hello "],
  ];
  for (const [piece, expected] of cases) {
    let shown = "";
    new MarkParser({ text: (data) => shown += data, emotion() {} }).push(piece);
    assertEquals(shown, expected);
  }
});

Deno.test("MarkParser holds back a bounded length whatever comes", () => {
  const longest = Math.max(...EMOTION_WORDS.map((word) => word.length));
  for (const filler of ["[", " ", "happy", "[happy ", "[happy:", "[happy: 0", "[happy:00000", "`", "[ happy : 1% "]) {
    let shown = 0;
    let marks = 0;
    const parser = new MarkParser({ text: (data) => shown += data.length, emotion: () => marks++ });
    const text = "x" + filler.repeat(200);
    for (const unit of text) parser.push(unit);
    assertEquals(marks, 0);
    assert(shown >= text.length - longest - 20, filler);
  }
});

Deno.test("gap() tidies blank space as a mark does", () => {
  let text = "";
  const parser = new MarkParser({ text: (data) => text += data, emotion() {} });
  parser.push("\n");
  parser.gap();
  parser.push("\n\nHello ");
  parser.gap();
  parser.push(" there[hap");
  parser.gap();
  parser.push("py]");
  parser.end();
  assertEquals(text, "Hello there[happy]");
});
