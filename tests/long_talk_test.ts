/** A server that listens for long: what it has started for that does not add up, and goes with the last page. */
import { assertEquals } from "@std/assert";
import { watchChildren } from "./children.ts";
import { talk } from "./long_talk.ts";
import { until } from "./until.ts";

Deno.test("two minutes of talk are heard sentence by sentence by one process, which goes with the server", async () => {
  const children = watchChildren();
  const processes = new Set<number>();
  await talk(5, () => children().forEach((pid) => processes.add(pid)));
  assertEquals(processes.size, Deno.build.os === "linux" ? 1 : 0);
  await until("no process is left", () => children().length === 0);
});
