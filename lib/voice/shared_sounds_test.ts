import { assert, assertEquals } from "@std/assert";
import { SharedSounds } from "./shared_sounds.ts";
import { Sound } from "./sound.ts";
import { SoundStore } from "./sound_store.ts";
import { MemoryHub } from "@/lib/bus/memory_bus.ts";
import { OWNER, type Principal } from "@/lib/principal.ts";
import { until, within } from "@/tests/until.ts";

const ANNA: Principal = { role: "guest", id: "anna" };
const BEN: Principal = { role: "guest", id: "ben" };
const RATE = 16_000;

/** Two processes with sounds, of which the first makes one for Anna. */
function scene() {
  const hub = new MemoryHub();
  const [a, b] = [process(hub), process(hub)];
  const sound = new Sound("tones");
  a.store.hold(sound, { conversation: "c", owner: ANNA.id, asked: "it" });
  const dispose = () => [a, b].forEach(({ store, shared }) => (shared[Symbol.dispose](), store[Symbol.dispose]()));
  return { a, b, sound, get: (who: Principal) => b.shared.get(a.bus.self, sound.id, who), [Symbol.dispose]: dispose };
}

function process(hub: MemoryHub) {
  const bus = hub.connect();
  const store = new SoundStore();
  return { bus, store, shared: new SharedSounds(bus, store) };
}

function samples(count: number, from = 0): Int16Array<ArrayBuffer> {
  return Int16Array.from({ length: count }, (_, i) => from + i);
}

Deno.test("a sound that another process makes is read as it is made, to its end", async () => {
  using at = scene();
  at.sound.add({ samples: samples(100), sampleRate: RATE });
  const copy = await within("its beginning", at.get(ANNA));
  assert(copy !== undefined);
  assertEquals([copy.samples(0, 1_000), copy.ended, copy.sampleRate], [samples(100), false, RATE]);
  at.sound.add({ samples: samples(50, 100), sampleRate: RATE });
  await within("more of it", copy.begun(100));
  assertEquals(copy.samples(0, 1_000), samples(150));
  // More than one message takes.
  const long = samples(2_000_000);
  at.sound.add({ samples: long, sampleRate: RATE });
  at.sound.end();
  await until("its end", () => copy.ended);
  assertEquals(copy.bytes, (150 + long.length) * 2);
  assertEquals(copy.samples(150, long.length), long);
  const bytes = await new Response(copy.wav()).bytes();
  assertEquals(bytes, await new Response(at.sound.wav()).bytes());
});

Deno.test("a sound of another process is heard by those alone who may, and copied once", async () => {
  using at = scene();
  at.sound.add({ samples: samples(100), sampleRate: RATE });
  assertEquals(await at.get(BEN), undefined);
  const [hers, again] = await Promise.all([at.get(ANNA), at.get(ANNA)]);
  assert(hers !== undefined && hers === again);
  // What is held here now is hers here as well.
  assertEquals([await at.get(BEN), await at.get(OWNER) === hers], [undefined, true]);
  assertEquals([at.b.store.get(at.sound.id, BEN), at.b.store.get(at.sound.id, ANNA)], [undefined, hers]);
  at.sound.end();
  await until("its end", () => hers.ended);
});

Deno.test("a sound whose process is not there is none, and one that it has not finished ends", async () => {
  using at = scene();
  at.sound.add({ samples: samples(100), sampleRate: RATE });
  for (const name of ["nobody", crypto.randomUUID(), "x".repeat(10_000)]) {
    assertEquals(await at.b.shared.get(name, at.sound.id, ANNA), undefined);
  }
  const copy = await at.get(ANNA);
  await at.a.bus[Symbol.asyncDispose]();
  at.sound.add({ samples: samples(100), sampleRate: RATE });
  await until("the copy ends", () => copy?.ended === true);
  assertEquals([await at.get(ANNA), at.b.store.size], [undefined, 0]);
});
