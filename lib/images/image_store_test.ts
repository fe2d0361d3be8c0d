import { assertEquals, assertRejects } from "@std/assert";
import { ImageStore } from "./image_store.ts";
import { tempFolder } from "@/lib/avatars/model_fixture.ts";
import { png, textChunk } from "@/lib/characters/png_fixture.ts";
import { RequestError } from "@/lib/protocol/request_error.ts";

const HOUR = 60 * 60 * 1_000;

/** An image unlike the others. */
function image(mark: string): Uint8Array {
  return png(textChunk("mark", mark));
}

Deno.test("ImageStore.sweep() removes what no turn shows, a day after it came or was asked with, and nothing before", async () => {
  await using folder = await tempFolder();
  let now = Date.now();
  const store = await ImageStore.open(folder.path, { bytes: 1_000_000 }, () => now);
  const [used, waiting, unused] = await Promise.all(["a", "b", "c"].map((mark) => store.add(image(mark), "owner")));
  const sweep = () => store.sweep([{ id: used!.id, sender: "owner" }, { id: unused!.id, sender: "guest:x" }]);
  now += 23 * HOUR;
  await sweep();
  assertEquals(store.count, 3);
  await store.take([waiting!], "owner");
  now += 2 * HOUR;
  await sweep();
  const there = await Promise.all([used, waiting, unused].map((one) => store.read({ id: one!.id, sender: "owner" })));
  assertEquals(there.map((kept) => kept?.type), ["image/png", "image/png", undefined]);
  const again = await ImageStore.open(folder.path, { bytes: 1_000_000 });
  assertEquals([again.count, again.bytes], [2, 2 * image("a").length]);
});

Deno.test("ImageStore keeps the same image once for each who sends it, and leaves half of the room to the owner", async () => {
  await using folder = await tempFolder();
  const { length } = image("a");
  const store = await ImageStore.open(folder.path, { bytes: 3.5 * length });
  for (const sender of ["owner", "owner", "guest:x"]) await store.add(image("a"), sender);
  assertEquals([store.count, store.bytes], [2, 2 * length]);
  await assertRejects(() => store.add(image("b"), "guest:y"), RequestError, "Cannot keep another image");
  await store.add(image("b"), "owner");
  await assertRejects(() => store.add(image("c"), "owner"), RequestError, "Cannot keep another image");
  assertEquals(store.count, 3);
});
