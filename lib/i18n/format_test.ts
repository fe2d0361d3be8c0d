import { assertEquals } from "@std/assert";
import { bytesText, waitText } from "./format.ts";

Deno.test("bytesText() finds the unit and the language's way to write it", () => {
  const cases: [bytes: number, language: string, text: string][] = [
    [0, "en", "0 byte"],
    [999, "en", "999 byte"],
    [1500, "en", "1.5 kB"],
    [4_683_087_332, "en", "4.7 GB"],
    [46_830_873_320, "en", "47 GB"],
    [9e18, "en", "9,000,000 TB"],
    [4_683_087_332, "ja", "4.7 GB"],
  ];
  for (const [bytes, language, text] of cases) assertEquals(bytesText(bytes, language), text);
  assertEquals(bytesText(12_300_000, "en", true), "12 MB/s");
});

Deno.test("waitText() rounds to what a person plans with", () => {
  const cases: [seconds: number, text: string][] = [
    [0.2, "1 sec"],
    [59, "59 sec"],
    [60, "1 min"],
    [600, "10 min"],
    [5400, "1.5 hr"],
  ];
  for (const [seconds, text] of cases) assertEquals(waitText(seconds, "en"), text);
  assertEquals(waitText(90, "ja"), "2 分");
});
