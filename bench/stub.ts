/** The stand-in for Ollama as the benchmark uses it: what an answer is like is written in the prompt. */
import { readPlan } from "./plan.ts";
import { startStub } from "../tests/stub_ollama.ts";

const stub = startStub({
  behaviour: ({ text }) => {
    const { tokens, rate, stamp, numbered } = readPlan(text);
    if (numbered) return { answer: Array.from({ length: tokens }, (_, index) => `${index} `), rate };
    return { tokens, rate, stamp };
  },
});
// deno-lint-ignore no-console -- read by the process that started this one
console.log(`The stub listens at ${stub.url}`);
