import { assertEquals } from "@std/assert";
import { excerptOf, fold } from "./search.ts";

Deno.test("fold() makes all ways to write a word the same", () => {
  const cases: [string, string][] = [
    ["Straße", "STRASSE"],
    ["ὈΔΥΣΣΕΎΣ", "ὀδυσσεύς"],
    ["ＡＢＣ１", "abc1"],
    ["ｶﾞｰﾃﾞﾝ", "ガーデン"],
    ["e\u0301", "É"],
    ["ЖИРАФ", "жираф"],
    ["two\r\n\t words", "TWO WORDS"],
  ];
  for (const [one, other] of cases) assertEquals(fold(one), fold(other));
});

Deno.test("excerptOf() shows the words as they were written, with whole words around them", () => {
  const before = "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore ";
  const text = `${before}NEEDLE${before.split(" ").reverse().join(" ")}`;
  const excerpt = excerptOf(text, "needle")!;
  assertEquals(excerpt.startsWith("…") && excerpt.endsWith("…"), true);
  const inside = excerpt.slice(1, -1);
  assertEquals(text.includes(inside), true);
  const at = text.indexOf(inside);
  assertEquals([text[at - 1], /^\w/.test(inside)], [" ", true]);
  assertEquals(excerptOf("short Needle\nhere", fold("needle HERE")), "short Needle here");
  assertEquals(excerptOf("nothing", "needle"), undefined);
});

Deno.test("excerptOf() finds the place where folding changes lengths, and cuts no character", () => {
  const family = "👩‍👩‍👧‍👦";
  for (const filler of ["ß", "ﾊﾟ", "  \n ", "㍿", family, "e\u0301"]) {
    const text = `${filler.repeat(300)}針${filler.repeat(300)}`;
    const excerpt = excerptOf(text, "針")!;
    assertEquals([filler, excerpt.includes("針"), excerpt.length < 400], [filler, true, true]);
    const whole = new Set([filler, "針", "…", " "]);
    const pieces = [...new Intl.Segmenter().segment(excerpt)].map(({ segment }) => segment);
    assertEquals(pieces.filter((piece) => !whole.has(piece)), []);
  }
  const words = "Straße und\n\nCafe\u0301, ﬁne  and ".repeat(40);
  const place = excerptOf(`${words}the Needle\n\nhere${words}`, "needle here")!;
  assertEquals([place.includes(" the Needle here"), place.length < 160], [true, true], place);
});
