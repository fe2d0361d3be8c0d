import { assertEquals } from "@std/assert";
import { FrameLog, type LoggedFrame } from "./frame_log.ts";

function chunk(seq: number, data: string, turn = "t"): LoggedFrame {
  return { type: "chunk", turn, seq, data };
}

Deno.test("readJoined() joins neighbouring text of one turn and keeps the last seq", () => {
  const log = new FrameLog(0);
  log.push({ type: "start", turn: "t", seq: 1, provider: "demo", model: "m" });
  for (const [i, data] of ["a", "b", "c"].entries()) log.push(chunk(i + 2, data));
  log.push({ type: "thinking", turn: "t", seq: 5, data: "hm" });
  log.push(chunk(6, "d"));
  log.push(chunk(7, "e", "other"));
  assertEquals(log.readJoined(1), [
    chunk(4, "abc"),
    { type: "thinking", turn: "t", seq: 5, data: "hm" },
    chunk(6, "d"),
    chunk(7, "e", "other"),
  ]);
  assertEquals(log.readJoined(3), [chunk(4, "c"), ...log.readJoined(4)!]);
  assertEquals(log.readJoined(1)?.[0], chunk(4, "abc"), "what was joined has changed nothing in the log");
  assertEquals(log.readJoined(log.end), []);
});

Deno.test("positionAfter() finds every seq that was given out, and no other", () => {
  const log = new FrameLog(10);
  assertEquals(log.positionAfter(10), 0);
  for (const seq of [11, 13, 14]) log.push(chunk(seq, String(seq)));
  assertEquals([9, 10, 11, 12, 13, 14, 15].map((seq) => log.positionAfter(seq)), [undefined, 0, 1, 1, 2, 3, undefined]);
});

Deno.test("FrameLog forgets the oldest frames beyond its capacity", () => {
  const log = new FrameLog(0, 4);
  for (let seq = 1; seq <= 8; seq++) log.push(chunk(seq, String(seq)));
  assertEquals(log.positionAfter(3), undefined);
  assertEquals(log.readJoined(3), undefined);
  assertEquals(log.readJoined(log.positionAfter(4)!), [chunk(8, "5678")]);
  assertEquals(log.end, 8);
});

Deno.test("clear() keeps positions and numbers growing", () => {
  const log = new FrameLog(0);
  log.push(chunk(1, "a"));
  log.clear(2);
  assertEquals([log.seq, log.end, log.readJoined(0), log.positionAfter(1)], [2, 1, undefined, undefined]);
  log.push(chunk(3, "b"));
  assertEquals(log.readJoined(log.positionAfter(2)!), [chunk(3, "b")]);
});
