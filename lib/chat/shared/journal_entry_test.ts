import { assertEquals } from "@std/assert";
import { applyEntry } from "./journal_entry.ts";
import type { StoredTurn } from "@/lib/store/store.ts";

Deno.test("applyEntry() keeps what a prompt shows, and whether whoever answers sees it", () => {
  const turns: StoredTurn[] = [];
  const image = { id: "a".repeat(64), width: 2, height: 1 };
  applyEntry(turns, { frame: { type: "queued", turn: "t", seq: 1, text: "p", images: [image] } });
  assertEquals(turns[0]?.images, [image]);
  applyEntry(turns, { frame: { type: "start", turn: "t", seq: 2, provider: "demo", model: "m", unseen: true } });
  assertEquals(turns[0]?.images, [{ ...image, unseen: true }]);
});
