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
import { type Source, speakerOf } from "./ears_turns_corpus.ts";
import { numbers } from "./corpus.ts";
import { HEARD, LEARNED } from "./spoken_corpus.ts";

export type Heard = "own" | "interruption" | "command" | "backchannel" | "cough" | "keys";

/** Times are seconds from the beginning of the samples. */
export interface Overheard {
  kind: Heard;
  /** The microphone. */
  samples: Int16Array;
  /** What was given out at the same time. */
  playing: Float32Array;
  /** What somebody else adds to it. */
  alone: Float32Array;
  /** Where that one is heard. */
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
  ["command", 0.08],
  ["backchannel", 0.18],
  ["cough", 0.08],
  ["keys", 0.08],
];
const SECONDS = 4.2;
/** Her own voice is so loud, before the loudspeaker. */
const OWN_DB = -20;
const HER = { voice: "slt", rate: 1, pitch: 1 };

/** What is overheard, case after case, each kind as often as its share. */
export async function* overheard(source: Source, count: number): AsyncGenerator<Overheard> {
  const random = numbers(source.seed);
  for (const [kind, share] of KINDS) {
    for (let index = 0; index < Math.round(count * share); index++) yield await overhear(kind, random, source);
  }
}

async function overhear(kind: Heard, random: Random, source: Source): Promise<Overheard> {
  const length = Math.round(SECONDS * RATE);
  const playing = new Float32Array(length);
  for (let at = Math.round(between(random, 0, 0.3) * RATE); at < length;) {
    const { samples } = await source.say(pick(random, [...HEARD, ...LEARNED]), HER);
    mix(playing, levelled(samples, OWN_DB), at);
    at += samples.length + Math.round(between(random, 0.05, 0.3) * RATE);
  }
  const echo = between(random, -30, -6);
  const late = Math.round(between(random, 0.02, 0.25) * RATE);
  const heard = new Float32Array(length);
  mix(heard, inRoom(loudspeaker(playing, random), random), late, gain(echo));
  const { sound, words } = await otherOf(kind, random, source);
  const from = random() < 0.2 ? between(random, 0.4, 0.8) : between(random, 1, 2.2);
  const other = levelled(random() < 0.7 ? inRoom(sound, random) : sound, levelOf(kind, random));
  const alone = new Float32Array(length);
  if (kind !== "own") mix(alone, other, Math.round(from * RATE));
  mix(heard, alone, 0);
  mix(heard, noise(length, between(random, -65, -48), random), 0);
  return { kind, samples: toPcm(heard), playing, alone, from, to: from + sound.length / RATE, words, echo };
}

async function otherOf(
  kind: Heard,
  random: Random,
  { texts, say }: Source,
): Promise<{ sound: Float32Array; words: string }> {
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
      return await spoken(pick(random, random() < 0.6 ? texts.interruptions : texts.sentences));
    case "command":
      return await spoken(pick(random, texts.commands));
    case "backchannel":
      return random() < 0.5 ? { sound: hum(random), words: "mm-hmm" } : await spoken(pick(random, texts.backchannels));
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
