import { assertEquals } from "@std/assert";
import { relativeTime, timeAhead } from "./relative_time.ts";

Deno.test("relativeTime() says how long ago in the largest unit that fits", () => {
  const MINUTE = 60_000;
  const DAY = 24 * 60 * MINUTE;
  const cases: [past: number, language: string, expected: string][] = [
    [0, "en", "now"],
    [59_999, "en", "now"],
    [-5 * MINUTE, "en", "now"],
    [MINUTE, "en", "1 minute ago"],
    [59 * MINUTE, "ja", "59 分前"],
    [61 * MINUTE, "en", "1 hour ago"],
    [DAY, "en", "yesterday"],
    [3 * DAY, "zh", "3天前"],
    [8 * DAY, "en", "last week"],
    [45 * DAY, "en", "last month"],
    [800 * DAY, "en", "2 years ago"],
  ];
  const now = Date.UTC(2030, 5, 1);
  for (const [past, language, expected] of cases) {
    assertEquals(relativeTime(now - past, now, language), expected, `${past} ${language}`);
  }
});

Deno.test("timeAhead() says when something will be, and never too early", () => {
  const cases: [seconds: number, language: string, expected: string][] = [
    [1, "en", "in 1 second"],
    [12.2, "en", "in 13 seconds"],
    [60, "en", "in 60 seconds"],
    [61, "en", "in 2 minutes"],
    [3_000, "ja", "50 分後"],
    [20_000, "en", "in 6 hours"],
    [20_000, "zh", "6小时后"],
    [100_000, "en", "in 2 days"],
  ];
  for (const [seconds, language, expected] of cases) {
    assertEquals(timeAhead(seconds * 1_000, language), expected, `${seconds} ${language}`);
  }
});
