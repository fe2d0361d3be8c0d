import { assert, assertEquals, assertRejects } from "@std/assert";
import { VoiceError } from "@/lib/voice/engine.ts";
import { readWav } from "./wav.ts";
import { wavOf, type Writing } from "./wav_fixture.ts";

/** A tone and its end at the loudest, so that what is lost or moved is seen. */
const WAVE = [...Array.from({ length: 200 }, (_, index) => Math.round(20_000 * Math.sin(index / 7))), 32767, -32768];

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

async function heard(bytes: Uint8Array, size = bytes.length): Promise<{ samples: number[]; rates: number[] }> {
  const parts = await Array.fromAsync(readWav(cut(bytes, size)));
  return {
    samples: parts.flatMap(({ samples }) => [...samples]),
    rates: [...new Set(parts.map(({ sampleRate }) => sampleRate))],
  };
}

Deno.test("readWav() hears the same in every usual way to write it, and however it is cut", async () => {
  const ways: [way: Partial<Writing>, error: number][] = [
    [{}, 0],
    [{ bits: 8 }, 256],
    [{ bits: 24 }, 1],
    [{ bits: 32 }, 1],
    [{ bits: 32, float: true }, 1],
    [{ bits: 64, float: true }, 1],
    [{ bits: 32, float: true, channels: 2, sampleRate: 8000 }, 1],
    [{ channels: 6, extensible: true }, 0],
    [{ size: 0 }, 0],
    [{ size: 0xffffffff }, 0],
    [{ size: 0x7fffffff }, 0],
    [{ before: true }, 0],
    [{ after: true }, 0],
  ];
  for (const [way, error] of ways) {
    const bytes = wavOf(WAVE, way);
    for (const size of [bytes.length, 1, 7, 100]) {
      const { samples, rates } = await heard(bytes, size);
      assertEquals([samples.length, rates], [WAVE.length, [way.sampleRate ?? 24_000]], JSON.stringify(way));
      const worst = Math.max(...samples.map((sample, index) => Math.abs(sample - WAVE[index]!)));
      assert(worst <= error, `${JSON.stringify(way)} in pieces of ${size}: ${worst}`);
    }
  }
});

Deno.test("readWav() says what is wrong, after what could be heard", async () => {
  const whole = wavOf(WAVE);
  const cases: [bytes: Uint8Array, message: string][] = [
    [whole.subarray(0, 200), "broke off"],
    [whole.subarray(0, 30), "within its header"],
    [new Uint8Array(), "within its header"],
    [new TextEncoder().encode("<html>not found</html>"), "no WAV"],
    [wavOf(WAVE, { code: 85 }), "encoding 85"],
    [wavOf(WAVE, { bits: 12 }), "12 bits"],
    [wavOf(WAVE, { sampleRate: 7 }), "7 samples a second"],
    [whole.with(22, 0), "0 channels"],
  ];
  for (const [bytes, message] of cases) {
    const parts: Int16Array[] = [];
    await assertRejects(
      async () => {
        for await (const { samples } of readWav(cut(bytes, 50))) parts.push(samples);
      },
      VoiceError,
      message,
    );
    assertEquals(parts.length > 0, message === "broke off");
  }
});
