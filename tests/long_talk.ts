/** Talk in fast motion: somebody speaks on and on, in streams as long as a server takes at once. */
import { joined, silence, spoken } from "@/lib/hearing/hearing_fixture.ts";
import { MICROPHONE_RATE } from "@/lib/protocol/hearing.ts";
import { all, say, Scene } from "@/lib/server/sockets/hearing_scene_fixture.ts";
import { until } from "./until.ts";

/** Seconds of one stream: a server takes no more than 30 s ahead of the clock. */
export const STREAM_SECONDS = 25;
/** Seconds of a sentence and the silence behind it. */
const SENTENCE_SECONDS = 5;
const SENTENCES = STREAM_SECONDS / SENTENCE_SECONDS;

/**
 * Has somebody try a microphone out on a server of its own, whose recogniser answers at once.
 *
 * @param streams how many there are, one behind the other on one socket
 * @param onStream called behind each
 */
export async function talk(streams: number, onStream: (stream: number) => void): Promise<void> {
  const sentence = await spoken("What will the weather be tomorrow?");
  const rest = silence(SENTENCE_SECONDS - 1 - sentence.length / MICROPHONE_RATE);
  const sound = joined(silence(1), sentence, rest);
  await using scene = await Scene.open();
  const page = await scene.page();
  for (let stream = 1; stream <= streams; stream++) {
    page.send({ type: "listen", stream, mode: "open", trial: true });
    const heard = () => all(page, "transcript").filter(({ final, text }) => final && text === "hello").length;
    for (let said = 1; said <= SENTENCES; said++) {
      say(page, stream, sound, (said - 1) * sound.length);
      await until(() => `${said} sentences are understood, of which ${heard()} are`, () => heard() === said);
    }
    page.send({ type: "unlisten", stream });
    page.received.length = 0;
    scene.transcription.asked.length = 0;
    onStream(stream);
  }
  await page.close();
}
