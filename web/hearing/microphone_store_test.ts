import { assertEquals } from "@std/assert";
import { decodeMicrophone, type HearingClientFrame, type HearingMode } from "@/lib/protocol/hearing.ts";
import type { ClientFrame } from "@/lib/protocol/v2.ts";
import { FakeEnvironment } from "@/web/connection/fake_environment.ts";
import type { RecogniserHandlers } from "./browser_recogniser.ts";
import type { MicrophoneHandlers } from "./microphone.ts";
import { MicrophoneStore } from "./microphone_store.ts";
import type { Trouble } from "./trouble.ts";

/** A store with a microphone, a line and a clock of the test's own. */
function setUp({ obstacle = null, mode = "open" }: { obstacle?: Trouble | null; mode?: HearingMode } = {}) {
  const environment = new FakeEnvironment();
  const sent: HearingClientFrame[] = [];
  const sounds: { stream: number; position: number }[] = [];
  const opened = Promise.withResolvers<void>();
  const fake = {
    handlers: undefined as MicrophoneHandlers | undefined,
    position: 0,
    isOpen: false,
    isOnline: true,
    isTabMine: false,
    loseTab: () => {},
    recogniser: undefined as RecogniserHandlers | undefined,
    recognising: "",
    interrupted: 0,
    /** The reader answers the browser's question. */
    allow: () => opened.resolve(),
    refuse: (name: string) => opened.reject(new DOMException("no", name)),
  };
  const store = new MicrophoneStore({
    send(frame: ClientFrame) {
      if (fake.isOnline) sent.push(frame as HearingClientFrame);
      return fake.isOnline;
    },
    sendSound(bytes) {
      const { stream, position } = decodeMicrophone(bytes.buffer);
      sounds.push({ stream, position });
      return true;
    },
    mode: () => mode,
    device: () => "",
    obstacle: () => obstacle,
    async open(_device, handlers) {
      await opened.promise;
      fake.isOpen = true;
      fake.handlers = handlers;
      return {
        get position() {
          return fake.position;
        },
        dispose: () => fake.isOpen = false,
      };
    },
    recogniser(handlers) {
      fake.recogniser = handlers;
      fake.recognising = "on";
      return {
        pause: () => fake.recognising = "paused",
        resume: () => fake.recognising = "on",
        finish: () => handlers.onText("u", "and so", true),
        dispose: () => fake.recognising = "",
      };
    },
    interrupt: () => fake.interrupted++,
    takeTab(onLost) {
      fake.isTabMine = true;
      fake.loseTab = onLost;
      return Promise.resolve(() => fake.isTabMine = false);
    },
    schedule: (callback, ms) => environment.schedule(callback, ms),
    now: () => environment.now(),
  });
  async function start() {
    const started = store.start();
    fake.allow();
    await started;
  }
  const hear = (position: number) => fake.handlers?.onFrame({ position, samples: new Int16Array(512).fill(3_000) });
  const told = () => [store.state.value, store.trouble.value?.kind];
  return { environment, sent, sounds, fake, store, start, hear, told };
}

const settle = () => new Promise((resolve) => setTimeout(resolve));

Deno.test("MicrophoneStore sends sound from the stream's beginning on, and nothing before and after", async () => {
  const { store, sent, sounds, fake, start, hear, told } = setUp();
  assertEquals(told(), ["off", undefined]);
  const started = store.start();
  assertEquals(told(), ["asking", undefined]);
  fake.position = 300;
  fake.allow();
  await started;
  hear(0);
  hear(512);
  assertEquals([told(), sounds], [["on", undefined], [{ stream: 1, position: 212 }]]);
  assertEquals(store.receive({ type: "activity", stream: 1, speaking: true, position: 600 }), true);
  assertEquals(told(), ["speaking", undefined]);
  store.stop();
  hear(1024);
  assertEquals([told(), sounds.length, fake.isOpen, fake.isTabMine], [["off", undefined], 1, false, false]);
  assertEquals(sent.map(({ type }) => type), ["listen", "playback", "unlisten"]);
  await start();
  assertEquals(sent.at(-2), { type: "listen", stream: 2, mode: "open" });
});

Deno.test("MicrophoneStore says why it does not listen", async () => {
  const insecure = setUp({ obstacle: { kind: "insecure" } });
  await insecure.store.start();
  assertEquals([insecure.told(), insecure.sent], [["off", "insecure"], []]);
  for (const [name, kind] of [["NotAllowedError", "refused"], ["NotFoundError", "missing"], ["OddError", "failed"]]) {
    const { store, fake, told, sent } = setUp();
    const started = store.start();
    fake.refuse(name!);
    await started;
    assertEquals([told(), sent, fake.isTabMine], [["off", kind], [], false]);
  }
});

Deno.test("MicrophoneStore tells when the device, the tab or the server takes the microphone away", async () => {
  const cases: [kind: Trouble["kind"], ({ fake, store }: ReturnType<typeof setUp>) => void][] = [
    ["gone", ({ fake }) => fake.handlers?.onGone()],
    ["elsewhere", ({ fake }) => fake.loseTab()],
    ["failed", ({ store }) => {
      store.receive({ type: "error", stream: 1, code: "hearing_failed", message: "Deaf", hint: "Write" });
    }],
    ["crowded", ({ store }) => {
      store.receive({ type: "error", stream: 1, code: "too_many", message: "Full", hint: "Write" });
    }],
  ];
  for (const [kind, take] of cases) {
    const all = setUp();
    await all.start();
    take(all);
    assertEquals([all.told(), all.fake.isOpen, all.fake.isTabMine], [["off", kind], false, false]);
    // What still comes of it changes nothing.
    all.store.receive({ type: "activity", stream: 1, speaking: true, position: 0 });
    assertEquals(all.told(), ["off", kind]);
    void all.store.start();
    assertEquals(all.told(), ["asking", undefined]);
  }
});

Deno.test("MicrophoneStore waits for a device that is held back, and begins anew on a new line", async () => {
  const { store, sent, sounds, fake, start, hear, told } = setUp();
  await start();
  fake.handlers?.onHeld(true);
  // Nobody waits for its sound, also on a line that is new.
  store.disconnected();
  store.connected();
  assertEquals([told(), sent.at(-1)], [["held", undefined], { type: "unlisten", stream: 1 }]);
  fake.handlers?.onHeld(false);
  fake.handlers?.onHeld(false);
  assertEquals([told(), sent.at(-2)], [["on", undefined], { type: "listen", stream: 2, mode: "open" }]);
  store.disconnected();
  hear(0);
  assertEquals([told(), sounds], [["on", "offline"], []]);
  fake.position = 16_000;
  store.connected();
  hear(16_000);
  assertEquals([told(), sounds], [["on", undefined], [{ stream: 3, position: 0 }]]);
  assertEquals(sent.filter(({ type }) => type === "listen").length, 3);
});

Deno.test("MicrophoneStore listens as long as it is held, and a moment longer", async () => {
  const { environment, store, sent, fake, told } = setUp();
  store.press();
  fake.allow();
  await settle();
  assertEquals(sent[0], { type: "listen", stream: 1, mode: "hold" });
  environment.advance(200);
  assertEquals(fake.interrupted, 0);
  environment.advance(800);
  assertEquals(fake.interrupted, 1);
  store.release();
  assertEquals(told(), ["on", undefined]);
  environment.advance(250);
  assertEquals([told(), sent.at(-1)], [["off", undefined], { type: "unlisten", stream: 1 }]);
  store.press();
  await settle();
  environment.advance(100);
  store.release();
  environment.advance(1_000);
  assertEquals([told(), fake.interrupted], [["off", "tapped"], 1]);
  store.press();
  await settle();
  store.disconnected();
  environment.advance(1_000);
  store.release();
  environment.advance(250);
  assertEquals(told(), ["off", "offline"]);
});

Deno.test("MicrophoneStore opens nothing for whoever lets go before the browser's question is answered", async () => {
  const { store, sent, fake, told } = setUp();
  store.press();
  store.release();
  fake.allow();
  await settle();
  assertEquals([told(), sent, fake.isOpen, fake.isTabMine], [["off", "tapped"], [], false, false]);
});

Deno.test("MicrophoneStore shows what is being said until it is known not to be for her", async () => {
  const { store, start } = setUp();
  await start();
  const grow = (text: string, more: { final?: boolean; turn?: string } = {}) => {
    store.receive({ type: "transcript", id: "u", text, final: false, ...more });
    return store.transcript.value;
  };
  assertEquals(grow("Hel"), { id: "u", text: "Hel", final: false });
  assertEquals(grow("Hello", { final: true, turn: "t" }), { id: "u", text: "Hello", final: true, turn: "t" });
  assertEquals(grow("Mm-hmm", { final: true }), null);
});

Deno.test("MicrophoneStore tells by the microphone's samples what the loudspeaker gives out", async () => {
  const { environment, store, sent, fake, start } = setUp();
  store.sounding({ turn: "t", index: 1, ms: 40 });
  environment.advance(100);
  fake.position = 1_000;
  await start();
  assertEquals(sent.at(-1), { type: "playback", stream: 1, position: 0, turn: "t", index: 1, ms: 140 });
  fake.position = 3_000;
  store.sounding(null);
  assertEquals(sent.at(-1), { type: "playback", stream: 1, position: 2_000 });
});

Deno.test("MicrophoneStore lets the browser understand where the server cannot, but not while she speaks", async () => {
  const { store, sent, sounds, fake, start, hear } = setUp();
  await start();
  store.receive({ type: "listening", stream: 1, engine: "browser", away: false });
  fake.recogniser?.onPlace(true);
  assertEquals(store.whereabouts.value, { engine: "browser", away: true });
  hear(512);
  assertEquals(sounds, []);
  fake.recogniser?.onText("u", "Hello", false);
  assertEquals(sent.at(-1), { type: "utterance", id: "u", text: "Hello", final: false });
  store.sounding({ turn: "t", index: 0, ms: 0 });
  assertEquals(fake.recognising, "paused");
  store.sounding(null);
  assertEquals(fake.recognising, "on");
  store.stop();
  assertEquals(sent.slice(-2), [
    { type: "utterance", id: "u", text: "and so", final: true },
    { type: "unlisten", stream: 1 },
  ]);
  assertEquals(fake.recognising, "");
});

Deno.test("MicrophoneStore shows of what the browser understands only what follows her name, where she is to be called", async () => {
  const { store, sent, fake, start } = setUp({ mode: "wake" });
  await start();
  store.receive({ type: "listening", stream: 1, engine: "browser", away: false });
  fake.recogniser?.onText("u", "the neighbours said", false);
  assertEquals(sent.at(-1), { type: "utterance", id: "u", text: "the neighbours said", final: false });
  assertEquals(store.transcript.value, null);
  fake.recogniser?.onText("v", "Mao, how are you", false);
  assertEquals(store.transcript.value, null);
  store.receive({ type: "transcript", id: "v", text: "how are you", final: false });
  assertEquals(store.transcript.value, { id: "v", text: "how are you", final: false });
});

Deno.test("MicrophoneStore tries the microphone without telling her anything", async () => {
  const { store, sent, fake } = setUp();
  const started = store.tryOut();
  fake.allow();
  await started;
  assertEquals([sent[0], store.isTrial.value], [{ type: "listen", stream: 1, mode: "open", trial: true }, true]);
  store.receive({ type: "transcript", id: "u", text: "One two", final: true });
  assertEquals(store.transcript.value?.text, "One two");
  store.receive({ type: "listening", stream: 1, engine: "browser", away: false });
  const count = sent.length;
  fake.recogniser?.onText("v", "Three", true);
  assertEquals([store.transcript.value?.text, sent.length], ["Three", count]);
  // What is understood late is shown as well.
  store.stop();
  store.receive({ type: "transcript", id: "w", text: "Four", final: true });
  assertEquals([store.transcript.value?.text, store.isTrial.value], ["Four", true]);
});
