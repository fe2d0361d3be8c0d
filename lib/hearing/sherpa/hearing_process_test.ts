import { assertEquals } from "@std/assert";
import { HEARING_PROGRAM, HearingProcess, type Load } from "./hearing_process.ts";
import { until, within } from "@/tests/until.ts";

const SLOW = { ...HEARING_PROGRAM, url: new URL("./slow_hearing_fixture.ts", import.meta.url) };
/** Nothing that the slow program looks at. */
const LOAD = { packages: {}, spotter: {} } as Load;

Deno.test("a process that is slow with the rest of a stream is waited for as long as it goes on", async () => {
  using process = new HearingProcess({ program: SLOW, timeoutMs: 3_000, idleMs: 60_000 });
  const heard: number[] = [];
  const end = Promise.withResolvers<string>();
  const stream = process.open(LOAD, [], {
    heard: (position) => heard.push(position),
    text: () => end.resolve("all is heard"),
    failed: end.resolve,
  });
  await until("it has begun", () => heard.length === 1);
  stream.finish();
  assertEquals(await within("it ends", end.promise), "all is heard");
  assertEquals(heard.length, 51);
});
