/** What a microphone hears while she speaks, made up from a seed: her own voice from the loudspeaker, and what else. */
import {
  between,
  cough,
  gain,
  hum,
  inRoom,
  keyClicks,
  levelled,
  loudspeaker,
  mix,
  noise,
  pick,
  type Random,
  RATE,
  toPcm,
} from "./ears_sounds.ts";
import { sentence, speakerOf } from "./ears_turns_corpus.ts";
import type { Say } from "./ears_voices.ts";
import { numbers } from "./corpus.ts";
import { HEARD, LEARNED } from "./spoken_corpus.ts";

export type Heard = "own" | "interruption" | "word" | "backchannel" | "cough" | "keys";

/** Times are seconds from the beginning of the samples. */
export interface Overheard {
  kind: Heard;
  /** The microphone. */
  samples: Int16Array;
  /** What was given out at the same time. */
  playing: Float32Array;
  /** Where somebody else is heard. */
  from: number;
  to: number;
  /** What that one says; "" where these are no words. */
  words: string;
  /** Her voice in the microphone, of what is given out, dB. */
  echo: number;
}

const KINDS: readonly (readonly [Heard, share: number])[] = [
  ["own", 0.4],
  ["interruption", 0.18],
  ["word", 0.08],
  ["backchannel", 0.18],
  ["cough", 0.08],
  ["keys", 0.08],
];
const SECONDS = 4.2;
/** Her own voice is so loud, before the loudspeaker. */
const OWN_DB = -20;
const HER = { voice: "slt", rate: 1, pitch: 1 };

const WORDS = ["stop", "wait", "no", "hold on", "stop it", "hey", "excuse me", "one moment", "please stop", "no no no"];
const SENTENCES = [
  "wait a second i have a question",
  "stop that is not what i meant",
  "no i was asking about the other one",
  "hold on can you say that again",
  "sorry but could we talk about something else",
  "okay that is enough thank you",
  "actually i wanted to know something different",
  "what do you mean by that",
];
const BACKCHANNELS = ["yeah", "uh huh", "okay", "right", "yes", "i see", "sure", "hi", "oh", "um hum"];

/** What is overheard, case after case, each kind as often as its share. */
export async function* overheard(seed: number, count: number, say: Say): AsyncGenerator<Overheard> {
  const random = numbers(seed);
  for (const [kind, share] of KINDS) {
    for (let index = 0; index < Math.round(count * share); index++) yield await overhear(kind, random, say);
  }
}

async function overhear(kind: Heard, random: Random, say: Say): Promise<Overheard> {
  const length = Math.round(SECONDS * RATE);
  const playing = new Float32Array(length);
  for (let at = Math.round(between(random, 0, 0.3) * RATE); at < length;) {
    const { samples } = await say(pick(random, [...HEARD, ...LEARNED]), HER);
    mix(playing, levelled(samples, OWN_DB), at);
    at += samples.length + Math.round(between(random, 0.05, 0.3) * RATE);
  }
  const echo = between(random, -30, -6);
  const late = Math.round(between(random, 0.02, 0.25) * RATE);
  const heard = new Float32Array(length);
  mix(heard, inRoom(loudspeaker(playing, random), random), late, gain(echo));
  const { sound, words } = await otherOf(kind, random, say);
  const from = random() < 0.2 ? between(random, 0.4, 0.8) : between(random, 1, 2.2);
  const other = levelled(random() < 0.7 ? inRoom(sound, random) : sound, levelOf(kind, random));
  mix(heard, other, Math.round(from * RATE), kind === "own" ? 0 : 1);
  mix(heard, noise(length, between(random, -65, -48), random), 0);
  return { kind, samples: toPcm(heard), playing, from, to: from + sound.length / RATE, words, echo };
}

async function otherOf(kind: Heard, random: Random, say: Say): Promise<{ sound: Float32Array; words: string }> {
  const spoken = async (words: string) => {
    const { samples, phones } = await say(words, speakerOf(random));
    const [first, last] = [phones.find(({ name }) => name !== "pau"), phones.findLast(({ name }) => name !== "pau")];
    const begin = phones[phones.indexOf(first!) - 1]?.end ?? 0;
    const sound = samples.subarray(Math.round(begin * RATE), Math.round((last?.end ?? 0) * RATE));
    return { sound: levelled(sound, 0), words };
  };
  switch (kind) {
    case "own":
      return { sound: new Float32Array(1), words: "" };
    case "interruption":
      return await spoken(random() < 0.6 ? pick(random, SENTENCES) : sentence(random));
    case "word":
      return await spoken(pick(random, WORDS));
    case "backchannel":
      return random() < 0.5 ? { sound: hum(random), words: "mm-hmm" } : await spoken(pick(random, BACKCHANNELS));
    case "cough":
      return { sound: cough(random), words: "" };
    case "keys":
      return { sound: keyClicks(random), words: "" };
  }
}

/** People say "mm-hmm" softer than "stop", but not all of them. */
function levelOf(kind: Heard, random: Random): number {
  return kind === "backchannel" ? between(random, -36, -22) : between(random, -32, -18);
}
