/** A whole answer is spoken on the page by the built-in voice, and her mouth is compared with the voice's phones. */
import { assert } from "@std/assert";
import { testBrowser } from "./browser.ts";
import { type HeardSentence, SpeakingPage, type SpokenAnswer } from "./spoken_mouth.ts";
import { visit } from "./visit.ts";
import { lag, MouthView, vowelsOf } from "@/bench/mouth_measures.ts";
import { HIYORI } from "@/web/live2d/mouth_models_fixture.ts";

/** Its last sentence has vowels that leave the corners of the mouth to the face, which a feeling draws down. */
const ANSWER = [
  "Hello there, my dear friend.",
  "Each evening we see the green trees near the sea.",
  "Go home alone, although the road is cold and slow.",
  "The old boat is gone, and nobody knows where it sank.",
  "My father's car was parked, [sad] far from the calm harbour.",
];
/** Corners of the mouth that no shape draws down so far. */
const SAD = -0.6;
/** Milliseconds that a face takes to get there, at most. */
const FADE = 600;

/** Milliseconds from a last sound until the mouth is shut, of which 120 are allowed; and before a sound, still so. */
const SHUT = { after: 80, before: 90 };

/** As often as a machine can that has more to do; what is measured does not depend on it. */
const FRAMES = { maxFps: 30, maxPixelRatio: 0.5 };

const SILENCE = /^(pau|h|brth)$/;

Deno.test("the mouth keeps to the voice, on the real page", async (t) => {
  const browser = await testBrowser();
  let answer: SpokenAnswer | undefined;
  await visit(
    browser,
    async ({ page, server }) => {
      const speaking = await SpeakingPage.open(page, server.url);
      await speaking.ask();
      await speaking.heard(1);
      // Whoever goes by a clock of the computer's is ahead from here on.
      await speaking.halt(400);
      answer = await speaking.answer();
    },
    { avatar: FRAMES, voice: { engine: "flite" } },
    { figure: true, stub: { behaviour: { answer: ANSWER.join(" ") } } },
  );
  assert(answer !== undefined);
  const { sentences, track, frames } = answer;
  const view = new MouthView(HIYORI);
  const opening = (from: number, to: number) =>
    frames.filter(({ at }) => at >= from && at <= to).map(({ applied }) => applied["ParamMouthOpenY"] ?? NaN);

  await t.step("it opens and closes with the phones", () => {
    // The last sentence is said with another face.
    const late = lag(view, track, frames.filter(({ at }) => at < sentences.at(-1)!.start));
    assert(Math.abs(late) <= 20, `it is ${late} ms late`);
  });

  await t.step("it shows the vowels", () => {
    // A machine that is busy draws none of some vowels.
    const shown = vowelsOf(track).flatMap((vowel) => {
      const frame = frames.find(({ at, until }) => Math.abs((at + until - vowel.from - vowel.to) / 2) <= 20);
      return frame === undefined ? [] : [view.shows(frame, vowel)];
    });
    const share = shown.filter((one) => one).length / shown.length;
    assert(shown.length >= 10 && share >= 0.75, `${share} of ${shown.length}`);
  });

  await t.step("it is shut between sentences, and after the last sound", () => {
    const silences = sentences.map((sentence, place) => {
      const next = sentences[place + 1];
      const end = next === undefined ? Infinity : firstSound(next) - SHUT.before;
      const silent = opening(lastSound(sentence) + SHUT.after, end);
      assert(silent.every((open) => open < 0.1), `after "${sentence.say}": ${silent}`);
      return silent.length;
    });
    assert(silences.at(-1)! > 0 && silences.filter((count) => count > 0).length > 2, `frames in silence: ${silences}`);
  });

  await t.step("a feeling comes when its word is heard", () => {
    const { start, phones, say } = sentences.at(-1)!;
    const pause = phones.findIndex(({ name }, place) => place > 0 && SILENCE.test(name));
    const word = phones.findLastIndex(({ name }, place) => place < pause && name === "p");
    const [from, to] = [word, pause].map((place) => start + 1000 * (phones[place - 1]?.end ?? NaN)) as [number, number];
    const sad = frames.find(({ applied }) => (applied["ParamMouthForm"] ?? 0) < SAD)?.at ?? NaN;
    assert(sad >= from && sad <= to + FADE, `sad at ${sad}, "parked" is heard from ${from} to ${to} in "${say}"`);
  });
});

function firstSound({ start, phones }: HeardSentence): number {
  return start + 1000 * (phones[phones.findIndex(({ name }) => !SILENCE.test(name)) - 1]?.end ?? 0);
}

function lastSound({ start, phones }: HeardSentence): number {
  return start + 1000 * (phones.findLast(({ name }) => !SILENCE.test(name))?.end ?? 0);
}
