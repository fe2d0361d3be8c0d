import { assertEquals } from "@std/assert";
import { CalledEngine } from "./called_engine.ts";
import type { Spotting } from "./wake_spotter.ts";

/** An engine and a spotter of which a test says what they hear. */
class Scene {
  /** Samples that were understood, of each piece that was. */
  readonly understood: number[][] = [];
  readonly told: string[] = [];
  text = "what is the time";
  now = 1_000;
  events: Parameters<Spotting["open"]>[0] | undefined;
  readonly engine = new CalledEngine({
    engine: {
      streaming: true,
      open: ({ onPartial }) => {
        const samples: number[] = [];
        this.understood.push(samples);
        return {
          push: (more) => {
            samples.push(...more);
            onPartial(this.text);
          },
          finish: () => Promise.resolve(this.text),
          [Symbol.dispose]: () => {},
        };
      },
    },
    spotting: {
      prepare: () => {},
      open: (events) => {
        this.events = events;
        return { push: () => {}, finish: () => events.text?.(""), [Symbol.dispose]: () => {} };
      },
    },
    wakeWords: () => ["Mao"],
    now: () => this.now,
  });

  /** One piece of two samples; something happens between them. */
  async piece(between: (scene: Scene) => void = () => {}): Promise<string> {
    using recognition = this.engine.open({ language: undefined, onPartial: (text) => this.told.push(text) });
    recognition.push(Int16Array.of(1));
    between(this);
    recognition.push(Int16Array.of(2));
    return await recognition.finish();
  }
}

const called = ({ events }: Scene) => events?.spotted?.();

Deno.test("CalledEngine has nothing understood before she is called, and then all of it", async () => {
  const scene = new Scene();
  assertEquals([await scene.piece(), scene.understood], ["", []]);
  assertEquals(await scene.piece(called), "Mao what is the time");
  assertEquals(scene.understood, [[1, 2]]);
  assertEquals(scene.told.at(-1), "Mao what is the time");
  // However a recogniser has written it, it stands there once.
  scene.now += 100_000;
  scene.text = "Hey mao, stop";
  assertEquals(await scene.piece(called), "Hey mao, stop");
});

Deno.test("CalledEngine understands what follows a call, but not a room that talks on", async () => {
  const scene = new Scene();
  await scene.piece(called);
  scene.now += 9_000;
  assertEquals(await scene.piece(), "what is the time");
  scene.now += 11_000;
  assertEquals(await scene.piece(), "");
  await scene.piece(called);
  let pieces = 0;
  for (; pieces < 100 && await scene.piece() !== ""; pieces++) scene.now += 5_000;
  assertEquals(pieces, 12);
});

Deno.test("CalledEngine has all of it understood where nobody listens for the word any more", async () => {
  const scene = new Scene();
  assertEquals(await scene.piece(({ events }) => events?.failed("it died")), "what is the time");
  assertEquals(scene.understood, [[1, 2]]);
});
