import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { GuessBudget } from "./guess_budget.ts";

Deno.test("GuessBudget keeps the requests at one and a half a turn, however many guesses are wrong", () => {
  for (const pauses of [1, 2, 5]) {
    const budget = new GuessBudget();
    let requests = 0;
    for (let turn = 1; turn <= 100; turn++) {
      for (let pause = 0; pause < pauses && budget.allows; pause++) {
        requests++;
        budget.dropped();
      }
      requests++;
      budget.asked();
      assertLessOrEqual(requests, 1.5 * turn + 0.5);
    }
    assertEquals(requests, 150);
  }
});

Deno.test("GuessBudget allows the first guess, and after a long time without a wrong one no more than two in a row", () => {
  const budget = new GuessBudget();
  assert(budget.allows);
  for (let turn = 0; turn < 100; turn++) budget.asked();
  let wrong = 0;
  while (budget.allows) {
    budget.dropped();
    wrong++;
  }
  assertEquals(wrong, 2);
});
