import { assert, assertEquals, assertThrows } from "@std/assert";
import { VoiceError } from "./engine.ts";
import { Sound } from "./sound.ts";
import { type SoundLimits, SoundStore } from "./sound_store.ts";
import { OWNER } from "@/lib/principal.ts";
import { until } from "@/tests/until.ts";

const RATE = 8_000;
const part = (...samples: number[]) => ({ samples: Int16Array.from(samples), sampleRate: RATE });

async function samplesOf(sound: Sound): Promise<number[]> {
  await sound.begun();
  const bytes = await new Response(sound.wav()).bytes();
  return [...new Int16Array(bytes.slice(44).buffer)];
}

Deno.test("a sound is read by several from its beginning while it grows", async () => {
  const sound = new Sound("e");
  const early = samplesOf(sound);
  sound.add(part(1, 2));
  const reader = sound.wav().getReader();
  assertEquals((await reader.read()).value!.length, 44);
  assertEquals([...(await reader.read()).value!], [1, 0, 2, 0]);
  const waiting = reader.read();
  const late = samplesOf(sound);
  sound.add(part(3));
  assertEquals([...(await waiting).value!], [3, 0]);
  sound.end();
  assertEquals([await early, await late, await samplesOf(sound)], [[1, 2, 3], [1, 2, 3], [1, 2, 3]]);
  assertEquals((await reader.read()).done, true);
});

Deno.test("a slow reader holds nobody up, and one that leaves is forgotten", async () => {
  const sound = new Sound("e");
  sound.add(part(0));
  const slow = sound.wav().getReader();
  const gone = sound.wav().getReader();
  await gone.read();
  await gone.read();
  const never = gone.read();
  await gone.cancel();
  assertEquals((await never).done, true);
  for (let n = 1; n < 1_000; n++) sound.add(part(n));
  sound.end();
  assertEquals((await samplesOf(sound)).length, 1_000);
  let read = 0;
  while (!(await slow.read()).done) read++;
  assertEquals(read, 1_001);
});

Deno.test("the header tells the length once it is known", async () => {
  const sound = new Sound("e");
  sound.add(part(1, 2, 3));
  const lengths = async () => {
    const bytes = await sound.wav().getReader().read();
    const view = new DataView(bytes.value!.buffer);
    return [view.getUint32(4, true), view.getUint32(24, true), view.getUint32(40, true), sound.wavBytes];
  };
  assertEquals(await lengths(), [0xffffffff, RATE, 0xffffffff, undefined]);
  sound.end();
  assertEquals(await lengths(), [42, RATE, 6, 50]);
});

Deno.test("what is no sound is refused", () => {
  for (const [samples, sampleRate] of [["x", RATE], [Int16Array.of(1), NaN], [new Float32Array(2), RATE], [null, 0]]) {
    assertThrows(() => new Sound("e").add({ samples, sampleRate } as never), VoiceError);
  }
  const sound = new Sound("e");
  sound.add(part(1));
  assertThrows(() => sound.add({ samples: Int16Array.of(1), sampleRate: RATE + 1 }), VoiceError, "samples a second");
  assertThrows(
    () => sound.add({ samples: new Int16Array(RATE * 181), sampleRate: RATE }),
    VoiceError,
    "more than 180 s",
  );
});

function hold(store: SoundStore, conversation: string, samples: number, owner = OWNER.id): Sound {
  const sound = new Sound("e");
  store.hold(sound, { conversation, owner, asked: `${samples}` });
  sound.add(part(...new Array(samples).fill(0)));
  store.grown(sound);
  return sound;
}

const holding = (limits: Partial<SoundLimits>) => new SoundStore(limits);

Deno.test("the oldest sounds make room, those of the conversation first", () => {
  using store = holding({ bytes: 60, conversationBytes: 40 });
  const [a1, b1, a2] = [hold(store, "a", 10), hold(store, "b", 10), hold(store, "a", 5)];
  const isHeld = (sound: Sound) => store.get(sound.id, OWNER) !== undefined;
  assertEquals([a1, b1, a2].map(isHeld), [true, true, true]);
  const a3 = hold(store, "a", 15);
  assertEquals([a1, b1, a2, a3].map(isHeld), [false, true, true, true]);
  assert(isHeld(b1), "fetched last");
  const c1 = hold(store, "c", 10);
  assertEquals([a2, a3, b1, c1].map(isHeld), [false, false, true, true]);
  assertEquals(store.bytes, 40);
});

Deno.test("a sound is freed some time after it was made, and with its conversation", async () => {
  using store = holding({ keepMs: 40 });
  const [growing, made, other] = [hold(store, "a", 1), hold(store, "a", 1), hold(store, "b", 1)];
  made.end();
  other.end();
  store.freeConversation("b");
  assertEquals(store.get(other.id, OWNER), undefined);
  await until("it is freed", () => store.size === 1, { every: 5 });
  assertEquals(store.get(growing.id, OWNER), growing);
  growing.end();
  await until("it is freed", () => store.size === 0, { every: 5 });
});

Deno.test("only who may read the conversation gets its sound", () => {
  using store = holding({});
  const hers = hold(store, "a", 1, "guest:anna");
  const own = hold(store, "b", 1);
  const guest = (id: string) => ({ role: "guest", id: `guest:${id}` }) as const;
  assertEquals([OWNER, guest("anna"), guest("ben")].map((who) => store.get(hers.id, who)), [hers, hers, undefined]);
  assertEquals([OWNER, guest("anna")].map((who) => store.get(own.id, who)), [own, undefined]);
  assertEquals(store.get("none", OWNER), undefined);
});
