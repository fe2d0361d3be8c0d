/** The stand-in for Ollama as the benchmark uses it: what an answer is like is written in the prompt. */
import { readPlan } from "./plan.ts";
import { linesOf } from "../tests/stub/knobs.ts";
import { startStub } from "../tests/stub_ollama.ts";

/** Numbered answers by their length: made once, for what is measured shares the processor. */
const made = new Map<number, string[]>();

const stub = startStub({
  behaviour: ({ text }) => {
    const { tokens, rate, stamp, numbered } = readPlan(text);
    if (numbered) return { lines: made.getOrInsertComputed(tokens, numberedLines), rate };
    return { tokens, rate, stamp };
  },
});

/** As `/api/chat` has them, which the page asks for. */
function numberedLines(tokens: number): string[] {
  const answer = Array.from({ length: tokens }, (_, index) => `${index} `);
  return linesOf("chat", "qwen2.5:latest", { prompt: "", told: "" }, { answer });
}
// deno-lint-ignore no-console -- read by the process that started this one
console.log(`The stub listens at ${stub.url}`);
