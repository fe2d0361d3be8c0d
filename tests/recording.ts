/** Recordings for a browser's microphone. */
import { MICROPHONE_RATE } from "@/lib/protocol/hearing.ts";
import { wavHeader } from "@/lib/voice/wav_header.ts";

/** Writes samples as a WAV file into a folder. Returns its path. */
export async function writeRecording(folder: string, samples: Int16Array<ArrayBuffer>): Promise<string> {
  const path = `${folder}/recording.wav`;
  await Deno.writeFile(path, new Blob([wavHeader(MICROPHONE_RATE, samples.byteLength), samples]).stream());
  return path;
}
