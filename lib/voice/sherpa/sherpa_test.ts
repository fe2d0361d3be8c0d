/** sherpa-onnx itself, natively and as WebAssembly, with a voice whose letters are tones. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "node:path";
import { type SoundPart, VoiceError } from "@/lib/voice/engine.ts";
import { SherpaEngine, type SherpaOptions } from "./sherpa.ts";
import { lettersIn, TONE_RATE, TONE_SECONDS, type ToneVoiceOptions, writeToneVoice } from "./tone_voice_fixture.ts";
import { VoiceFolders } from "./voice_folders.ts";
import { watchChildren } from "@/tests/children.ts";
import { laySherpa } from "@/tests/sherpa_packages.ts";
import { until } from "@/tests/until.ts";
import type { RuntimePackages } from "@/lib/sherpa/runtime.ts";

const { signal } = new AbortController();
const KINDS = ["native", "wasm"] as const;

interface Scene {
  engine: SherpaEngine;
  /** Writes a voice. */
  write(id: string, options?: ToneVoiceOptions): Promise<void>;
  folder: string;
}

async function withEngine(
  kinds: readonly (keyof RuntimePackages)[],
  scene: (scene: Scene) => Promise<void>,
  options: Partial<SherpaOptions> = {},
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const runtime = join(folder, "runtime");
  if (kinds.length > 0) await laySherpa(runtime, kinds);
  const engine = new SherpaEngine({ installed: new VoiceFolders(join(folder, "voices")), runtime, ...options });
  try {
    await scene({ engine, folder, write: (id, voice) => writeToneVoice(join(folder, "voices", id), voice) });
  } finally {
    engine[Symbol.dispose]();
    await Deno.remove(folder, { recursive: true });
  }
}

function requestOf(text: string, how: { voice?: string; rate?: number; pitch?: number; language?: string } = {}) {
  return { text, language: "en", rate: 1, pitch: 1, ...how };
}

async function partsOf(engine: SherpaEngine, ...request: Parameters<typeof requestOf>): Promise<SoundPart[]> {
  return await Array.fromAsync((await engine.synthesise(requestOf(...request), { signal })).parts);
}

function reasonOf(outcome: PromiseSettledResult<unknown>): string {
  return outcome.status === "rejected" ? String(outcome.reason) : "none";
}

function joined(parts: readonly SoundPart[]): Int16Array {
  return Int16Array.from(parts.flatMap(({ samples }) => [...samples]));
}

for (const kind of KINDS) {
  Deno.test(`sherpa-onnx says each letter, sentence by sentence (${kind})`, async () => {
    await withEngine([kind], async ({ engine, write }) => {
      await write("tones");
      const parts = await partsOf(engine, "abc xyz. hello? k!");
      assertEquals(parts.map(({ sampleRate }) => sampleRate), [TONE_RATE, TONE_RATE, TONE_RATE]);
      assertEquals(parts.map(({ samples }) => lettersIn(samples, TONE_RATE)), ["abc xyz.", " hello?", " k!"]);
    });
  });
}

Deno.test("a speaker, the rate and the pitch are heard, and a higher sound lasts no less", async () => {
  await withEngine(["native"], async ({ engine, write }) => {
    await write("tones", { metadata: { speaker_names: "low,high,highest" } });
    const heard = async (how: Parameters<typeof requestOf>[1], reading: Parameters<typeof lettersIn>[2] = {}) => {
      const parts = await partsOf(engine, "hello", how);
      const sampleRate = parts[0]?.sampleRate ?? 0;
      const samples = joined(parts);
      return [lettersIn(samples, sampleRate, reading), Number((samples.length / sampleRate).toFixed(3)), sampleRate];
    };
    const usual = 5 * TONE_SECONDS;
    assertEquals(await heard({}), ["hello", usual, TONE_RATE]);
    assertEquals(await heard({ voice: "tones#2" }, { speaker: 2 }), ["hello", usual, TONE_RATE]);
    assertEquals(await heard({ voice: "tones#high" }, { speaker: 1 }), ["hello", usual, TONE_RATE]);
    assertEquals(await heard({ voice: "highest" }, { speaker: 2 }), ["hello", usual, TONE_RATE]);
    assertEquals(await heard({ voice: "tones#99" }), ["hello", usual, TONE_RATE]);
    assertEquals(await heard({ rate: 2 }, { seconds: TONE_SECONDS / 2 }), ["hello", usual / 2, TONE_RATE]);
    assertEquals(await heard({ rate: 0.5 }, { seconds: TONE_SECONDS * 2 }), ["hello", usual * 2, TONE_RATE]);
    // Half as high again is how the second speaker is.
    assertEquals(await heard({ pitch: 1.5 }, { speaker: 1 }), ["hello", usual, TONE_RATE * 1.5]);
    assertEquals((await engine.voices()).map(({ id, languages }) => [id, ...languages]), [
      ["tones#low", "en"],
      ["tones#high", "en"],
      ["tones#highest", "en"],
    ]);
  });
});

for (const kind of KINDS) {
  Deno.test(`who does not want a sentence any more costs the next one nothing (${kind})`, async () => {
    const children = watchChildren();
    await withEngine([kind], async ({ engine, write }) => {
      await write("slow", { work: 3 });
      const stop = new AbortController();
      const { parts } = await engine.synthesise(requestOf("a. ".repeat(100)), { signal: stop.signal });
      const [first] = children();
      const dropped = engine.synthesise(requestOf("never."), { signal: stop.signal });
      const heard: SoundPart[] = [];
      const reading = async () => {
        for await (const part of parts) {
          heard.push(part);
          stop.abort(new Error("enough"));
        }
      };
      await assertRejects(reading, Error, "enough");
      await assertRejects(() => dropped, Error, "enough");
      assertEquals(heard.length, 1);
      assertEquals(lettersIn(joined(await partsOf(engine, "next")), TONE_RATE), "next");
      // WebAssembly does not hear anybody while it works.
      if (kind === "native") assertEquals(children(), [first].filter((pid) => pid !== undefined));
    });
  });

  Deno.test(`a voice that ends its process costs its own sentence, and says why (${kind})`, async () => {
    await withEngine([kind], async ({ engine, write, folder }) => {
      await write("tones");
      await write("exits");
      await Deno.writeTextFile(join(folder, "voices/exits/tokens.txt"), "two 1\n");
      await write("strange", { operator: "Sing" });
      const saying = (voice: string) => partsOf(engine, "hello", { voice });
      const [exits, strange, after] = await Promise.allSettled([saying("exits"), saying("strange"), saying("tones")]);
      const failure = "VoiceError: The neural voice could not say the sentence: ";
      assertEquals(reasonOf(exits), `${failure}Error when reading tokens at Line two 1. size: 3`);
      if (kind === "native") assertMatch(reasonOf(strange), /: Load model from model\.onnx failed:.*Sing/);
      else assertEquals(reasonOf(strange), `${failure}the model cannot be read`);
      assert(after.status === "fulfilled" && lettersIn(joined(after.value), TONE_RATE) === "hello");
    });
  });
}

Deno.test("a voice that hangs costs its own sentence", async () => {
  await withEngine(["native"], async ({ engine, write }) => {
    await write("tones");
    await write("stuck", { work: 2_000 });
    assertEquals(lettersIn(joined(await partsOf(engine, "before", { voice: "tones" })), TONE_RATE), "before");
    const stuck = engine.synthesise(requestOf("hello", { voice: "stuck" }), { signal });
    const after = partsOf(engine, "after", { voice: "tones" });
    await assertRejects(() => stuck, VoiceError, "did not answer within 6000 ms");
    assertEquals(lettersIn(joined(await after), TONE_RATE), "after");
  }, { timeoutMs: 6_000 });
});

Deno.test("a voice that nobody hears is let go of, and comes back", async () => {
  const children = watchChildren();
  await withEngine(["native"], async ({ engine, write }) => {
    await write("tones");
    await engine.needs();
    engine.prepare({ language: "en" });
    await until("the voice is loaded", () => children().length === 1);
    assertEquals(lettersIn(joined(await partsOf(engine, "one")), TONE_RATE), "one");
    await until("the voice is let go of", () => children().length === 0);
    assertEquals(lettersIn(joined(await partsOf(engine, "two")), TONE_RATE), "two");
  }, { idleMs: 500 });
});

Deno.test("what is missing is said, and what is there is found without a new start", async () => {
  await withEngine([], async ({ engine, write, folder }) => {
    const needs = async () => await engine.needs() ?? "nothing";
    assert((await needs()).startsWith("Fetch sherpa-onnx 1.13.8 in the settings, or put"), await needs());
    assertEquals(engine.speaks("en"), false);
    await laySherpa(join(folder, "runtime"), ["native"]);
    assert((await needs()).startsWith("Fetch a voice in the settings, or put"), await needs());
    await assertRejects(() => engine.synthesise(requestOf("hello"), { signal }), VoiceError, "Fetch a voice");
    await write("tones");
    await Deno.remove(join(folder, "voices/tones/tokens.txt"));
    assertEquals(await needs(), "The voice tones cannot be used: tokens.txt is missing");
    await write("tones");
    assertEquals([await needs(), engine.speaks("en-GB"), engine.speaks("ja")], ["nothing", true, false]);
    await assertRejects(() => engine.synthesise(requestOf("日本語"), { signal }), VoiceError, "the sentence: ");
  });
});
