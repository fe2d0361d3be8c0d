import { assertEquals } from "@std/assert";
import { outcomeOf } from "./run_fixture.ts";
import { splitsOf } from "./splits.ts";
import { ThoughtsStage } from "./thoughts.ts";

function read(pieces: readonly string[]): { text: string; thinking: string } {
  const { text, thinking } = outcomeOf(pieces, [new ThoughtsStage()], "·");
  return { text, thinking };
}

const ANSWERS: Record<string, [answer: string, text: string, thinking: string][]> = {
  "thoughts are split off the text": [
    ["Hello", "Hello", ""],
    ["<think>hm</think>Hello", "·Hello", "hm"],
    ["\n<THINK>\n\nhm\n</Think>\nHello", "\n·\nHello", "hm\n"],
    ["<thinking>a < b</thinking>c < d", "·c < d", "a < b"],
    ["<think>\n\n</think>\n\nHello", "·\n\nHello", ""],
    ["<think>a</think>b.<think>c</think>d\n <think>e</think>", "·b.·d\n ·", "a\n\nc\n\ne"],
    ["<think>never ends </thin", "·", "never ends </thin"],
    ["<think>", "·", ""],
  ],
  "T1: what stood before a lone end was thinking: the template had opened it": [
    ["thought unseen</think>Hello", "·Hello", "thought unseen"],
    ["Okay, the user says hi.\n</think>\n\nHello!", "·\n\nHello!", "Okay, the user says hi.\n"],
    ["</think>Hello", "·Hello", ""],
    ["hm[/THINK]Hello</think> there", "·Hello· there", "hm"],
  ],
  "T2: thoughts have many forms": [
    ["[THINK]hm[/THINK]Hello!", "·Hello!", "hm"],
    [
      "<|channel|>analysis<|message|>x<|end|><|start|>assistant<|channel|>final<|message|>Hello!",
      "····Hello!".slice(1),
      "x",
    ],
    ["<thought>a</thought>b", "·b", "a"],
    ["<reasoning>a</reasoning>b", "·b", "a"],
    ["◁think▷a◁/think▷b", "·b", "a"],
    ["<|begin_of_thought|>a<|end_of_thought|><|begin_of_solution|>b<|end_of_solution|>", "··b·", "a"],
  ],
  "T3: a tag in a sentence or in code is text": [
    [
      "I like the tag <think> in XML, its closing is </think>.",
      "I like the tag <think> in XML, its closing is </think>.",
      "",
    ],
    ["Write `<think>` or\n```\n<think>\n```\n", "Write `<think>` or\n```\n<think>\n```\n", ""],
    ["<think>a <think> b</think>c", "·c", "a <think> b"],
    ["1 < 2 <thin <b>bold</b> <thinker> </", "1 < 2 <thin <b>bold</b> <thinker> </", ""],
    ["<<think>x", "<<think>x", ""],
  ],
};

for (const [name, answers] of Object.entries(ANSWERS)) {
  Deno.test(`${name}, however the answer is split`, () => {
    for (const [answer, text, thinking] of answers) {
      for (const pieces of [[answer], ...splitsOf(answer)]) {
        assertEquals(read(pieces), { text, thinking }, JSON.stringify(pieces));
      }
    }
  });
}

Deno.test("ThoughtsStage leaves code as it is", () => {
  const answer = "`<think>not a thought</think>`";
  for (const pieces of splitsOf(answer)) assertEquals(read(pieces), { text: answer, thinking: "" });
});

Deno.test("ThoughtsStage holds back only what may still become a tag", () => {
  for (const [piece, shown] of [["a <", "a "], ["a <thin", "a "], ["a <thx", "a <thx"], ["a < b", "a < b"]] as const) {
    let text = "";
    new ThoughtsStage().take({ type: "text", data: piece }, (event) => {
      if (event.type === "text") text += event.data;
    });
    assertEquals(text, shown);
  }
});
