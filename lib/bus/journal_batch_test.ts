import { assertEquals } from "@std/assert";
import { decodeBatch, encodeBatch, type JournalBatch } from "./journal_batch.ts";

Deno.test("a journal's message is read as it was written, in any script", () => {
  const batch: JournalBatch = {
    name: "1",
    start: 7,
    parts: [
      { conversation: "a", revision: 3, first: 5, texts: ['["line\\n","私は👋🏽"]\n', "", "x"] },
      { conversation: "b.c d", revision: 4, first: 0, texts: [""] },
      { conversation: "c", revision: 3, first: 5, texts: ["ü"] },
    ],
    fences: [{ conversation: "a", revision: 2 }],
  };
  assertEquals(decodeBatch(encodeBatch(batch)), batch);
  const empty = { name: "2", start: 0, parts: [], fences: [] };
  assertEquals(decodeBatch(encodeBatch(empty)), empty);
});
