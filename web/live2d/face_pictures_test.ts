import { assertEquals } from "@std/assert";
import { FacePictures } from "./face_pictures.ts";
import { until } from "@/tests/until.ts";

Deno.test("U5: pictures of faces are drawn once, when they are wanted, and wait while the avatar is away", async () => {
  const drawn: string[] = [];
  let away = false;
  const counts: number[] = [];
  const pictures: FacePictures = new FacePictures(["a", "b", "c"], (name) => {
    if (away) return "";
    drawn.push(name);
    away = name === "b";
    return `data:${name}`;
  }, () => counts.push(pictures.read().size));
  assertEquals(drawn, []);
  assertEquals(pictures.read().size, 0);
  await until("two are drawn", () => drawn.length === 2);
  away = false;
  await until("the rest is drawn", () => pictures.read().size === 3);
  assertEquals([...pictures.read()], [["a", "data:a"], ["b", "data:b"], ["c", "data:c"]]);
  assertEquals(drawn, ["a", "b", "c"]);
  assertEquals(counts, [1, 2, 3]);
});
