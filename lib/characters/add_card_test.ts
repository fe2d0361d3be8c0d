import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { CardError } from "./card_error.ts";
import { addCard } from "./add_card.ts";
import { encoded, png, textChunk } from "./png_fixture.ts";

function card(name: string): { spec: string; data: Record<string, string> } {
  return { spec: "chara_card_v2", data: { name, description: "A friend.", first_mes: "Hi!" } };
}

function json(name: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(card(name)));
}

Deno.test("addCard() keeps a card as it came, named after its character", async () => {
  const folder = join(await Deno.makeTempDir(), "characters");
  const picture = new Uint8Array(png(textChunk("chara", encoded(card("小雪")))));
  assertEquals(await addCard(folder, { card: picture, file: "card.png" }, []), {
    id: "小雪",
    path: join(folder, "小雪.png"),
    warnings: [],
  });
  assertEquals(await Deno.readFile(join(folder, "小雪.png")), picture);
  assertEquals(await addCard(folder, { card: json("小雪"), file: "x" }, []), {
    id: "小雪 2",
    path: join(folder, "小雪 2.json"),
    warnings: [],
  });
  assertEquals((await addCard(folder, { card: json("Tutor"), file: "x" }, ["tutor"])).id, "Tutor 2");
  assertEquals((await addCard(folder, { card: json("../../evil"), file: "x" }, [])).path, join(folder, "evil.json"));
  await Deno.remove(join(folder, ".."), { recursive: true });
});

Deno.test("addCard() refuses what is no card, and keeps nothing", async () => {
  const folder = join(await Deno.makeTempDir(), "characters");
  const bytes = new TextEncoder().encode('{"a": 1}');
  await assertRejects(
    () => addCard(folder, { card: bytes, file: "a.json" }, []),
    CardError,
    "a.json: it tells of no character",
  );
  await assertRejects(() => Deno.stat(folder), Deno.errors.NotFound);
});
