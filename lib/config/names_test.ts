import { assert, assertEquals } from "@std/assert";
import { freeName, safeName } from "./names.ts";

Deno.test("safeName() keeps any language and drops what file systems refuse", () => {
  const cases: [text: string, name: string][] = [
    ["Mao Pro", "Mao Pro"],
    ["初音ミク", "初音ミク"],
    ["e\u0301te\u0301", "été"],
    ["../../etc/passwd", "etc passwd"],
    ["..\\..\\x", "x"],
    ['a:b*c?"<d>|\u0000\n', "a b c d"],
    [".hidden", "hidden"],
    ["__proto__", "proto__"],
    ["dot. ", "dot"],
    [`${"x".repeat(119)}. y`, "x".repeat(119)],
    ["CON", "fallback"],
    ["nul.txt", "fallback"],
    ["  ", "fallback"],
    ["...", "fallback"],
  ];
  for (const [text, name] of cases) assertEquals([text, safeName(text, "fallback")], [text, name]);
});

Deno.test("safeName() shortens between characters as a reader sees them", () => {
  const family = "👨‍👩‍👧‍👦";
  const name = safeName(family.repeat(20), "fallback");
  assertEquals(name.replaceAll(family, ""), "");
  const bytes = new TextEncoder().encode(name).length;
  assert(bytes > 90 && bytes <= 120, String(bytes));
});

Deno.test("freeName() puts a number behind a name that is taken", () => {
  assertEquals(freeName("mao", []), "mao");
  assertEquals(freeName("mao", ["MAO", "mao 2"]), "mao 3");
});
