import { assert, assertEquals } from "@std/assert";
import { FeelingsStage } from "./feelings.ts";
import { MarksStage } from "./marks.ts";
import { pipeline } from "./pipeline.ts";
import { type Outcome, outcomeOf } from "./run_fixture.ts";
import { splitsOf } from "./splits.ts";
import { ThoughtsStage } from "./thoughts.ts";
import { feelingInstructions } from "@/lib/characters/mark_instructions.ts";
import { EMOTIONS } from "@/lib/protocol/emotions.ts";

function read(pieces: readonly string[], classifier = true): Outcome {
  const stages = [new ThoughtsStage(), new MarksStage()];
  return outcomeOf(pieces, classifier ? [...stages, new FeelingsStage()] : stages);
}

const ANSWERS: [answer: string, result: Outcome][] = [
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
  ["a [\n<think>[sad]</think> [hap\n<think>b</think>py]", {
    text: "a [\n[hap\npy]",
    thinking: "[sad]\n\nb",
    emotions: [],
  }],
];

Deno.test("the stages split an answer into what is shown, thought and felt", () => {
  for (const [answer, result] of ANSWERS) assertEquals(read([answer]), result);
});

Deno.test("what comes out of the stages is the same however the answer is split", () => {
  for (const [answer, result] of ANSWERS) {
    for (const pieces of splitsOf(answer)) assertEquals(read(pieces), result, JSON.stringify(pieces));
  }
});

Deno.test("what comes out of the stages is the same for made-up answers in random pieces", () => {
  const parts = [
    ..."[ ] < > ` ``` \n 。 . ! ~~~ ( : 0.5 / \r\n 😢 嬉しい a".split(" "),
    " ",
    "[happy]",
    "[sad:0.3]",
    "<think>",
    "</think>",
    "[THINK]",
    "[/THINK]",
    "<|channel|>analysis<|message|>",
    "<|end|>",
    "［",
    "】",
    "happy",
    "emotion:",
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

Deno.test("no feeling is guessed without FeelingsStage", () => {
  assertEquals(read(["I'm so happy! 😢"], false).emotions, []);
});

Deno.test("the stages pass a server's own thoughts on", () => {
  const seen: string[] = [];
  const emit = pipeline([() => new ThoughtsStage(), () => new MarksStage()], (event) => {
    if (event.type === "text") seen.push(event.data);
    if (event.type === "thinking") seen.push(`(${event.data})`);
  });
  emit({ type: "thinking", data: "hm [sad]" });
  emit({ type: "text", data: "Hi" });
  emit({ type: "end", reason: "stop" });
  assertEquals(seen, ["(hm [sad])", "Hi"]);
});

Deno.test("feelingInstructions() asks for marks that are known, and gives examples that are taken out", () => {
  const { text, emotions } = read([feelingInstructions()]);
  assertEquals(/\[\w/.test(text), false);
  for (const emotion of EMOTIONS) assert(emotions.some((one) => one.startsWith(emotion)), emotion);
});
