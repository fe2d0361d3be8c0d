import { assert, assertEquals } from "@std/assert";
import { Governor } from "./governor.ts";

/** A display of 60 Hz on a machine that takes so long for a drawing of full size; it is less with fewer pixels. */
class Machine {
  readonly governor = new Governor();
  /** The scale after each change. */
  readonly scales: number[] = [];
  #now = 0;
  #drawn = -Infinity;

  constructor(public fullCost: number, readonly period = 1000 / 60) {
    // While the model is loaded.
    for (; this.#now < 500; this.#now += period) this.governor.frame(this.#now, this.#now - period, false);
    this.governor.restart();
  }

  run(seconds: number): void {
    for (const until = this.#now + seconds * 1000; this.#now < until;) {
      const { scale, maxFps } = this.governor.quality;
      const draws = this.#now - this.#drawn >= 1000 / Math.min(60, maxFps) - 2;
      if (draws) this.#drawn = this.#now;
      const cost = draws ? this.fullCost * scale * scale : 0;
      const asked = this.#now;
      this.#now += Math.max(1, Math.ceil(cost / this.period)) * this.period;
      if (this.governor.frame(this.#now, asked, true)) this.scales.push(this.governor.quality.scale);
    }
  }
}

Deno.test("U11: a machine that keeps up is left alone, whatever its display", () => {
  for (const period of [1000 / 30, 1000 / 60, 1000 / 144]) {
    const machine = new Machine(period * 0.8, period);
    machine.run(60);
    assertEquals(machine.scales, []);
  }
});

Deno.test("U11: one without a graphics card draws less within ten seconds, until it keeps up", () => {
  const machine = new Machine(117);
  machine.run(10);
  const { scale, maxFps } = machine.governor.quality;
  const cost = 117 * scale * scale;
  assert(cost * maxFps / 1000 < 0.5, `${cost} ms a frame, ${maxFps} frames a second`);
});

Deno.test("U11: quality does not go up and down, and comes back when there is room for it", () => {
  const machine = new Machine(117);
  machine.run(600);
  const { length } = machine.scales;
  assert(length < 25, `${length} changes in ten minutes: ${machine.scales}`);
  machine.fullCost = 5;
  machine.run(1500);
  assertEquals(machine.governor.quality.scale, 1);
});

Deno.test("U11: a moment of other work changes nothing", () => {
  const machine = new Machine(5);
  machine.run(5);
  machine.fullCost = 900;
  machine.run(0.9);
  machine.fullCost = 5;
  machine.run(5);
  assertEquals(machine.scales, []);
});
