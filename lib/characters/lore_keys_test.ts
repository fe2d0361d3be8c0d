import { assertEquals, assertLess } from "@std/assert";
import { keyTest, ScannedText } from "./lore_keys.ts";

function has(text: string, key: string, more: Partial<Parameters<typeof keyTest>[1]> = {}): boolean | undefined {
  const test = keyTest(key, { caseSensitive: false, wholeWords: false, regex: false, ...more });
  return test?.(new ScannedText(text));
}

Deno.test("C4: keys are found in any case, in any width, or as they are", () => {
  assertEquals(has("A concatenated CAT", "cat"), true);
  assertEquals(has("A CAT", "cat", { caseSensitive: true }), false);
  assertEquals(has("A Cat", "Cat", { caseSensitive: true }), true);
  assertEquals(has("ＣＡＴ", "cat"), true);
  assertEquals(has("ｶﾞｯｺｳ", "ガッコウ"), true);
  assertEquals([has("x", "dog"), has("x", " ")], [false, undefined]);
});

Deno.test("C4: whole words stand alone where their script parts words", () => {
  const whole = { wholeWords: true };
  const cases: [text: string, key: string, found: boolean][] = [
    ["concatenated", "cat", false],
    ["concatenated cat!", "cat", true],
    ["cats", "cat", false],
    ["naïveté", "ve", false],
    ["the_cat", "cat", false],
    ["我喜欢猫咪", "猫", true],
    ["東京タワーへ行く", "タワー", true],
    ["학교에 가요", "학교", true],
    ["ฉันรักแมวมาก", "แมว", true],
    ["猫cat犬", "cat", true],
    ["C++ is old", "c++", true],
    ["𝒳cat", "cat", false],
    ["🐈cat", "cat", true],
    ["red fox", "red fox", true],
    ["hundred fox", "red fox", false],
  ];
  for (const [text, key, found] of cases) assertEquals(has(text, key, whole), found, `${key} in ${text}`);
});

Deno.test("C4: regular expressions have their flags, and stand without slashes where the entry says so", () => {
  assertEquals(has("a DRAGON", "/dragons?$/i"), true);
  assertEquals(has("a DRAGON", "/dragons?$/"), false);
  assertEquals(has("猫耳", "/\\u732b|犬/"), true);
  assertEquals(has("wolf", "w.lf"), false);
  assertEquals(has("WOLF", "w.lf", { regex: true }), true);
  assertEquals(has("WOLF", "w.lf", { regex: true, caseSensitive: true }), false);
  assertEquals(has("a\nb", "/a.b/s"), true);
  assertEquals(has("x\nb", "/^b/m"), true);
  // What cannot be read, or would look around, is no key at all.
  for (const key of ["/(/", "/(?<!a)b/", "/(a)\\1/", `/${"a".repeat(501)}/`]) {
    assertEquals(has("ab", key), undefined, key);
  }
});

Deno.test("C4: no pattern holds the server up", () => {
  const text = `${"a".repeat(30_000)} ${"x".repeat(2_000)}!`;
  for (const key of ["/(a+)+$/", "/(a|aa)+b/", "/(.*)*(.*)*=/", "/(x+x+)+y/", "/(a?){50}b/", "/([a-z]+)*\\d/"]) {
    const before = performance.now();
    assertEquals(has(text, key), false, key);
    assertLess(performance.now() - before, 400, key);
  }
});
