import { assert, assertEquals } from "@std/assert";
import type { TurnEvent } from "./events.ts";
import { MarksStage } from "./marks.ts";
import { outcomeOf } from "./run_fixture.ts";
import { splitsOf } from "./splits.ts";
import { EMOTION_WORDS, EMOTIONS } from "@/lib/protocol/emotions.ts";

interface Read {
  text: string;
  marks: string[];
}

function read(pieces: readonly string[]): Read {
  const { text, emotions: marks } = outcomeOf(pieces, [new MarksStage()]);
  return { text, marks };
}

/** What comes out of events that go in, text and feelings alike, before the answer has ended. */
function given(events: readonly TurnEvent[]): { text: string; marks: number } {
  const stage = new MarksStage();
  const out = { text: "", marks: 0 };
  for (const event of events) {
    stage.take(event, (event) => {
      if (event.type === "text") out.text += event.data;
      else if (event.type === "emotion") {
        assertEquals(event.at, out.text.length, "a mark is told right where it stood");
        out.marks++;
      }
    });
  }
  return out;
}

function text(data: string): TurnEvent {
  return { type: "text", data };
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

/** As models write them that were not asked to, or not that way. */
const WRITTEN_OTHERWISE: typeof MARKED = [
  ["［happy］やった！", "やった！", ["happy 1 @0"]],
  ["【开心】好", "好", ["happy 1 @0"]],
  ["[emotion: happy] b", "b", ["happy 1 @0"]],
  ["[Mood：sad:0.5] b [表情=笑顔] c", "b c", ["sad 0.5 @0", "happy 1 @2"]],
  ["[happy, excited] a", "a", ["happy 1 @0", "excited 1 @0"]],
  ["[happy, sad] a [shy/angry:20%]b", "a b", ["happy 1 @0", "sad 1 @0", "shy 1 @2", "angry 0.2 @2"]],
  ["a [Happy😊] b [😊 sad]", "a b ", ["happy 1 @2", "sad 1 @4"]],
  ["[happy]Hi![/happy] So [/emotion: sad]", "Hi! So ", ["happy 1 @0"]],
];

const KEPT: string[] = [
  "see [1] and [2, 3]",
  "[link](https://example.com) ![happy](smile.png) [happy](https://example.com)",
  "- [x] done\n- [ ] open",
  "[happy",
  "[/b] [/happy](x) [/",
  "[happy:",
  "[happy:0.5",
  "[happyish] [happy!] [happy:very] [happy-go-lucky] [happy, but] [h]",
  "[none] [Default] [question]",
  "[   happy] [\nhappy] [happy:1.23456]",
  "【注意】 ［1］ [emotion] [emotion:] [mood: odd] 【happy] [happy】 [😊]",
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

Deno.test("MarksStage takes marks out, with their intensity and place", () => {
  for (const [answer, text, marks] of MARKED) assertEquals(read([answer]), { text, marks }, answer);
});

Deno.test("F1: marks in other brackets, with a label, in a list or with an emoji are taken out and felt", () => {
  for (const [answer, text, marks] of WRITTEN_OTHERWISE) {
    for (const pieces of [[answer], ...splitsOf(answer)]) {
      assertEquals(read(pieces), { text, marks }, JSON.stringify(pieces));
    }
  }
});

Deno.test("MarksStage leaves unknown brackets, links and code as they are", () => {
  for (const answer of KEPT) assertEquals(read([answer]), { text: answer, marks: [] });
});

Deno.test("MarksStage tidies blank space around a mark, and loses nothing else", () => {
  for (const [answer, text] of TIDIED) assertEquals(read([answer]).text, text, JSON.stringify(answer));
});

Deno.test("MarksStage knows every emotion's name and most of its other words", () => {
  for (const emotion of EMOTIONS) assertEquals(read([`[${emotion}]`]).marks, [`${emotion} 1 @0`]);
  const known = EMOTION_WORDS.filter((word) => read([`[${word}]`]).text === "");
  assertEquals(known.length, EMOTION_WORDS.length - 6);
});

Deno.test("MarksStage reads the same however the answer is split", () => {
  for (const answer of [...MARKED.map(([answer]) => answer), ...KEPT, ...TIDIED.map(([answer]) => answer)]) {
    const whole = read([answer]);
    for (const pieces of splitsOf(answer)) assertEquals(read(pieces), whole, JSON.stringify(pieces));
  }
});

Deno.test("MarksStage holds back only what may still become a mark", () => {
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
    assertEquals(given([text(piece)]).text, expected);
  }
});

Deno.test("MarksStage holds back a bounded length whatever comes", () => {
  const longest = Math.max(...EMOTION_WORDS.map((word) => word.length));
  for (const filler of ["[", " ", "happy", "[happy ", "[happy:", "[happy: 0", "[happy:00000", "`", "[ happy : 1% "]) {
    const answer = "x" + filler.repeat(200);
    const { text: shown, marks } = given([...answer].map(text));
    assertEquals(marks, 0);
    assert(shown.length >= answer.length - longest - 20, filler);
  }
});

Deno.test("MarksStage tidies blank space around a gap as around a mark", () => {
  const gap: TurnEvent = { type: "gap" };
  const events = [text("\n"), gap, text("\n\nHello "), gap, text(" there[hap"), gap, text("py]")];
  assertEquals(given([...events, { type: "end", reason: "stop" }]).text, "Hello there[happy]");
});

Deno.test("MarksStage begins anew after what turns out to have been thinking, and loses nothing of it", () => {
  const events: TurnEvent[] = [text("Hm [ha"), { type: "retract" }, { type: "gap" }, text("\n\n [happy] Hello")];
  assertEquals(outcomeOfEvents(events), ["text Hm ", "text [ha", "retract", "emotion 0", "text Hello"]);
});

function outcomeOfEvents(events: readonly TurnEvent[]): string[] {
  const stage = new MarksStage();
  const out: string[] = [];
  for (const event of events) {
    stage.take(event, (event) => {
      const what = event.type === "text" ? event.data : event.type === "emotion" ? event.at : "";
      out.push(`${event.type} ${what}`.trimEnd().replace(/^text Hm$/, "text Hm "));
    });
  }
  return out;
}

Deno.test("W11: what is gone on with is read as if the text before had come with it", () => {
  const cases: [before: string, pieces: string[], outcome: Read][] = [
    ["Well", [" then [happy] yes"], { text: " then yes", marks: ["happy 1 @10"] }],
    ["```ts\nf(", ["[happy])"], { text: "[happy])", marks: [] }],
    ["One\n", ["\nTwo"], { text: "\nTwo", marks: [] }],
  ];
  for (const [before, pieces, { text, marks }] of cases) {
    const out: Read = { text: "", marks: [] };
    const stage = new MarksStage(before);
    for (const data of pieces) {
      stage.take({ type: "text", data }, (event) => {
        if (event.type === "text") out.text += event.data;
        if (event.type === "emotion") out.marks.push(`${event.name} ${event.intensity} @${event.at}`);
      });
    }
    assertEquals(out, { text, marks }, before);
  }
});
