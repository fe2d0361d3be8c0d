import { assertEquals, assertRejects } from "@std/assert";
import { PositionWaits } from "./position_waits.ts";

Deno.test("PositionWaits lets go of each when its position is reached, and of the rest when that fails", async () => {
  const waits = new PositionWaits();
  const reached: number[] = [];
  for (const position of [3, 1, 2]) void waits.until(position).then(() => reached.push(position), () => {});
  waits.reach(0);
  await Promise.resolve();
  assertEquals(reached, []);
  waits.reach(2);
  await Promise.resolve();
  assertEquals(reached, [1, 2], "in the order in which they came");
  const last = waits.until(9);
  waits.fail(new Error("closed"));
  await assertRejects(() => last, Error, "closed");
  waits.reach(9);
  await Promise.resolve();
  assertEquals(reached, [1, 2], "what has failed stays so");
});
