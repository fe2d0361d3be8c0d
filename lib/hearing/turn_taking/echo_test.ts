import { assert, assertEquals } from "@std/assert";
import { Bands } from "./bands.ts";
import { EchoModel, type Residue } from "./echo.ts";
import { hiss, joined, mixed, silence, syllables } from "./voice_fixture.ts";

const HERS = syllables(4000, 1);
/** Her voice as a room gives it back, 96 ms late and at a third, in a soft hiss. */
const ROOM = mixed(joined(silence(96), HERS).subarray(0, HERS.length).map((one) => one / 3), hiss(4000, 0.0005), 0);

function follow(model: EchoModel, heard: Float32Array, given: Float32Array): Residue[] {
  const own = new Bands().push(given);
  return new Bands().push(heard).map((moment, i) => model.push(moment, own[i]!, true));
}

const highest = (residues: readonly Residue[]) => Math.max(...residues.map(({ share }) => share));

Deno.test("EchoModel finds how late her voice is, and that nobody else is there", () => {
  const model = new EchoModel();
  const residues = follow(model, ROOM, HERS);
  assertEquals(model.isKnown, true);
  assert(Math.abs(model.lagMs! - 96) <= 16, `${model.lagMs} ms`);
  assert(highest(residues.slice(-125)) <= 0.2, `${highest(residues.slice(-125))} of the bands seem somebody else's`);
});

Deno.test("EchoModel tells of somebody else for as long as that one speaks, and no longer", () => {
  const residues = follow(new EchoModel(), mixed(ROOM, syllables(640, 5), 2720), HERS);
  const others = residues.map(({ share }, i) => share > 0.2 ? i * 16 : -1).filter((at) => at > 1500);
  assert(Math.abs(others[0]! - 2720) <= 48, `from ${others[0]} ms`);
  assert(Math.abs(others.at(-1)! - 3360) <= 64, `to ${others.at(-1)} ms`);
  assert(others.length > 25, `${others.length} moments of 40`);
});

Deno.test("EchoModel knows no delay where she is heard through headphones, and no room before she has spoken", () => {
  const model = new EchoModel();
  follow(model, hiss(2000, 0.001), HERS.subarray(0, 32_000));
  assertEquals(model.lagMs, undefined);
  const quiet = new EchoModel();
  follow(quiet, hiss(2000, 0.001), silence(2000));
  assertEquals(quiet.isKnown, false);
});

Deno.test("EchoModel knows the room sooner where she is clearly heard in it", () => {
  const knownAfter = (heard: Float32Array, ms: number) => {
    const model = new EchoModel();
    follow(model, heard.subarray(0, ms * 16), HERS.subarray(0, ms * 16));
    return model.isKnown;
  };
  const headphones = hiss(4000, 0.001);
  assertEquals([300, 600].map((ms) => knownAfter(ROOM, ms)), [false, true]);
  assertEquals([600, 700].map((ms) => knownAfter(headphones, ms)), [false, true]);
});
