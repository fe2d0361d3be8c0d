/** Turns as people speak them, made up from a seed: where they think and where they have ended is known to the sample. */
import { between, inRoom, levelled, mix, noise, pick, type Random, RATE, toPcm } from "./ears_sounds.ts";
import type { Texts } from "./ears_texts.ts";
import type { Say, Speaker } from "./ears_voices.ts";
import { numbers } from "./corpus.ts";

/** A turn in a microphone. Times are seconds from the beginning of its samples. */
export interface SpokenTurn {
  kind: TurnKind;
  samples: Int16Array;
  start: number;
  /** Silences in which the speaker thinks, with the words before each. */
  pauses: readonly { from: number; to: number; words: string }[];
  end: number;
  words: string;
}

export type TurnKind = "plain" | "conjunction" | "clause" | "filler" | "number" | "wait";

/** Silence that is recorded before a turn, and behind it: longer than anybody waits. */
const BEFORE = 0.6;
const AFTER = 3.5;
/** How long people think. */
const THOUGHT = [0.3, 1.5] as const;
/** Where words are cut, the sound fades for so long. */
const FADE = 0.008;

const CONJUNCTIONS = ["and", "so", "but", "because", "or", "and then", "and so"] as const;
const FILLERS = ["um", "uh", "er"] as const;
const WAITS = ["wait", "hold on", "hmm", "let me think", "one moment", "well"] as const;
const DIGITS = "zero one two three four five six seven eight nine".split(" ");
const NUMBER_LEADS = ["my phone number is", "you can call me at", "the code is", "it is"] as const;
const KINDS: readonly (readonly [TurnKind, share: number])[] = [
  ["plain", 0.3],
  ["conjunction", 0.25],
  ["clause", 0.22],
  ["filler", 0.1],
  ["number", 0.07],
  ["wait", 0.06],
];

/** Where a corpus comes from. */
export interface Source {
  seed: number;
  texts: Texts;
  say: Say;
}

/** Turns, one after the other. */
export async function* spokenTurns({ seed, texts, say }: Source, count: number): AsyncGenerator<SpokenTurn> {
  const random = numbers(seed);
  for (let index = 0; index < count; index++) {
    const kind = kindOf(random());
    const parts = partsOf(kind, texts, random);
    const speaker = speakerOf(random);
    const { sound, cuts, end } = await spoken(parts, speaker, say);
    const thoughts = cuts.map(() => between(random, ...THOUGHT));
    yield recorded(kind, { sound, cuts, end }, thoughts, parts, random);
  }
}

/** A voice that is not always the same person's. */
export function speakerOf(random: Random): Speaker {
  return {
    voice: pick(random, ["slt", "rms", "awb", "kal16"]),
    rate: between(random, 0.85, 1.2),
    pitch: between(random, 0.85, 1.2),
  };
}

function kindOf(number: number): TurnKind {
  let sum = 0;
  return KINDS.find(([, share]) => (sum += share) > number)?.[0] ?? "plain";
}

/** What is said between the pauses. */
function partsOf(kind: TurnKind, { sentences }: Texts, random: Random): string[] {
  const text = pick(random, sentences);
  switch (kind) {
    case "plain":
      return [text];
    case "conjunction":
      return [`${text} ${pick(random, CONJUNCTIONS)}`, pick(random, sentences)];
    case "clause":
      return halves(text, random);
    case "filler": {
      const [first = "", ...rest] = halves(text, random);
      return [`${first} ${pick(random, FILLERS)}`, ...rest];
    }
    case "wait":
      return [pick(random, WAITS), text];
    case "number": {
      const group = (length: number) => Array.from({ length }, () => pick(random, DIGITS)).join(" ");
      const groups = random() < 0.5 ? [3, 3, 4] : [3, 4];
      return groups.map((length, at) => at === 0 ? `${pick(random, NUMBER_LEADS)} ${group(length)}` : group(length));
    }
  }
}

/** A sentence cut between two of its words, neither at its beginning nor at its end. */
function halves(text: string, random: Random): string[] {
  const words = text.split(" ");
  const at = 2 + Math.floor(random() * (words.length - 3));
  return [words.slice(0, at).join(" "), words.slice(at).join(" ")];
}

interface Utterance {
  sound: Float32Array;
  /** Where its parts meet, in seconds. */
  cuts: number[];
  end: number;
}

/** All of it said at once, so that the voice does not know of the pauses. */
async function spoken(parts: readonly string[], speaker: Speaker, say: Say): Promise<Utterance> {
  const { samples, phones } = await say(parts.join(" "), speaker);
  const voiced = phones.filter(({ name }) => name !== "pau");
  const cuts: number[] = [];
  for (let part = 1; part < parts.length; part++) {
    const before = await say(parts.slice(0, part).join(" "), speaker);
    const count = before.phones.filter(({ name }) => name !== "pau").length;
    cuts.push(voiced[count - 1]?.end ?? 0);
  }
  return { sound: levelled(samples, 0), cuts, end: voiced.at(-1)?.end ?? 0 };
}

function recorded(
  kind: TurnKind,
  { sound, cuts, end }: Utterance,
  thoughts: readonly number[],
  parts: readonly string[],
  random: Random,
): SpokenTurn {
  const silent = thoughts.reduce((sum, one) => sum + one, 0);
  const samples = new Float32Array(Math.round((BEFORE + end + silent + AFTER) * RATE));
  let shift = BEFORE;
  const pauses: { from: number; to: number; words: string }[] = [];
  for (let part = 0; part <= cuts.length; part++) {
    const [from, until] = [cuts[part - 1] ?? 0, cuts[part] ?? end];
    mix(
      samples,
      faded(sound.subarray(Math.round(from * RATE), Math.round(until * RATE))),
      Math.round((from + shift) * RATE),
    );
    if (part === cuts.length) break;
    const begins = until + shift;
    shift += thoughts[part]!;
    pauses.push({ from: begins, to: until + shift, words: parts.slice(0, part + 1).join(" ") });
  }
  const level = between(random, -32, -20);
  const heard = levelled(random() < 0.7 ? inRoom(samples, random) : samples, level);
  mix(heard, noise(heard.length, level - between(random, 12, 35), random), 0);
  return { kind, samples: toPcm(heard), start: BEFORE, pauses, end: end + shift, words: parts.join(" ") };
}

function faded(sound: Float32Array): Float32Array {
  const length = Math.round(FADE * RATE);
  return sound.map((one, i) => one * Math.min(1, i / length, (sound.length - 1 - i) / length));
}
