/** How the mouth moves with a sound whose engine does not tell: by the vowels that are heard in it. */
import { HOP_MS, spectraOf } from "./cepstrum.ts";
import { SHAPE_MODEL } from "./shape_model.ts";
import { likelihoods, loudest, VOICED } from "./sound_shapes.ts";
import { inSteps } from "./steps.ts";
import type { MouthShapeName, Viseme } from "@/lib/protocol/speech.ts";

/** Softer than this, of full scale, is silence, and so is this share of what is loud in the sound. */
const SILENT = 0.004;
const SILENT_SHARE = 0.04;
/** A silence that is shorter is part of a consonant. Moments. */
const PAUSE = 8;
/** A shape that is held shorter is a mistake. Moments. */
const SHORTEST = 3;
/** A sound that is as long, in moments, and has fewer vowels where it is loud, is none of a voice that is known. */
const LONG = 50;
const FEW_VOWELS = 0.4;
const VOWELS: ReadonlySet<MouthShapeName> = new Set(["a", "i", "u", "e", "o"]);
/** Weights of the moments around one, which sound much like it. */
const AROUND = [1, 2, 3, 2, 1];

/**
 * The track of a piece of a sound. Lets the page come in between while it is looked for.
 *
 * @param startMs Milliseconds from the beginning of the sound to this piece, as times of the track count
 */
export function trackFromSound(samples: Int16Array, sampleRate: number, startMs: number): Promise<Viseme[]> {
  return inSteps(track(samples, sampleRate, startMs));
}

function* track(samples: Int16Array, sampleRate: number, startMs: number): Generator<void, Viseme[]> {
  const spectra = yield* spectraOf(samples, sampleRate);
  const { loudness } = spectra;
  const top = loudest(loudness);
  const silent = Math.max(SILENT, SILENT_SHARE * top);
  const shapes = top < SILENT
    ? new Array<MouthShapeName>(loudness.length).fill("rest")
    : known(shapesOf(yield* likelihoods(spectra, SHAPE_MODEL)), loudness, VOICED * top);
  for (const { from, to } of runs(Array.from(loudness, (loud) => loud < silent))) {
    const isEdge = from === 0 || to === shapes.length;
    if (loudness[from]! < silent && (isEdge || to - from >= PAUSE)) shapes.fill("rest", from, to);
  }
  for (const { from, to } of runs(shapes)) {
    if (to - from < SHORTEST && from > 0 && shapes[from] !== "rest") shapes.fill(shapes[from - 1]!, from, to);
  }
  return runs(shapes).map(({ from, to }) => ({
    at: startMs + from * HOP_MS,
    shape: shapes[from]!,
    strength: strengthOf(shapes[from]!, Math.max(...loudness.subarray(from, to)) / top),
  }));
}

/** The likeliest shape of each moment, with those around it. */
function shapesOf(scores: Float64Array): MouthShapeName[] {
  const names = SHAPE_MODEL.shapes;
  const last = scores.length / names.length - 1;
  return Array.from({ length: last + 1 }, (_, moment) => {
    let best = 0;
    let highest = -Infinity;
    for (let shape = 0; shape < names.length; shape++) {
      let score = 0;
      for (let step = 0; step < AROUND.length; step++) {
        const near = Math.min(last, Math.max(0, moment + step - (AROUND.length >> 1)));
        score += AROUND[step]! * scores[near * names.length + shape]!;
      }
      if (score > highest) [best, highest] = [shape, score];
    }
    return names[best]!;
  });
}

/** The shapes, unless too few of them are vowels: then what is loud opens the mouth, and nothing else is known. */
function known(shapes: MouthShapeName[], loudness: Float64Array, loud: number): MouthShapeName[] {
  const voiced = shapes.filter((_, moment) => loudness[moment]! > loud);
  const vowels = voiced.filter((shape) => VOWELS.has(shape));
  if (shapes.length < LONG || vowels.length >= FEW_VOWELS * voiced.length) return shapes;
  return shapes.map((_, moment) => loudness[moment]! > loud ? "a" : "narrow");
}

/** How much of a shape is made: vowels the more, the louder they are. */
function strengthOf(shape: MouthShapeName, loudness: number): number {
  if (shape === "rest") return 0;
  if (shape === "closed") return 1;
  if (shape === "narrow") return 0.5;
  return Math.min(1, 0.4 + 0.6 * Math.sqrt(loudness));
}

/** Where a list keeps to one value. */
function runs(list: readonly unknown[]): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  for (let from = 0, to = 0; from < list.length; from = to) {
    while (to < list.length && list[to] === list[from]) to++;
    found.push({ from, to });
  }
  return found;
}
