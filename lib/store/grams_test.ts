import { assertEquals } from "@std/assert";
import { gramQuery, gramsOf } from "./grams.ts";

function known(text: string): Set<string> {
  return new Set(gramsOf(text).split(" "));
}

Deno.test("gramQuery() asks for runs that every text with those characters has", () => {
  const text = 'the quick 茶を飲む猫 👩‍👩‍👧 \0 "or" not* \ud800 end';
  const runs = known(text);
  for (let start = 0; start < text.length; start++) {
    for (let end = start + 1; end <= text.length; end++) {
      const asked = gramQuery(text.slice(start, end)).split(" ");
      assertEquals([start, end, asked.filter((run) => !runs.has(run))], [start, end, []]);
    }
  }
});

Deno.test("gramQuery() tells texts apart, and holds nothing that FTS5 takes for an operator", () => {
  const runs = known("the quick brown fox");
  for (const query of ["z", "qu1", "kciuq", "猫", "xo", "the fox"]) {
    assertEquals([query, gramQuery(query).split(" ").every((run) => runs.has(run))], [query, false]);
  }
  for (const query of ['"', "a OR b", "NEAR(a b)", "*", "-x", "col:x", "^a", "'); --"]) {
    assertEquals([query, /^[0-9a-z]+( [0-9a-z]+)*$/.test(gramQuery(query))], [query, true]);
  }
});
