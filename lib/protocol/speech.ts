/** Spoken answers on the wire: what is said, where it stands in the text, and how the mouth moves with it. */

/**
 * How a mouth can stand. `rest`: nothing is said. `closed`: the lips are pressed together (p, b, m). `narrow`: a
 * consonant behind a mouth that is nearly closed (s, t, k). The others are the five vowels of Japanese, which Live2D
 * models have shapes for.
 */
export const MOUTH_SHAPES = ["rest", "closed", "narrow", "a", "i", "u", "e", "o"] as const;

export type MouthShapeName = typeof MOUTH_SHAPES[number];

/** From `at` on, until the next one, the mouth stands like this. */
export interface Viseme {
  /** Milliseconds since the sound began. */
  at: number;
  shape: MouthShapeName;
  /** How much of the shape is made, from 0 to 1. */
  strength: number;
}

export interface SayableText {
  /** What is said: the text without what only the eye needs. Never empty. */
  say: string;
  /** Language of `say`, such as `en` or `ja` (BCP 47). */
  language: string;
}

/** A piece of an answer that is said in one breath. */
export interface SpokenSentence extends SayableText {
  /** Counts the pieces of a turn, from 0. */
  index: number;
  /** Where it stands in the turn's visible text, UTF-16 units; `to` comes after it. */
  from: number;
  to: number;
}

/** How a voice says something. */
export interface VoiceManner {
  /** Which of the engine's voices, where one is chosen. */
  voice?: string;
  /** 1 is usual. */
  rate: number;
  pitch: number;
}

/** The sound of a {@linkcode SpokenSentence}. Where the page says it itself, it is told how. */
export interface SentenceSpeech extends Partial<VoiceManner> {
  index: number;
  /** Id of the engine that says it; `browser` where the page says it itself, `none` where nobody can. */
  engine: string;
  /** Path of the sound on this server: WAV, 16 bit, one channel, growing while it is synthesised. */
  url?: string;
  /** How long it lasts, in milliseconds, where that is known already. */
  ms?: number;
  /** How the mouth moves, by time, where the engine knows; the page finds out by the sound otherwise. */
  visemes?: Viseme[];
}
