import { assertEquals, assertThrows } from "@std/assert";
import { HearingError } from "./engine.ts";
import { StreamGuard } from "./stream_guard.ts";
import { MICROPHONE_RATE } from "@/lib/protocol/hearing.ts";

const SECOND = MICROPHONE_RATE;

/** A guard, on a clock that stands still unless it is moved. */
function guarded() {
  let now = 5_000;
  return { guard: new StreamGuard(() => now), pass: (seconds: number) => void (now += 1_000 * seconds) };
}

/** Samples that are no noise: they go up and down slowly. */
function tone(length: number, loud = 1_000): Int16Array<ArrayBuffer> {
  return Int16Array.from({ length }, (_, i) => loud * Math.sin(i / 20));
}

Deno.test("StreamGuard gives samples as they come, what came twice once, and silence for a little that is missing", () => {
  const { guard } = guarded();
  const at = (position: number, ...samples: number[]) => [
    ...guard.accept({ position, samples: Int16Array.from(samples) }),
  ];
  assertEquals(at(0, 1, 2, 3), [1, 2, 3]);
  assertEquals(at(3, 4), [4]);
  assertEquals(at(2, 3, 4, 5), [5]);
  assertEquals(at(1, 2, 3), []);
  assertEquals(at(7, 8, 9), [0, 0, 8, 9]);
  assertEquals(at(9), []);
});

Deno.test("StreamGuard fills two seconds at the most", () => {
  const { guard } = guarded();
  assertEquals(guard.accept({ position: 2 * SECOND, samples: tone(1) }).length, 2 * SECOND + 1);
  const jump = { position: 4 * SECOND + 2, samples: tone(1) };
  assertThrows(() => guard.accept(jump), HearingError, "jumped from 2.0 s to 4.0 s");
});

Deno.test("StreamGuard lets 30 s run ahead of the clock, and then a tenth more than the clock", () => {
  const { guard, pass } = guarded();
  const to = (seconds: number) => {
    for (; position < seconds * SECOND; position += SECOND) guard.accept({ position, samples: tone(SECOND) });
  };
  let position = 0;
  to(30);
  assertThrows(() => to(31), HearingError, "faster than anybody can speak");
  pass(10);
  to(41);
  assertThrows(() => to(42), HearingError, "faster than anybody can speak");
});

Deno.test("StreamGuard takes 3000 pieces ahead of the clock, and 200 a second", () => {
  const { guard, pass } = guarded();
  let position = 0;
  const pieces = (count: number) => {
    for (let piece = 0; piece < count; piece++) guard.accept({ position: position++, samples: tone(1) });
  };
  pieces(3_000);
  assertThrows(() => pieces(1), HearingError, "comes in 3001 pieces in 0.0 s");
  pass(1);
  pieces(199);
  assertThrows(() => pieces(1), HearingError, "comes in 3201 pieces in 1.0 s");
});

Deno.test("StreamGuard refuses a second of what is no sound, and takes what is loud, soft, or silent", () => {
  let state = 1;
  const random = () => (state = state * 48_271 % 2_147_483_647) / 2_147_483_647;
  const noise = (loud: number) => Int16Array.from({ length: SECOND }, () => loud * (65_535 * random() - 32_768));
  const take = (samples: Int16Array<ArrayBuffer>) => guarded().guard.accept({ position: 0, samples }).length;
  assertEquals([noise(0.5), tone(SECOND, 32_767), tone(SECOND, 3), new Int16Array(SECOND)].map(take), [
    SECOND,
    SECOND,
    SECOND,
    SECOND,
  ]);
  assertThrows(() => take(noise(1)), HearingError, "is no sound");
  // However it is cut.
  const { guard } = guarded();
  const all = noise(1);
  const cut = (from: number) => guard.accept({ position: from, samples: all.slice(from, from + SECOND / 2) });
  assertEquals(cut(0).length, SECOND / 2);
  assertThrows(() => cut(SECOND / 2), HearingError, "is no sound");
});
