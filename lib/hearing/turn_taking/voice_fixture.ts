/** For tests: voices and noises made of numbers, the same each time. 16 kHz. */

export const RATE = 16_000;
/** Samples of a frame, 32 ms, as voice activity tells of them. */
export const FRAME = 512;

/** Numbers from 0 to 1, the same for the same seed. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

export function silence(ms: number): Float32Array {
  return new Float32Array(ms * RATE / 1000);
}

/** A vowel whose pitch goes from one frequency to another. */
export function vowel(ms: number, from: number, to = from, loud = 0.1): Float32Array {
  let phase = 0;
  const sound = silence(ms);
  for (let i = 0; i < sound.length; i++) {
    phase += (from + (to - from) * i / sound.length) / RATE;
    for (let harmonic = 1; harmonic <= 12; harmonic++) {
      sound[i]! += loud * Math.sin(2 * Math.PI * harmonic * phase) / harmonic;
    }
  }
  return sound;
}

/** Syllables of 160 ms without a rest, each with a pitch, a loudness and a colour of its own. */
export function syllables(ms: number, seed: number, loud = 0.1): Float32Array {
  const random = numbers(seed);
  const sound = silence(ms);
  const length = 0.16 * RATE;
  for (let start = 0; start < sound.length; start += length) {
    const [hz, level, colour] = [110 + 120 * random(), 0.3 + random(), 300 + 2500 * random()];
    for (let i = 0; i < length && start + i < sound.length; i++) {
      const shape = Math.sin(Math.PI * i / length);
      for (let harmonic = 1; harmonic * hz < 6000; harmonic++) {
        const near = 1 / (1 + ((harmonic * hz - colour) / 400) ** 2) + 0.1 / harmonic;
        sound[start + i]! += loud * level * shape * near * Math.sin(2 * Math.PI * harmonic * hz * i / RATE);
      }
    }
  }
  return sound;
}

/** All frequencies alike, as air has them. */
export function hiss(ms: number, loud = 0.1): Float32Array {
  const random = numbers(7);
  return silence(ms).map(() => loud * (2 * random() - 1));
}

/** Sounds one after the other. */
export function joined(...sounds: readonly Float32Array[]): Float32Array {
  return Float32Array.from(sounds.flatMap((sound) => [...sound]));
}

/** A sound, and another one from a millisecond on. */
export function mixed(sound: Float32Array, other: Float32Array, atMs: number): Float32Array {
  const at = atMs * RATE / 1000;
  return sound.map((one, i) => one + (other[i - at] ?? 0));
}

/** Whole frames of a sound. */
export function framesOf(sound: Float32Array): Float32Array[] {
  return Array.from({ length: Math.floor(sound.length / FRAME) }, (_, i) => sound.slice(i * FRAME, (i + 1) * FRAME));
}
