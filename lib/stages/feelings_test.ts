import { assert, assertEquals } from "@std/assert";
import { Feelings } from "./feelings.ts";
import { feelingInstructions } from "@/lib/characters/mark_instructions.ts";
import { splitsOf } from "./splits.ts";
import { EMOTIONS } from "@/lib/protocol/emotions.ts";

interface Read {
  text: string;
  thinking: string;
  emotions: string[];
}

function read(pieces: readonly string[], classifier = true): Read {
  const result: Read = { text: "", thinking: "", emotions: [] };
  let latest = 0;
  const feelings = new Feelings({
    text: (data) => {
      assert(data !== "", "no empty pieces are told");
      result.text += data;
    },
    thinking: (data) => result.thinking += data,
    emotion(name, intensity, at) {
      assert(latest <= at && at <= result.text.length);
      latest = at;
      result.emotions.push(`${name} ${intensity} @${at}`);
    },
  }, { classifier });
  for (const piece of pieces) feelings.text(piece);
  feelings.end();
  return result;
}

const ANSWERS: [answer: string, result: Read][] = [
  ["<think>\nUse [happy]?\n</think>\n\n[happy] Hi! Oh 😢", {
    text: "Hi! Oh 😢",
    thinking: "Use [happy]?\n",
    emotions: ["happy 1 @0"],
  }],
  ["I'm glad. That is sad… Bye [1].", {
    text: "I'm glad. That is sad… Bye [1].",
    thinking: "",
    emotions: ["happy 0.55 @0", "sad 0.55 @10"],
  }],
  ["So sad. And then [shy:0.5] I'm happy! Wow!", {
    text: "So sad. And then I'm happy! Wow!",
    thinking: "",
    emotions: ["sad 0.55 @0", "shy 0.5 @17"],
  }],
  ["Write `<think>` or `[sad]`.\n```\n[happy] wow!\n```\n今日は楽しい！", {
    text: "Write `<think>` or `[sad]`.\n```\n[happy] wow!\n```\n今日は楽しい！",
    thinking: "",
    emotions: ["happy 0.65 @49"],
  }],
  ["a [<think>[sad]</think> [hap<think>b</think>py]", {
    text: "a [ [happy]",
    thinking: "[sad]\n\nb",
    emotions: ["happy 0.55 @0"],
  }],
];

Deno.test("Feelings splits an answer into what is shown, thought and felt", () => {
  for (const [answer, result] of ANSWERS) assertEquals(read([answer]), result);
});

Deno.test("Feelings comes out the same however the answer is split", () => {
  for (const [answer, result] of ANSWERS) {
    for (const pieces of splitsOf(answer)) assertEquals(read(pieces), result, JSON.stringify(pieces));
  }
});

Deno.test("Feelings comes out the same for made-up answers in random pieces", () => {
  const parts = [
    ..."[ ] < > ` ``` \n 。 . ! ~~~ ( : 0.5 / \r\n 😢 嬉しい a".split(" "),
    " ",
    "[happy]",
    "[sad:0.3]",
    "<think>",
    "</think>",
    "happy",
    "Wow",
  ];
  let state = 12_345;
  const random = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  for (let i = 0; i < 3_000; i++) {
    const answer = Array.from({ length: 1 + random(25) }, () => parts[random(parts.length)]).join("");
    const whole = read([answer]);
    assertEquals(read(answer.split("")), whole, JSON.stringify(answer));
    const pieces: string[] = [];
    for (let at = 0; at < answer.length;) {
      const size = 1 + random(6);
      pieces.push(answer.slice(at, at + size));
      at += size;
    }
    assertEquals(read(pieces), whole, JSON.stringify(pieces));
  }
});

Deno.test("Feelings guesses nothing when the classifier is off", () => {
  assertEquals(read(["I'm so happy! 😢"], false).emotions, []);
});

Deno.test("Feelings passes a server's own thoughts on", () => {
  const seen: string[] = [];
  const feelings = new Feelings({
    text: (data) => seen.push(data),
    thinking: (data) => seen.push(`(${data})`),
    emotion() {},
  }, { classifier: false });
  feelings.thinking("hm [sad]");
  feelings.text("Hi");
  feelings.end();
  assertEquals(seen, ["(hm [sad])", "Hi"]);
});

Deno.test("feelingInstructions() asks for marks that are known, and gives examples that are taken out", () => {
  const { text, emotions } = read([feelingInstructions()]);
  assertEquals(/\[\w/.test(text), false);
  for (const emotion of EMOTIONS) assert(emotions.some((one) => one.startsWith(emotion)), emotion);
});
