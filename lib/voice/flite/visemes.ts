/** How the mouth stands at each phone of English. */
import type { MouthShapeName, Viseme } from "@/lib/protocol/speech.ts";
import type { Phone } from "./phones.ts";

/** A shape, how much of it is made, and from which part of the phone on (0 when absent). */
type Pose = readonly [shape: MouthShapeName, strength: number, from?: number];

const SILENCE: readonly Pose[] = [["rest", 1]];

/**
 * Phones of the CMU set, as flite names them. Vowels take the nearest of the five shapes, weak ones less of it;
 * diphthongs go from one to the other after three fifths, where their second part is heard. Lips that meet close the
 * mouth; what tongue and teeth do leaves it narrow, the more the nearer the teeth come.
 */
const POSES: Readonly<Record<string, readonly Pose[]>> = {
  // Vowels: father, cat, cut, law, about, bird, dinner, bed, sit, see, book, too.
  aa: [["a", 1]],
  ae: [["a", 0.85]],
  ah: [["a", 0.65]],
  ao: [["o", 0.9]],
  ax: [["a", 0.4]],
  er: [["o", 0.5]],
  axr: [["o", 0.4]],
  eh: [["e", 0.85]],
  ih: [["i", 0.65]],
  ix: [["i", 0.45]],
  iy: [["i", 1]],
  uh: [["u", 0.7]],
  uw: [["u", 1]],
  // Diphthongs: cow, my, day, go, boy.
  aw: [["a", 0.95], ["u", 0.7, 0.6]],
  ay: [["a", 0.95], ["i", 0.7, 0.6]],
  ey: [["e", 0.9], ["i", 0.7, 0.6]],
  ow: [["o", 0.9], ["u", 0.7, 0.6]],
  oy: [["o", 0.9], ["i", 0.7, 0.6]],
  // The lips meet.
  p: [["closed", 1]],
  b: [["closed", 1]],
  m: [["closed", 1]],
  em: [["closed", 0.9]],
  // The lip at the teeth.
  f: [["narrow", 0.8]],
  v: [["narrow", 0.8]],
  // Consonants that are nearly vowels.
  w: [["u", 0.8]],
  y: [["i", 0.7]],
  r: [["o", 0.35]],
  // Teeth together.
  s: [["narrow", 0.7]],
  z: [["narrow", 0.7]],
  sh: [["narrow", 0.8]],
  zh: [["narrow", 0.8]],
  ch: [["narrow", 0.8]],
  jh: [["narrow", 0.8]],
  // The tongue alone.
  d: [["narrow", 0.5]],
  dx: [["narrow", 0.4]],
  dh: [["narrow", 0.5]],
  t: [["narrow", 0.5]],
  th: [["narrow", 0.5]],
  n: [["narrow", 0.5]],
  nx: [["narrow", 0.5]],
  en: [["narrow", 0.5]],
  l: [["narrow", 0.4]],
  el: [["narrow", 0.4]],
  g: [["narrow", 0.4]],
  k: [["narrow", 0.4]],
  ng: [["narrow", 0.4]],
  hh: [["narrow", 0.3]],
  hv: [["narrow", 0.3]],
  // Silence, and the breath.
  pau: SILENCE,
  h: SILENCE,
  brth: SILENCE,
};

/**
 * The mouth's way through a sound of `ms` milliseconds: times rise, all lie inside the sound, the first one is 0, no two
 * that follow each other are the same, and the mouth is at rest at the end. A phone that nobody knows is silence.
 */
export function visemesOf(phones: readonly Phone[], ms: number): Viseme[] {
  const visemes: Viseme[] = [];
  let begin = 0;
  for (const { name, end } of phones) {
    for (const [shape, strength, from = 0] of POSES[name] ?? SILENCE) {
      add(visemes, { at: Math.round((begin + (end - begin) * from) * 1000), shape, strength }, ms);
    }
    begin = end;
  }
  add(visemes, { at: Math.min(Math.round(begin * 1000), ms), shape: "rest", strength: 1 }, ms);
  return visemes;
}

function add(visemes: Viseme[], viseme: Viseme, ms: number): void {
  const last = visemes.at(-1);
  if (viseme.at > ms || last?.shape === viseme.shape && last.strength === viseme.strength) return;
  // Of two at one time the later is seen.
  if (last?.at === viseme.at) visemes.pop();
  visemes.push(viseme);
}
