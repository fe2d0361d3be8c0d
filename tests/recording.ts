/** Recordings for the browser's microphone, made by flite: what is said, with silence where a number of ms stands. */
import { FliteEngine } from "@/lib/voice/flite/flite.ts";
import { wavHeader } from "@/lib/voice/wav_header.ts";

const RATE = 16_000;

/** The samples, 16 bit at 16 kHz. */
export async function recite(parts: readonly (string | number)[]): Promise<Int16Array<ArrayBuffer>> {
  using flite = new FliteEngine();
  const pieces: Int16Array[] = [];
  for (const part of parts) {
    if (typeof part === "number") {
      pieces.push(new Int16Array(RATE * part / 1000));
      continue;
    }
    const request = { text: part, language: "en", voice: "slt", rate: 1, pitch: 1 };
    const { parts: sounds } = await flite.synthesise(request, { signal: new AbortController().signal });
    for await (const { samples } of sounds) pieces.push(samples);
  }
  const samples = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    samples.set(piece, at);
    at += piece.length;
  }
  return samples;
}

/** Writes it as a WAV file into a folder. Returns its path. */
export async function writeRecording(folder: string, samples: Int16Array<ArrayBuffer>): Promise<string> {
  const path = `${folder}/recording.wav`;
  await Deno.writeFile(path, new Blob([wavHeader(RATE, samples.byteLength), samples]).stream());
  return path;
}
