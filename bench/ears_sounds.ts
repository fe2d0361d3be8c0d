/** Sounds that a microphone hears, made of numbers: rooms, loudspeakers, noise, coughs, key clicks and hums. 16 kHz. */

/** Numbers from 0 to 1. */
export type Random = () => number;

export const RATE = 16_000;

/** A number between two, from a source of numbers from 0 to 1. */
export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random();
}

/** One of a list. */
export function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)]!;
}

/** A share of full scale of so many decibels. */
export function gain(db: number): number {
  return 10 ** (db / 20);
}

/** Root of the mean square of a sound. */
export function rms(samples: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i]! * samples[i]!;
  return Math.sqrt(sum / Math.max(1, samples.length));
}

/** Adds a sound to another one, from a sample on; what reaches beyond its end is left out. */
export function mix(into: Float32Array, sound: ArrayLike<number>, at: number, factor = 1): void {
  const until = Math.min(sound.length, into.length - at);
  for (let i = Math.max(0, -at); i < until; i++) into[at + i]! += factor * sound[i]!;
}

/** A copy that is as loud as this where it is not silent. */
export function levelled(samples: ArrayLike<number>, db: number): Float32Array {
  const sound = Float32Array.from(samples);
  const most = sound.reduce((high, one) => Math.max(high, Math.abs(one)), 0);
  const loud = sound.filter((one) => Math.abs(one) > 0.02 * most);
  const factor = gain(db) / Math.max(1e-9, rms(loud));
  return sound.map((one) => one * factor);
}

/** A filter of second order, as in Bristow-Johnson's cookbook. */
function biquad(sound: Float32Array, kind: "low" | "high" | "band", hz: number, q: number): Float32Array {
  const omega = 2 * Math.PI * hz / RATE;
  const [cos, alpha] = [Math.cos(omega), Math.sin(omega) / (2 * q)];
  const middle = kind === "band" ? 0 : kind === "low" ? 1 - cos : -(1 + cos);
  const edge = kind === "band" ? alpha : Math.abs(middle) / 2;
  const last = kind === "band" ? -alpha : edge;
  const output = new Float32Array(sound.length);
  let [x1, x2, y1, y2] = [0, 0, 0, 0];
  for (let i = 0; i < sound.length; i++) {
    const x = sound[i]!;
    const y = (edge * x + middle * x1 + last * x2 + 2 * cos * y1 - (1 - alpha) * y2) / (1 + alpha);
    [x2, x1, y2, y1] = [x1, x, y1, y];
    output[i] = y;
  }
  return output;
}

/** What a small loudspeaker makes of a sound: no bass, little treble, and some distortion where it is loud. */
export function loudspeaker(sound: Float32Array, random: Random): Float32Array {
  const drive = between(random, 1, 3);
  const driven = sound.map((one) => Math.tanh(drive * one) / drive);
  return biquad(biquad(driven, "high", between(random, 150, 400), 0.8), "low", between(random, 4500, 7000), 0.7);
}

/** A room: the way straight, and echoes at random times that die away (velvet noise). The length stays. */
export function inRoom(sound: Float32Array, random: Random): Float32Array {
  const decay = between(random, 0.15, 0.6);
  const reverberation = gain(between(random, -14, -3));
  const output = Float32Array.from(sound);
  // How loud the echoes are together, the sound itself being 1.
  const taps = Array.from({ length: Math.round(250 * decay) }, () => {
    const seconds = between(random, 0.003, decay);
    return { at: Math.round(seconds * RATE), factor: (random() < 0.5 ? -1 : 1) * 10 ** (-3 * seconds / decay) };
  });
  const power = Math.sqrt(taps.reduce((sum, { factor }) => sum + factor * factor, 0));
  for (const { at, factor } of taps) mix(output, sound, at, factor * reverberation / power);
  return output;
}

/** Noise with as much power in each octave, or with more in the lower ones, as a fan has. */
export function noise(length: number, db: number, random: Random): Float32Array {
  const keep = pick(random, [0.85, 0.95, 0.99]);
  const output = new Float32Array(length);
  let state = 0;
  for (let i = 0; i < length; i++) {
    const white = 2 * random() - 1;
    state = keep * state + (1 - keep) * white;
    output[i] = state + 0.02 * white;
  }
  return levelled(output, db);
}

/** A cough: air that breaks out, and a rougher, softer rest; sometimes twice. */
export function cough(random: Random): Float32Array {
  const bursts = random() < 0.4 ? 2 : 1;
  const output = new Float32Array(Math.round(bursts * 0.42 * RATE));
  for (let burst = 0; burst < bursts; burst++) {
    const length = Math.round(between(random, 0.2, 0.4) * RATE);
    const white = Float32Array.from({ length }, () => 2 * random() - 1);
    const pitch = between(random, 90, 220);
    const throat = biquad(white, "band", between(random, 500, 1100), 1.2);
    const air = biquad(white, "high", 1500, 0.7);
    const sound = throat.map((one, i) => {
      const t = i / RATE;
      const rough = t > 0.06 ? 0.6 + 0.4 * Math.sin(2 * Math.PI * pitch * t) : 1;
      return (2 * one + 0.4 * air[i]!) * rough * Math.min(1, t / 0.008) * Math.exp(-t / 0.09);
    });
    mix(output, sound, Math.round(burst * 0.42 * RATE));
  }
  return output;
}

/** Keys of a keyboard: short clicks, each down and up. */
export function keyClicks(random: Random): Float32Array {
  const count = 1 + Math.floor(random() * 6);
  const output = new Float32Array(Math.round((count * 0.2 + 0.1) * RATE));
  for (let key = 0; key < count; key++) {
    const down = key * 0.2 + between(random, 0, 0.06);
    for (const [at, factor] of [[down, 1], [down + between(random, 0.05, 0.11), 0.5]] as const) {
      const ring = between(random, 1800, 4500);
      const click = Float32Array.from(
        { length: 400 },
        (_, i) => (2 * random() - 1 + Math.sin(2 * Math.PI * ring * i / RATE)) * Math.exp(-i / between(random, 25, 60)),
      );
      mix(output, click, Math.round(at * RATE), factor);
    }
  }
  return output;
}

/** "Mm-hmm", "うん", "嗯": a voice through a closed mouth, once or twice, as a pulse train through the nose. */
export function hum(random: Random): Float32Array {
  const twice = random() < 0.6;
  const part = between(random, 0.16, 0.28);
  const gap = between(random, 0.03, 0.08);
  const seconds = twice ? 2 * part + gap : between(random, 0.25, 0.45);
  const base = between(random, 95, 230);
  const pulses = new Float32Array(Math.round(seconds * RATE));
  let phase = 0;
  for (let i = 0; i < pulses.length; i++) {
    const t = i / RATE;
    const second = twice && t > part + gap;
    const within = twice ? (second ? t - part - gap : t) / part : t / seconds;
    const pitch = base * (twice ? (second ? 1.05 + 0.15 * within : 1 - 0.1 * within) : 1 - 0.12 * within);
    phase += pitch * (1 + 0.01 * (random() - 0.5)) / RATE;
    const open = within < 1 ? Math.sin(Math.PI * Math.max(0, within)) ** 0.5 : 0.05;
    if (phase >= 1) {
      phase -= 1;
      pulses[i] = open;
    }
    pulses[i]! += 0.01 * open * (2 * random() - 1);
  }
  const nose = biquad(pulses, "band", between(random, 220, 320), 2);
  const upper = biquad(pulses, "band", between(random, 900, 1300), 4);
  return biquad(nose.map((one, i) => one + 0.12 * upper[i]!), "low", 2500, 0.7);
}

/** Samples of 16 bit. */
export function toPcm(sound: Float32Array): Int16Array {
  return Int16Array.from(sound, (one) => Math.max(-32768, Math.min(32767, Math.round(one * 32767))));
}
