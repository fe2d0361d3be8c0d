/**
 * Tells her own voice in the microphone from anybody else's. What is given out is known: how late and how loud it comes
 * back in each band is fitted to the last seconds, and what stands above that is somebody else. Powers are compared, not
 * waves, for a cheap loudspeaker, a room, or a browser's own echo cancellation leaves nothing of those.
 */
import { BANDS, HOP } from "./bands.ts";

const HOP_MS = HOP / 16;
/** Moments that are looked back on, two seconds, and the longest way of a sound, 400 ms. */
const HISTORY = 125;
const LONGEST_LAG = 25;
const KEPT = HISTORY + LONGEST_LAG + 1;
/** Moments between two fits, and before the first. */
const FIT_EVERY = 8;
const FIRST_FIT = 24;
/** A moment's share of power that a room leaves for the next one. */
const TAIL = 0.65;
/** A band takes part where what is given out is no softer than this beside its loudest. */
const LOUD = 1e-3;
const ENOUGH = 10;
/** What is likelier than that to be nothing but noise is not looked at: power of a band, of full scale. */
const SILENCE = 1e-9;
/** The way through the room is the middle of the ratios of heard to given out, whatever else is heard for a while. */
const MIDDLE = 0.5;
/** Silence in the room is this low in what was heard. */
const NOISE = 0.1;
/** Powers are compared by this root, as ears do. */
const ROOT = 0.25;
/** Her voice is heard at all where what is heard goes with what is given out. */
const ALIKE = 0.4;
/** A band is louder than her own voice from 8 dB above what is expected. */
const EXCESS = 10 ** 0.8;

/** A moment beside what her own voice and the room's noise make of it. */
export interface Residue {
  /** Share of the bands that are louder than that explains. */
  share: number;
  /** Power of each band beyond that. */
  powers: Float32Array;
}

export class EchoModel {
  /** The newest last. */
  #heard: Float32Array[] = [];
  #given: Float32Array[] = [];
  #lag: number | undefined;
  /** Of what is given out, late by `lag`, with its tail in the room. */
  #expected = new Float32Array(BANDS);
  /** Of each band: power that is heard of a power that is given out. */
  readonly #ways = new Float32Array(BANDS);
  readonly #noise = new Float32Array(BANDS);
  #sinceFit = FIT_EVERY - FIRST_FIT;

  /** How late her voice is heard, ms; undefined before it was. */
  get lagMs(): number | undefined {
    return this.#lag === undefined ? undefined : this.#lag * HOP_MS;
  }

  /**
   * The next moment, as powers of bands.
   *
   * @param learns whether the room is listened to: not while somebody else is known to speak
   */
  push(heard: Float32Array, given: Float32Array, learns: boolean): Residue {
    this.#heard.push(heard);
    this.#given.push(given);
    if (this.#heard.length > KEPT) [this.#heard, this.#given] = [this.#heard.slice(-KEPT), this.#given.slice(-KEPT)];
    this.#expected = withTail(this.#at(this.#given.length - 1), this.#expected);
    if (++this.#sinceFit >= FIT_EVERY && (learns || this.#lag === undefined)) this.#fit();
    return this.#residue(heard, this.#expected);
  }

  /** The last moments once more, by what is known now: at the beginning, that is much more. */
  review(count: number): Residue[] {
    const expected = this.#fit();
    return this.#heard.slice(-count).map((heard, i, all) =>
      this.#residue(heard, expected[expected.length - all.length + i]!)
    );
  }

  #residue(heard: Float32Array, expected: Float32Array): Residue {
    let louder = 0;
    const powers = heard.map((power, band) => {
      const own = this.#ways[band]! * expected[band]! + 2 * this.#noise[band]! + SILENCE;
      if (power > EXCESS * own) louder++;
      return Math.max(0, power - own);
    });
    return { share: louder / BANDS, powers };
  }

  /** What is given out and arrives at a moment. */
  #at(moment: number): Float32Array {
    const given = this.#given;
    const place = moment - (this.#lag ?? 0);
    const [now, before] = [given[Math.max(0, place)]!, given[Math.max(0, place - 1)]!];
    return now.map((power, band) => Math.max(power, before[band]!));
  }

  /** @returns what of her voice arrives in each of the last moments */
  #fit(): Float32Array[] {
    this.#sinceFit = 0;
    const length = this.#heard.length;
    const from = Math.max(0, length - HISTORY);
    const found = this.#bestLag(from, length);
    if (found.likeness >= ALIKE) this.#lag = found.lag;
    const expected: Float32Array[] = [];
    for (let moment = Math.max(0, from - LONGEST_LAG); moment < length; moment++) {
      expected.push(withTail(this.#at(moment), expected.at(-1) ?? new Float32Array(BANDS)));
    }
    this.#expected = expected.at(-1)!;
    for (let band = 0; band < BANDS; band++) {
      const heard = this.#heard.slice(from).map((powers) => powers[band]!);
      this.#noise[band] = quantile(heard, NOISE);
      // As long as her voice was not heard, nothing is known of its way.
      if (this.#lag === undefined) continue;
      const own = expected.slice(from - length).map((powers) => powers[band]!);
      const least = Math.max(LOUD * Math.max(...own), SILENCE);
      const ratios = heard.flatMap((power, moment) => own[moment]! > least ? [power / own[moment]!] : []);
      if (ratios.length >= ENOUGH) this.#ways[band] = quantile(ratios, MIDDLE);
    }
    return expected;
  }

  /** The lag at which what was heard is most like what was given out, by the correlation of the bands' envelopes. */
  #bestLag(from: number, to: number): { lag: number; likeness: number } {
    const heard = centred(this.#heard.slice(from, to));
    let best = { lag: 0, likeness: -1 };
    for (let lag = 0; lag <= Math.min(LONGEST_LAG, to - FIRST_FIT); lag++) {
      const cut = Math.max(0, lag - from);
      const given = centred(this.#given.slice(from - lag + cut, to - lag));
      let [both, own, other] = [0, 0, 0];
      const skipped = cut * BANDS;
      for (let i = 0; i < given.length; i++) {
        const [x, y] = [heard[i + skipped]!, given[i]!];
        [both, own, other] = [both + x * y, own + y * y, other + x * x];
      }
      const likeness = both / (Math.sqrt(own * other) + 1e-12);
      if (likeness > best.likeness) best = { lag, likeness };
    }
    return best;
  }
}

function withTail(now: Float32Array, before: Float32Array): Float32Array {
  return now.map((power, band) => Math.max(power, TAIL * before[band]!));
}

/** Roots of powers, moment after moment, with the mean of each band taken off. */
function centred(moments: readonly Float32Array[]): Float32Array {
  const flat = new Float32Array(moments.length * BANDS);
  const means = new Float64Array(BANDS);
  moments.forEach((powers, moment) =>
    powers.forEach((power, band) => means[band]! += flat[moment * BANDS + band] = power ** ROOT)
  );
  return flat.map((root, i) => root - means[i % BANDS]! / moments.length);
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * values.length)]!;
}
