import { assertEquals, assertRejects } from "@std/assert";
import { SpokenPrompts } from "./spoken_prompts.ts";
import type { HearingServerFrame } from "@/lib/protocol/hearing.ts";

/** What is made of what one page says, on a clock of the test's own. */
function prompted({ wakeWords = ["Natori"], fails = false } = {}) {
  const seen = {
    now: 100_000,
    asked: [] as { text: string; turn: string; previous?: string }[],
    sent: [] as HearingServerFrame[],
    begun: [] as { text: string; turn: string }[],
    dropped: [] as string[],
  };
  const prompts = new SpokenPrompts({
    wakeWords: () => wakeWords,
    send: (frame) => void seen.sent.push(frame),
    ask: (turn, text, previous) => {
      seen.asked.push({ text, turn, ...(previous !== undefined && { previous }) });
      return fails ? Promise.reject(new Error("Nobody answers")) : Promise.resolve();
    },
    prepare: (turn, text) => {
      seen.begun.push({ text, turn });
      return Promise.resolve({ [Symbol.dispose]: () => void seen.dropped.push(text) });
    },
    now: () => seen.now,
  });
  prompts.mode = "open";
  return { prompts, seen };
}

Deno.test("SpokenPrompts releases what was begun in a pause as the turn that it becomes", async () => {
  const { prompts, seen } = prompted();
  prompts.guess("a", " what time is it ");
  prompts.guess("a", "what time is it");
  await prompts.end("a", "what time is it", seen.now);
  assertEquals(seen.begun.map(({ text }) => text), ["what time is it"]);
  assertEquals(seen.asked, [{ text: "what time is it", turn: seen.begun[0]!.turn }]);
  assertEquals(seen.dropped, []);
});

Deno.test("SpokenPrompts drops what was begun where the speaker goes on, says something else, or nothing", async () => {
  const { prompts, seen } = prompted();
  prompts.guess("a", "tell me");
  prompts.drop();
  prompts.guess("a", "tell me a story");
  prompts.guess("a", "tell me a story of cats");
  await prompts.end("a", "", seen.now);
  prompts.drop();
  assertEquals(seen.dropped, ["tell me", "tell me a story", "tell me a story of cats"]);
  assertEquals(seen.asked, []);
  assertEquals(seen.sent, [{ type: "transcript", id: "a", text: "", final: true }]);
});

Deno.test("SpokenPrompts makes one turn of two quick utterances, and two of slow ones", async () => {
  const { prompts, seen } = prompted();
  await prompts.end("a", "tell me a story", seen.now);
  await prompts.end("b", "about cats", seen.now += 2_499);
  await prompts.end("c", "and dogs", seen.now += 2_501);
  const [first] = seen.asked;
  assertEquals(seen.asked.map(({ text, previous }) => [text, previous]), [
    ["tell me a story", undefined],
    ["about cats", first!.turn],
    ["and dogs", undefined],
  ]);
});

Deno.test("SpokenPrompts asks only what she is called for, and what follows when she was only called", async () => {
  const { prompts, seen } = prompted();
  prompts.mode = "wake";
  const said = async (text: string, at: number) => {
    seen.now = at;
    prompts.grow("a", text);
    await prompts.end("a", text, at);
  };
  await said("sing", 0);
  await said("Natori, sing", 20_000);
  await said("Natori!", 40_000);
  await said("dance", 49_999);
  await said("run", 50_001);
  assertEquals(seen.asked.map(({ text }) => text), ["sing", "dance"]);
  const growing = seen.sent.flatMap((frame) => frame.type === "transcript" && !frame.final ? [frame.text] : []);
  assertEquals(growing, ["sing", "", "dance"]);
});

Deno.test("SpokenPrompts only shows what is said in a trial", async () => {
  const { prompts, seen } = prompted();
  [prompts.mode, prompts.trial] = ["wake", true];
  prompts.guess("a", "one two");
  await prompts.end("a", " one two ", seen.now);
  assertEquals([seen.asked, seen.begun], [[], []]);
  assertEquals(seen.sent, [{ type: "transcript", id: "a", text: "one two", final: true }]);
});

Deno.test("SpokenPrompts joins nothing to what could not be asked", async () => {
  const { prompts, seen } = prompted({ fails: true });
  await assertRejects(() => prompts.end("a", "tell me a story", seen.now), Error, "Nobody answers");
  await assertRejects(() => prompts.end("b", "about cats", seen.now), Error, "Nobody answers");
  assertEquals([seen.asked.map(({ previous }) => previous), seen.sent], [[undefined, undefined], []]);
});
