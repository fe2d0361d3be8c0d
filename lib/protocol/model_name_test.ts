import { assertEquals } from "@std/assert";
import { sameModel } from "./model_name.ts";

Deno.test("sameModel() knows the tag that is not said", () => {
  const cases: [one: string, other: string, same: boolean][] = [
    ["qwen2.5", "qwen2.5:latest", true],
    ["Qwen2.5", "qwen2.5", true],
    ["qwen2.5:3b", "qwen2.5", false],
    ["host:5000/me/mini", "host:5000/me/mini:latest", true],
  ];
  for (const [one, other, same] of cases) assertEquals(sameModel(one, other), same, `${one} ${other}`);
});
