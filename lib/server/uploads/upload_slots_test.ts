import { assertEquals, assertThrows } from "@std/assert";
import { UploadsBusy, UploadSlots } from "./upload_slots.ts";

Deno.test("take() gives each visitor a slot, a few in all, and takes a slot back just once", () => {
  const slots = new UploadSlots({ atOnce: 2, atOncePerVisitor: 1 });
  const one = slots.take("a");
  assertEquals(assertThrows(() => slots.take("a"), UploadsBusy, "from this address").status, 429);
  const two = slots.take("b");
  const full = assertThrows(() => slots.take("c"), UploadsBusy, "2 uploads are going on");
  assertEquals([full.status, full.error.code], [503, "too_many"]);
  one[Symbol.dispose]();
  one[Symbol.dispose]();
  using _three = slots.take("c");
  assertThrows(() => slots.take("a"), UploadsBusy);
  two[Symbol.dispose]();
  using _again = slots.take("b");
  assertEquals(slots.taken, 2);
});
