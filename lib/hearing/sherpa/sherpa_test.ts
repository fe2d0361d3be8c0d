/** Recognisers in sherpa-onnx itself, natively and as WebAssembly, that understand tones. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { HearingError, type Recognition } from "@/lib/hearing/engine.ts";
import { FRAME, joined, silence } from "@/lib/hearing/hearing_fixture.ts";
import { watchChildren } from "@/tests/children.ts";
import { laySherpa } from "@/tests/sherpa_packages.ts";
import { until } from "@/tests/until.ts";
import { SherpaRecogniser } from "./sherpa.ts";
import { type ToneRecogniserOptions, tonesOf, writeToneRecogniser } from "./tone_recogniser_fixture.ts";

const KINDS = ["native", "wasm"] as const;
/** Long enough for whatever is to be understood. */
const PATIENT_MS = 20_000;

interface Scene {
  engine: SherpaRecogniser;
  /** Writes a recogniser, and has it looked for. Gives what is missing. */
  write(id: string, options: ToneRecogniserOptions): Promise<string | undefined>;
  folder: string;
}

async function withEngine(
  scene: (scene: Scene) => Promise<void>,
  { kind = "native", timeoutMs = PATIENT_MS }: { kind?: typeof KINDS[number]; timeoutMs?: number } = {},
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const [recognisers, runtime] = [join(folder, "recognisers"), join(folder, "runtime")];
  await laySherpa(runtime, [kind]);
  const engine = new SherpaRecogniser({ folder: recognisers, runtime, timeoutMs });
  const write = async (id: string, options: ToneRecogniserOptions) => {
    await writeToneRecogniser(join(recognisers, id), options);
    return await engine.needs();
  };
  try {
    await scene({ engine, folder: recognisers, write });
  } finally {
    engine[Symbol.dispose]();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Begins to understand; `told` is what it has told on the way. */
function begin(engine: SherpaRecogniser): { recognition: Recognition; told: string[] } {
  const told: string[] = [];
  return { recognition: engine.open({ onPartial: (text) => told.push(text) }), told };
}

/** What frames of words say to several recognitions, turn by turn. */
function speak(...spoken: [Recognition, words: string][]): void {
  const sounds = spoken.map(([to, words]) => ({ to, sound: joined(silence(0.3), tonesOf(words), silence(0.2)) }));
  for (let at = 0; sounds.some(({ sound }) => at < sound.length); at += FRAME) {
    for (const { to, sound } of sounds) to.push(sound.slice(at, at + FRAME));
  }
}

async function understood(engine: SherpaRecogniser, words: string): Promise<string> {
  using recognition = begin(engine).recognition;
  speak([recognition, words]);
  return (await recognition.finish()).trim();
}

for (const kind of KINDS) {
  for (const streaming of [true, false]) {
    const name = `${kind}, ${streaming ? "while it is being said" : "at its end"}`;
    Deno.test(`sherpa-onnx understands what two say at once, each by itself (${name})`, async () => {
      await withEngine(async ({ engine, write }) => {
        assertEquals(await write("tones", { streaming }), undefined);
        assertEquals(engine.streaming, streaming);
        const [one, other] = [begin(engine), begin(engine)];
        speak([one.recognition, "hello there how are you"], [other.recognition, "stop mao"]);
        const texts = await Promise.all([one, other].map(({ recognition }) => recognition.finish()));
        assertEquals(texts.map((text) => text.trim()), ["hello there how are you", "stop mao"]);
        const words = one.told.map((text) => text.trim());
        const grown = ["hello", "hello there", "hello there how", "hello there how are", "hello there how are you"];
        assertEquals(words, streaming ? grown : []);
      }, { kind });
    });
  }
}

Deno.test("a silence is nothing, and what nobody waits for is not told", async () => {
  await withEngine(async ({ engine, write }) => {
    await write("tones", { streaming: true });
    using quiet = begin(engine).recognition;
    quiet.push(silence(1));
    assertEquals(await quiet.finish(), "");
    const left = begin(engine);
    speak([left.recognition, "hello there"]);
    left.recognition[Symbol.dispose]();
    // Whoever comes after that one waits until it has been heard.
    assertEquals(await understood(engine, "you"), "you");
    assertEquals(left.told, []);
  });
});

Deno.test("a recogniser that hangs costs its own utterance, and the next one has a new process", async () => {
  const children = watchChildren();
  await withEngine(async ({ engine, write }) => {
    await write("tones", { streaming: true });
    assertEquals(await understood(engine, "hello"), "hello");
    const [hanging] = children();
    const { recognition, told } = begin(engine);
    Deno.kill(hanging!, "SIGSTOP");
    speak([recognition, "how are you"]);
    const error = await assertRejects(() => recognition.finish(), HearingError);
    assert(
      error.message.includes("did not answer within") || error.message.includes("took nothing for"),
      error.message,
    );
    assertEquals(await understood(engine, "are you there"), "are you there");
    assertEquals([told, children().includes(hanging!)], [[], false]);
  }, { timeoutMs: 3_000 });
  await until("no process is left", () => children().length === 0);
});

Deno.test("a recogniser that dies on the way is told of, and the next utterance is understood", async () => {
  const children = watchChildren();
  await withEngine(async ({ engine, write }) => {
    await write("tones", { streaming: false });
    const { recognition } = begin(engine);
    await until("its process runs", () => children().length === 1);
    speak([recognition, "how are you"]);
    Deno.kill(children()[0]!, "SIGKILL");
    const error = await assertRejects(() => recognition.finish(), HearingError);
    assert(error.message.includes("SIGKILL"), error.message);
    assertEquals(await understood(engine, "stop"), "stop");
  });
});

Deno.test("a model that sherpa-onnx cannot run costs no more than what was said to it", async () => {
  for (const kind of KINDS) {
    await withEngine(async ({ engine, write, folder }) => {
      await write("a-broken", { streaming: true, operator: "Nonsense" });
      const error = await assertRejects(() => understood(engine, "hello"), HearingError);
      assert(error.message.startsWith("The recogniser could not understand what was said: "), error.message);
      // WebAssembly does not tell why.
      assert(error.message.includes(kind === "native" ? "Nonsense" : "the model cannot be read"), error.message);
      assert(!error.message.includes(folder), error.message);
      await Deno.remove(join(folder, "a-broken"), { recursive: true });
      await write("b-whole", { streaming: true });
      assertEquals(await understood(engine, "hello"), "hello");
    }, { kind });
  }
});

Deno.test("what is missing of a recogniser is told before anybody speaks", async () => {
  await withEngine(async ({ engine, write, folder }) => {
    assert((await engine.needs())?.includes("Fetch a recogniser in the settings"));
    await write("tones", { streaming: true });
    await Deno.remove(join(folder, "tones", "decoder.onnx"));
    assertEquals(
      await engine.needs(),
      "The recogniser tones cannot be used: decoder….onnx is missing",
    );
    using recognition = begin(engine).recognition;
    await assertRejects(() => recognition.finish(), HearingError, "tones cannot be used");
    await Deno.writeTextFile(join(folder, "tones", "decoder.onnx"), "");

    assertEquals(await engine.needs(), "The recogniser tones cannot be used: decoder.onnx is empty: fetch it again");
  });
});
