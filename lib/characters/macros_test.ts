import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { fillMacros, type MacroContext } from "./macros.ts";

function context(more: Partial<MacroContext> = {}): MacroContext {
  return { char: "Al", user: "Bo", now: new Date(2026, 10, 5, 9, 7), random: () => 0.5, seed: "a", ...more };
}

function fill(text: string, more?: Partial<MacroContext>): string {
  return fillMacros(text, context(more));
}

Deno.test("C6: every macro of the specification is replaced, in any case and with blanks", () => {
  const cases: [text: string, filled: string][] = [
    ["{{char}} {{ CHAR }} {{Bot}} <BOT> <char>", "Al Al Al Al Al"],
    ["{{user}} {{ User }} <USER>", "Bo Bo Bo"],
    ["{{random:a,b,c}}{{random::a::b, c::d}}{{Random: x }}", "bb, cx"],
    ["{{random:a\\,b,c}}", "c"],
    ["{{random:c,a\\,b}}", "a,b"],
    ["{{pick::a}}{{pick:b}}", "ab"],
    ["{{roll:6}} {{roll:d6}} {{roll: D20 }} {{roll 2d6+1}} {{roll:d}} {{roll:d0}} {{roll:999d9}}", "4 4 11 9   "],
    ["{{time}} {{date}} {{weekday}}", "09:07 2026-11-05 Thursday"],
    ["a\n\n{{trim}}\n\nb {{trim}} c", "ab  c"],
    ["a{{// a note: {{char}} }}b{{//}}{{ // c }}", "ab"],
    ["a{{comment: hidden}}b{{hidden_key:key}}c", "abc"],
    ["{{reverse:abc🫖}}", "🫖cba"],
    ["a{{newline}}b", "a\nb"],
    ["a{{unknown}}b{{getvar::x}}c{{}}d{{日本}}", "abcd"],
  ];
  for (const [text, filled] of cases) assertEquals(fill(text), filled, text);
  assertEquals(fill("a{{hidden_key:Key, x}}b{{// Note}}", { hiddenKeys: true }), "aKey, xb");
});

Deno.test("C6: macros nest, and what never closes stays", () => {
  const cases: [text: string, filled: string][] = [
    ["{{random:{{char}},{{user}}}}", "Bo"],
    ["{{reverse:{{reverse:{{char}}}}}}", "Al"],
    ["{{random:{{random:a,b}},{{random:c,d}}}}", "d"],
    ["{{{char}}} {char} {{char", "{Al} {char} {{char"],
    ["{{char}} }} {{// open", "Al }} {{// open"],
  ];
  for (const [text, filled] of cases) assertEquals(fill(text), filled, text);
  assertEquals(fill("{{random:{{char}},x}}", { char: "Smith, John", random: () => 0 }), "Smith, John");
  assertEquals(fill("{{user}}", { user: "$& {{char}}" }), "$& {{char}}");
});

Deno.test("C6: pick stays in one place of a conversation, and differs between places and conversations", () => {
  const text = "{{pick:a,b,c,d,e,f,g,h}} {{pick:a,b,c,d,e,f,g,h}} {{pick:a,b,c,d,e,f,g,h}} {{pick:a,b,c,d,e,f,g,h}}";
  assertEquals(fill(text, { random: () => 0 }), fill(text, { random: () => 0.99 }));
  const here = fill(text).split(" ");
  assert(new Set(here).size > 1, here.join());
  const seen = new Set(Array.from({ length: 200 }, (_, i) => fill("{{pick:a,b,c,d}}", { seed: `${i}` })));
  assertEquals([...seen].sort(), ["a", "b", "c", "d"]);
});

Deno.test("C6: random and roll reach all they can, and nothing else", () => {
  const random = () => Math.random();
  const seen = new Set(Array.from({ length: 500 }, () => fill("{{roll:d6}}{{random:a,b}}", { random })));
  assertEquals(seen.size, 12);
  for (const one of seen) assertMatch(one, /^[1-6][ab]$/);
});

Deno.test("fillMacros() takes its time from no text", () => {
  const texts = [
    "{{".repeat(500_000),
    "{{char}}".repeat(120_000),
    "{{//".repeat(250_000),
    "\n".repeat(500_000) + "{{trim}}" + "\n".repeat(490_000),
    "{{random:".repeat(50_000) + "a,b" + "}}".repeat(50_000),
    "{".repeat(999_999),
    "{{pick:a,b}}".repeat(80_000),
  ];
  for (const text of texts) {
    const before = performance.now();
    const { length } = fill(text, { char: "A".repeat(200) });
    assertLess(performance.now() - before, 1_500, `${text.slice(0, 10)} became ${length}`);
    assert(length <= 1_000_000);
  }
});
