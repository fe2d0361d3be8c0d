import { assertEquals } from "@std/assert";
import { Passes } from "./passes.ts";
import { until } from "@/tests/until.ts";

/** Passes that are followed by such a rest, ms, and what they have served. */
function recorded(rest: number) {
  const served: string[][] = [];
  const passes = new Passes<string>((ready) => {
    served.push([...ready]);
    return rest;
  });
  return { served, passes };
}

Deno.test("what is told of several at once is served in one pass, before anything else runs, unless there is a rest", async () => {
  const { served, passes } = recorded(20);
  passes.addAtOnce("a");
  passes.addAtOnce("b");
  assertEquals(served, []);
  await Promise.resolve();
  assertEquals(served, [["a", "b"]]);
  passes.addAtOnce("c");
  await Promise.resolve();
  passes.addAtOnce("d");
  assertEquals(served.length, 1, "it rests");
  await until("the rest is over", () => served.length === 2);
  assertEquals(served[1], ["c", "d"]);
});

Deno.test("what was taken back before a pass is not served", async () => {
  const { served, passes } = recorded(0);
  passes.addAtOnce("a");
  passes.delete("a");
  await Promise.resolve();
  assertEquals(served, []);
  passes.add("b");
  await until("a pass", () => served.length > 0);
  assertEquals(served, [["b"]]);
});
