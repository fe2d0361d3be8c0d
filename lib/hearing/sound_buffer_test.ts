import { assertEquals } from "@std/assert";
import { SoundBuffer } from "./sound_buffer.ts";

Deno.test("SoundBuffer gives what it keeps from any position on, wherever it was cut, and forgets the rest", () => {
  const buffer = new SoundBuffer();
  for (const part of [[0, 1, 2], [3], [], [4, 5, 6, 7]]) buffer.push(Int16Array.from(part));
  assertEquals([...buffer.from(0)], [0, 1, 2, 3, 4, 5, 6, 7]);
  assertEquals([...buffer.from(2)], [2, 3, 4, 5, 6, 7]);
  assertEquals([...buffer.from(5)], [5, 6, 7]);
  assertEquals([...buffer.from(2, 5)], [2, 3, 4]);
  assertEquals([buffer.from(9).length, buffer.from(3, 2).length], [0, 0]);
  // But for the part that the position stands in.
  buffer.forget(5);
  assertEquals([...buffer.from(0)], [4, 5, 6, 7]);
  buffer.forget(8);
  assertEquals([buffer.end, buffer.from(0).length, buffer.from(8).length], [8, 0, 0]);
  buffer.push(Int16Array.of(8));
  assertEquals([...buffer.from(0)], [8]);
});
