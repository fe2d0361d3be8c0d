import { assertEquals, assertRejects } from "@std/assert";
import { FewAtOnce } from "./few_at_once.ts";

Deno.test("FewAtOnce does no more at once, and the next where one is done or has failed", async () => {
  const few = new FewAtOnce(2);
  const works = Array.from({ length: 4 }, () => Promise.withResolvers<number>());
  const begun: number[] = [];
  const runs = works.map(({ promise }, index) =>
    few.run(() => {
      begun.push(index);
      return promise;
    })
  );
  assertEquals(begun, [0, 1]);
  works[1]!.reject(new Error("It has failed"));
  await assertRejects(() => runs[1]!, Error, "It has failed");
  assertEquals(begun, [0, 1, 2]);
  for (const index of [0, 2, 3]) works[index]!.resolve(index);
  assertEquals(await Promise.all([runs[0], runs[2], runs[3]]), [0, 2, 3]);
  assertEquals(await few.run(() => Promise.resolve(5)), 5);
});
