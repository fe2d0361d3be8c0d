import type { Sound } from "@/lib/voice/sound.ts";

/** Answers with a sound, as it is made; 404 where there is none for whoever asks. */
export async function serveSound(sound: Sound | undefined): Promise<Response> {
  if (sound === undefined) return new Response("There is no such sound any more\n", { status: 404 });
  await sound.begun();
  const headers = new Headers({ "content-type": "audio/wav", "cache-control": "no-store" });
  if (sound.wavBytes !== undefined) headers.set("content-length", String(sound.wavBytes));
  return new Response(sound.wav(), { headers });
}
