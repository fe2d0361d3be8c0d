import { assert, assertEquals } from "@std/assert";
import { Loudspeaker } from "./loudspeaker.ts";
import { Sound } from "@/lib/voice/sound.ts";

const RATE = 16_000;

/** A sound of which each sample tells its place, in thousandths. */
function ramp(length: number, sampleRate = RATE): Sound {
  const sound = new Sound("test");
  sound.add({ samples: Int16Array.from({ length }, (_, i) => i), sampleRate });
  sound.end();
  return sound;
}

const places = (given: Float32Array) => [...given].map((one) => Math.round(one * 32_768));

Deno.test("Loudspeaker gives what is played between two positions, from its millisecond on, and silence around it", () => {
  const loudspeaker = new Loudspeaker();
  loudspeaker.tell({ position: 4, played: { turn: "t", ms: 1, sound: ramp(1_000) } });
  assertEquals(places(loudspeaker.given(0, 8)), [0, 0, 0, 0, 16, 17, 18, 19]);
  loudspeaker.tell({ position: 10 });
  assertEquals(places(loudspeaker.given(8, 13)), [20, 21, 0, 0, 0]);
  // Earlier than what was told before: taken by the order.
  loudspeaker.tell({ position: 2, played: { turn: "t", ms: 2, sound: ramp(1_000) } });
  assertEquals(places(loudspeaker.given(13, 15)), [32, 33]);
});

Deno.test("Loudspeaker brings a sound to the microphone's rate, and is silent where it has ended", () => {
  const loudspeaker = new Loudspeaker();
  loudspeaker.tell({ position: 0, played: { turn: "t", ms: 0, sound: ramp(9_600, 48_000) } });
  const given = places(loudspeaker.given(0, 4_000));
  for (const at of [500, 1_000, 3_000]) assert(Math.abs(given[at]! - 3 * at) < 100, `${given[at]} at ${at}`);
  assertEquals(given.slice(3_300).every((one) => one === 0), true);
});

Deno.test("Loudspeaker knows the turn that may be heard, for as long as a room takes", () => {
  const loudspeaker = new Loudspeaker();
  loudspeaker.tell({ position: RATE, played: { turn: "known", ms: 0, sound: ramp(RATE) } });
  loudspeaker.tell({ position: 2 * RATE });
  const at = (seconds: number) => [loudspeaker.turnAt(seconds * RATE), loudspeaker.explains(seconds * RATE)];
  assertEquals([0.9, 1, 2.2, 2.4, 2.6].map(at), [
    [undefined, false],
    ["known", true],
    ["known", true],
    ["known", false],
    [undefined, false],
  ]);
  loudspeaker.tell({ position: 3 * RATE, played: { turn: "browser's", ms: 0, sound: undefined } });
  assertEquals([1.5, 3.5].map((seconds) => loudspeaker.unknownTurnAt(seconds * RATE)), [undefined, "browser's"]);
  assertEquals(places(loudspeaker.given(3 * RATE, 3 * RATE + 2)), [0, 0]);
});
