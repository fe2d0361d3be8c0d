/** Who speaks while she does: her own echo, somebody who interrupts, and what is neither. */
import { assert, assertEquals } from "@std/assert";
import { all, finals, listen, say, Scene } from "./hearing_scene_fixture.ts";
import { joined, silence, spoken } from "@/lib/hearing/hearing_fixture.ts";
import { MICROPHONE_RATE } from "@/lib/protocol/hearing.ts";
import type { ServerFrame } from "@/lib/protocol/v2.ts";
import { Sound } from "@/lib/voice/sound.ts";
import type { SocketClient } from "@/tests/socket_client.ts";
import { until } from "@/tests/until.ts";

const HER_WORDS = await spoken(
  "The garden behind the old house was full of roses, and every morning the birds sang there until the sun had come over the wall. Nobody knew who had planted them, or why they had never been cut.",
);
const WAIT = await spoken("Wait, tell me about the birds instead.");
/** How late her voice comes back to the microphone, and how loud, of 1. */
const [LATE, LOUD] = [0.12 * MICROPHONE_RATE, 0.3];
/** When she begins to speak, in samples. */
const BEGINS = MICROPHONE_RATE;

/** Her voice, as this server holds it. */
function herSound(): Sound {
  const sound = new Sound("flite");
  sound.add({ samples: HER_WORDS, sampleRate: MICROPHONE_RATE });
  sound.end();
  return sound;
}

/** What a microphone hears beside a loudspeaker: her voice, and others at their seconds. */
function heard(...others: { at: number; sound: Int16Array }[]): Int16Array<ArrayBuffer> {
  const room = joined(silence(1), new Int16Array(HER_WORDS.length), silence(4));
  const add = (sound: Int16Array, at: number, loud: number) => {
    for (const [index, sample] of sound.entries()) {
      if (at + index < room.length) room[at + index]! += Math.round(sample * loud);
    }
  };
  add(HER_WORDS, BEGINS + LATE, LOUD);
  for (const { at, sound } of others) add(sound, at * MICROPHONE_RATE, 0.8);
  return room;
}

/** Sends all that is heard, and what the loudspeaker gives out, in the order of a page. */
function play(page: SocketClient<ServerFrame>, sound: Int16Array): void {
  say(page, 1, sound.subarray(0, BEGINS));
  page.send({ type: "playback", stream: 1, position: BEGINS, turn: "hers", index: 0, ms: 0, url: "/speech/1" });
  say(page, 1, sound.subarray(BEGINS, BEGINS + HER_WORDS.length), BEGINS);
  page.send({ type: "playback", stream: 1, position: BEGINS + HER_WORDS.length });
  say(page, 1, sound.subarray(BEGINS + HER_WORDS.length), BEGINS + HER_WORDS.length);
  page.send({ type: "unlisten", stream: 1 });
}

/** Waits until all of it has been listened to. */
async function listened(page: SocketClient<ServerFrame>): Promise<void> {
  const last = () => all(page, "activity").at(-1);
  await until(
    () => `her voice ends, after ${JSON.stringify([last(), ...all(page, "error")])}`,
    () => last()?.speaking === false && last()!.position > BEGINS + 0.9 * HER_WORDS.length,
  );
}

const finalsOf = (page: SocketClient<ServerFrame>) =>
  all(page, "transcript").filter(({ final, turn }) => final && turn !== undefined).map(({ text }) => text);

const verdicts = (page: SocketClient<ServerFrame>) =>
  all(page, "interruption").map(({ turn, verdict }) => `${turn}: ${verdict}`);

Deno.test("she hears herself on a loudspeaker, and neither stops nor answers herself", async () => {
  await using scene = await Scene.open({ sound: herSound() });
  const page = await scene.page();
  await listen(page, 1, "open");
  scene.transcription.answer = () => Response.json({ text: "The garden behind the old house" });
  play(page, heard());
  await listened(page);
  assertEquals(verdicts(page).filter((verdict) => verdict.endsWith("stop")), []);
  assertEquals([all(page, "queued"), all(page, "transcript").filter(({ text }) => text !== "")], [[], []]);
});

Deno.test("somebody who speaks while she does is heard: she is lowered, then stops, and the words are asked", async () => {
  await using scene = await Scene.open({ sound: herSound() });
  const page = await scene.page();
  await listen(page, 1, "open");
  scene.understands("Wait, tell me about the birds instead.");
  play(page, heard({ at: 6, sound: WAIT }));
  const [transcript] = await finals(page, 1);
  const stopped = verdicts(page).indexOf("hers: stop");
  assertEquals(verdicts(page)[stopped - 1], "hers: lower", verdicts(page).join());
  assertEquals(
    [transcript?.text, (await page.next("queued")).text],
    Array(2).fill("Wait, tell me about the birds instead."),
  );
  // What she said before is not understood with it: this page lets her speak on to her end.
  const seconds = scene.transcription.asked[0]!.samples.length / MICROPHONE_RATE;
  assert(seconds < 1 + HER_WORDS.length / MICROPHONE_RATE - 6 + 1, `${seconds} s were sent`);
});

Deno.test("where she is not to be interrupted, nothing that is said meanwhile is for her", async () => {
  await using scene = await Scene.open({ sound: herSound(), hearing: { bargeIn: false } });
  const page = await scene.page();
  await listen(page, 1, "open");
  scene.understands("Wait, tell me about the birds instead.");
  play(page, heard({ at: 6, sound: WAIT }));
  await listened(page);
  assertEquals([verdicts(page), all(page, "queued")], [[], []]);
});

Deno.test("a voice of the browser, whose sound nobody has, is stopped by a command alone, however late it is understood", async () => {
  for (
    const [text, allowed, stops] of [["Stop, please!", true, true], ["The garden", true, false], [
      "Stop!",
      false,
      false,
    ]] as const
  ) {
    for (const isLate of [false, true]) {
      await using scene = await Scene.open({ hearing: { bargeIn: allowed } });
      const page = await scene.page();
      await listen(page, 1, "open");
      const answer = Promise.withResolvers<void>();
      const texts = [text, "", "And now?"];
      scene.transcription.answer = async () => {
        const text = texts.shift();
        await answer.promise;
        return Response.json({ text });
      };
      page.send({ type: "playback", stream: 1, position: 0, turn: "hers", index: 0, ms: 0 });
      const words = joined(silence(1), WAIT, silence(0.4));
      say(page, 1, words);
      await until("it is asked what was said", () => scene.transcription.asked.length === 1);
      if (!isLate) answer.resolve();
      if (!isLate && stops) await page.next("interruption");
      // Somebody speaks again: what was said before is over.
      say(page, 1, joined(silence(3), WAIT), words.length);
      await until("it is said again", () => all(page, "activity").filter(({ speaking }) => speaking).length === 2);
      answer.resolve();
      page.send({ type: "unlisten", stream: 1 });
      await until("all of it is understood", () => texts.length === 1);
      await listen(page, 2, "hold");
      say(page, 2, WAIT);
      page.send({ type: "unlisten", stream: 2 });
      await page.first(
        (frame) => frame.type === "transcript" && frame.text === "And now?" && frame.final,
        0,
        "the last",
      );
      const asked = finalsOf(page);
      assertEquals([verdicts(page), asked], stops ? [["hers: stop"], [text, "And now?"]] : [[], ["And now?"]], text);
    }
  }
});
