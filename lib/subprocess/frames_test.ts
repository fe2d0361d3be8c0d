import { assertEquals, assertRejects } from "@std/assert";
import { type Frame, frameOf, readFrames } from "./frames.ts";

function streamOf(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
  const chunks = Array.from(
    { length: Math.ceil(bytes.length / size) },
    (_, i) => bytes.slice(i * size, (i + 1) * size),
  );
  return ReadableStream.from(chunks);
}

Deno.test("frames are read as they were written, wherever they are cut", async () => {
  const frames: Frame<unknown>[] = [
    { told: { loaded: { sampleRate: 24_000 } } },
    { samples: Int16Array.of(1, -2, 32767), stream: 0 },
    { samples: new Int16Array(), stream: 4_000_000_000 },
    { told: { refused: "日本語" } },
  ];
  const bytes = Uint8Array.from(frames.flatMap((frame) => [...frameOf(frame)]));
  for (const size of [1, 2, 3, 7, bytes.length]) {
    assertEquals(await Array.fromAsync(readFrames(streamOf(bytes, size))), frames);
  }
  // One that never ends is left out.
  assertEquals(await Array.fromAsync(readFrames(streamOf(bytes.slice(0, -1), 5))), frames.slice(0, -1));
});

Deno.test("what is no frame is refused, and so is a length that nobody speaks", async () => {
  for (
    const junk of [[72, 101, 108, 108, 111, 32, 116, 111, 32], [2, 0, 0, 0, 0, 0, 0, 0, 255], [
      2,
      0,
      0,
      0,
      0,
      1,
      0,
      0,
      0,
    ]]
  ) {
    const reading = Array.fromAsync(readFrames(streamOf(Uint8Array.from(junk), 9)));
    await assertRejects(() => reading, SyntaxError, "Cannot read a frame");
  }
});
