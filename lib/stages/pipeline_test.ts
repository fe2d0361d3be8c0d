import { assertEquals } from "@std/assert";
import type { TurnEvent } from "./events.ts";
import { MarksStage } from "./marks.ts";
import { pipeline } from "./pipeline.ts";

Deno.test("a stage that cannot be made is left out, and the others do their work", () => {
  const out: TurnEvent[] = [];
  const broken = () => {
    throw new Error("an injected fault");
  };
  const emit = pipeline([broken, () => new MarksStage(), broken], (event) => out.push(event));
  emit({ type: "text", data: "Hi! " });
  emit({ type: "text", data: "[happy] You" });
  emit({ type: "end", reason: "stop" });
  const text = out.map((event) => event.type === "text" ? event.data : "").join("");
  const feelings = out.flatMap((event) => event.type === "emotion" ? event.name : []);
  assertEquals([text, feelings, out.at(-1)?.type], ["Hi! You", ["happy"], "end"]);
});
