import { assertEquals } from "@std/assert";
import type { DetectorEvents } from "./detector.ts";
import type { RecognitionEngine, RecognitionRequest } from "./engine.ts";
import { Listener } from "./listener.ts";
import { SpokenPrompts } from "./spoken_prompts.ts";
import { FRAME, framesOf, hiss, joined, mixed, silence, syllables } from "./turn_taking/voice_fixture.ts";
import type { HearingServerFrame } from "@/lib/protocol/hearing.ts";
import { Sound } from "@/lib/voice/sound.ts";

const HERS = syllables(5000, 1);
/** What the microphone hears: her voice, 96 ms late and at a third, and from 2720 ms on a word of somebody else. */
const HEARD = mixed(
  mixed(joined(silence(96), HERS).subarray(0, HERS.length).map((one) => one / 3), hiss(5000, 0.0005), 0),
  syllables(160, 5, 0.2),
  2720,
);
const WORD_FRAMES = { from: 85, to: 90 };

const pcm = (sound: Float32Array) => Int16Array.from(sound, (one) => Math.round(one * 32_767));

Deno.test("words that are understood after she went on stop her late, and are asked", async () => {
  const sent: HearingServerFrame[] = [];
  const asked: string[] = [];
  let events: DetectorEvents | undefined;
  let understood: RecognitionRequest["onPartial"] = () => {};
  const engine: RecognitionEngine = {
    id: "test",
    name: "Test",
    away: false,
    ready: true,
    streaming: true,
    languages: [],
    needs: () => Promise.resolve(undefined),
    open: ({ onPartial }) => {
      understood = onPartial;
      return { push: () => {}, finish: () => Promise.resolve("actually"), [Symbol.dispose]: () => {} };
    },
    [Symbol.dispose]: () => {},
  };
  const send = (frame: HearingServerFrame) => void sent.push(frame);
  const prompts = new SpokenPrompts({
    wakeWords: () => [],
    send,
    ask: (_turn, text) => Promise.resolve(void asked.push(text)),
  });
  const options = { stream: 1, mode: "open", engine, prompts, patience: () => 1, bargeIn: () => true, send } as const;
  const fail = (error: unknown) => {
    throw error;
  };
  using listener = await Listener.open({ ...options, onTrouble: fail, onFailure: fail }, {
    needs: () => Promise.resolve(undefined),
    open: (told) => {
      events = told;
      return Promise.resolve({ push: () => {}, finish: () => told.onEnd(), [Symbol.dispose]: () => {} });
    },
  });
  const sound = new Sound("flite");
  sound.add({ samples: pcm(HERS), sampleRate: 16_000 });
  sound.end();
  listener.playback({ position: 0, played: { turn: "hers", ms: 0, sound } });
  const verdicts = () => sent.flatMap((frame) => frame.type === "interruption" ? [frame.verdict] : []);
  framesOf(HEARD).slice(0, 120).forEach((frame, index) => {
    listener.take({ stream: 1, position: index * FRAME, samples: pcm(frame) });
    events?.onWindow((index + 1) * FRAME, index >= WORD_FRAMES.from && index < WORD_FRAMES.to);
  });
  assertEquals(verdicts(), ["lower", "continue"]);
  understood("actually");
  assertEquals(verdicts(), ["lower", "continue", "stop"]);
  await listener.end();
  assertEquals(asked, ["actually"]);
});
