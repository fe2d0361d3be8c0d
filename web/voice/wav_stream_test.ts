import { assertEquals, assertRejects } from "@std/assert";
import { readWav } from "./wav_stream.ts";

const RATE = 8_000;

/** A file with `samples`; `length` = what its header says of their bytes. */
function wav(
  samples: Int16Array,
  { length = samples.length * 2, channels = 1, extra = 0 } = {},
): Uint8Array<ArrayBuffer> {
  const header = new DataView(new ArrayBuffer(44 + extra));
  const write = (at: number, text: string) => [...text].forEach((one, i) => header.setUint8(at + i, one.charCodeAt(0)));
  write(0, "RIFF");
  write(8, "WAVEfmt ");
  header.setUint32(16, 16, true);
  header.setUint16(20, 1, true);
  header.setUint16(22, channels, true);
  header.setUint32(24, RATE, true);
  header.setUint16(34, 16, true);
  if (extra > 0) {
    write(36, "LIST");
    header.setUint32(40, extra - 8, true);
  }
  write(36 + extra, "data");
  header.setUint32(40 + extra, length, true);
  const bytes = new Uint8Array(header.byteLength + samples.length * 2);
  bytes.set(new Uint8Array(header.buffer));
  bytes.set(new Uint8Array(samples.buffer, samples.byteOffset, samples.length * 2), header.byteLength);
  return bytes;
}

function stream(bytes: Uint8Array<ArrayBuffer>, piece: number): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += piece) controller.enqueue(bytes.slice(at, at + piece));
      controller.close();
    },
  });
}

async function read(body: ReadableStream<Uint8Array>): Promise<number[]> {
  const all: number[] = [];
  for await (const { samples, sampleRate } of readWav(body)) {
    assertEquals(sampleRate, RATE);
    all.push(...samples);
  }
  return all;
}

const SAMPLES = Int16Array.from({ length: 1_001 }, (_, i) => i * 32 - 16_000);

Deno.test("readWav() gives the same samples however the file is cut, and whatever its header says of the length", async () => {
  const files = [{}, { length: 0 }, { length: 0xffff_ffff }, { extra: 24 }];
  for (const options of files) {
    for (const piece of [1, 2, 7, 43, 45, 640, 10_000]) {
      assertEquals(
        await read(stream(wav(SAMPLES, options), piece)),
        [...SAMPLES],
        `${JSON.stringify(options)} ${piece}`,
      );
    }
  }
});

Deno.test("readWav() stops where the samples end, and gives half a file's half", async () => {
  const file = wav(SAMPLES, { length: 1_000 });
  assertEquals(await read(stream(file, 64)), [...SAMPLES.subarray(0, 500)]);
  assertEquals(await read(stream(wav(SAMPLES).slice(0, 44 + 801), 64)), [...SAMPLES.subarray(0, 400)]);
});

Deno.test("readWav() names what it cannot read", async () => {
  const cases: [Uint8Array<ArrayBuffer>, string][] = [
    [wav(SAMPLES, { channels: 2 }), "2 channels"],
    [new TextEncoder().encode("<html>No such sound</html>"), "it is not WAV"],
    [wav(SAMPLES).slice(0, 30), "ended after 30 bytes"],
  ];
  for (const [file, message] of cases) await assertRejects(() => read(stream(file, 16)), SyntaxError, message);
});
