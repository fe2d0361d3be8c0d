import { assertEquals } from "@std/assert";
import { FeelingQueue, heardLength } from "./feeling_queue.ts";

Deno.test("FeelingQueue lets a feeling be felt when the text has come to its place", () => {
  const felt: string[] = [];
  const queue = new FeelingQueue((name) => felt.push(name));
  queue.add({ turn: "a", name: "happy", intensity: 1, at: 0 });
  assertEquals(felt, [], "the turn has not begun");
  queue.reach("a", 0);
  queue.add({ turn: "a", name: "sad", intensity: 1, at: 10 });
  queue.reach("a", 9);
  assertEquals(felt, ["happy"]);
  queue.reach("a", 12);
  assertEquals(felt, ["happy", "sad"]);
  queue.add({ turn: "a", name: "shy", intensity: 1, at: 11 });
  assertEquals(felt, ["happy", "sad", "shy"]);
});

Deno.test("FeelingQueue lets the rest be felt at the end of a turn, and nothing of an old turn in a new one", () => {
  const felt: string[] = [];
  const queue = new FeelingQueue((name) => felt.push(name));
  queue.reach("a", 1);
  queue.add({ turn: "a", name: "happy", intensity: 1, at: 50 });
  queue.reach("a", Infinity);
  queue.add({ turn: "b", name: "sad", intensity: 1, at: 50 });
  queue.reach("b", 10);
  queue.reach("c", 100);
  assertEquals(felt, ["happy"]);
});

Deno.test("heardLength() counts what has no sound with the word before it, and no letter more", () => {
  const text = "Hello! 🎉 …\n\nGoodbye";
  const cases: [to: number, length: number][] = [[3, 3], [5, 13], [6, 13], [13, 13], [14, 14], [20, 20], [99, 99]];
  for (const [to, length] of cases) assertEquals(heardLength(text, to), length, `${to}`);
});
