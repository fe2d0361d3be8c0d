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
/** Moments between two fits, and in her first words, of which each tells much about the room: so many. */
const FIT_EVERY = 12;
const FIT_SOON = 2;
const FIRST_WORDS = 60;
/** So many moments of her voice, and the room is known; some fewer tell how late it is. */
const KNOWN = 40;
/**
 * So many are enough where what is heard goes with them so well: her first words may be interrupted as well. Of fewer,
 * some of which are still on their way, bands are fitted so badly that her own voice stands above them.
 */
const KNOWN_EARLY = 32;
const EARLY_ALIKE = 0.6;
const LEAST_OVERLAP = 24;
/** A moment's share of power that a room leaves for the next one. */
const TAIL = 0.65;
/** A band takes part where what is given out is no softer than this beside its loudest. */
const LOUD = 1e-3;
const ENOUGH = 10;
/** Whatever is softer is silence: power of a band, of full scale. */
const SILENCE = 1e-9;
/**
 * The way through the room is the middle of the ratios of heard to given out, whatever else is heard for a while. It is
 * mostly no louder than the upper quarter of them.
 */
const MIDDLE = 0.5;
const MOSTLY = 0.75;
/** Silence in the room is this low in what was heard. */
const NOISE = 0.1;
/** Her voice is heard at all where what is heard goes with what is given out. */
const ALIKE = 0.4;
/** The last half of a second alone has to go with it more clearly than that. */
const RECENT = 32;
const SURELY_ALIKE = 0.7;
/** A band is louder than her own voice from 8 dB above what is expected. */
const EXCESS = 10 ** 0.8;
/** A band counts from 1 dB above what is mostly expected, and 15 dB more make a whole one of it. */
const SLIGHT = 10 ** 0.1;
const WHOLE = Math.log(10 ** 1.5);
/** So many bands of her own voice may seem somebody else's when nothing is known, half as many each so many moments. */
const DOUBT = 24;
const DOUBT_HALVED = 10;
/** Power that a room gives back of hers, as long as that is not known: who stands above that is not she. */
const LOUD_WAY = 0.02;

/** A moment beside what her own voice and the room's noise make of it. */
export interface Residue {
  /** Share of the bands that are louder than that explains. */
  share: number;
  /** Of how many bands it is louder, the sum of their shares: who speaks low and softly is far above her in few of them. */
  excess: number;
  /** Power of each band beyond that. */
  powers: Float32Array;
}

/** Follows the way of her voice to one microphone. */
export class EchoModel {
  /** The newest last. */
  #heard: Float32Array[] = [];
  #given: Float32Array[] = [];
  #lag: number | undefined;
  /** How much what was heard went with it when it was found. */
  #likeness = 0;
  /** Of what is given out, late by `lag`, with its tail in the room. */
  #expected: Float32Array = new Float32Array(BANDS);
  /** Of each band: power that is heard of a power that is given out, usually and mostly at the most. */
  readonly #ways = new Float32Array(BANDS);
  readonly #loudWays = new Float32Array(BANDS);
  readonly #noise = new Float32Array(BANDS);
  #sinceFit = 0;
  /** Moments of her voice so far. */
  #voiced = 0;

  /** How late her voice is heard, ms; undefined where it was not heard, as with headphones. */
  get lagMs(): number | undefined {
    return this.#lag === undefined ? undefined : this.#lag * HOP_MS;
  }

  /** Whether she has spoken for long enough to know the room. */
  get isKnown(): boolean {
    return this.#voiced >= KNOWN || this.#voiced >= KNOWN_EARLY && this.#likeness >= EARLY_ALIKE;
  }

  /** How many bands of excess may be her own voice, for so little is known of the room. */
  get doubt(): number {
    return DOUBT * 2 ** (-this.#voiced / DOUBT_HALVED);
  }

  /**
   * The next moment, as powers of bands.
   *
   * @param learns whether the room is listened to: while she speaks, and nobody else is known to
   */
  push(heard: Float32Array, given: Float32Array, learns: boolean): Residue {
    this.#heard.push(heard);
    this.#given.push(given);
    if (this.#heard.length > KEPT) {
      this.#heard.shift();
      this.#given.shift();
    }
    if (learns && given.some((power) => power > SILENCE)) this.#voiced++;
    this.#expected = withTail(this.#at(this.#given.length - 1), this.#expected);
    const every = this.#voiced > 0 && this.#voiced < FIRST_WORDS ? FIT_SOON : FIT_EVERY;
    if (++this.#sinceFit >= every && learns) this.#fit();
    return this.#residue(heard, this.#expected, this.#voiced > 0 && !this.isKnown ? this.#loudest() : undefined);
  }

  /** The most of each band that may still be on its way. */
  #loudest(): Float32Array {
    const loudest = new Float32Array(BANDS);
    for (const given of this.#given.slice(-LONGEST_LAG - 1)) {
      for (let band = 0; band < BANDS; band++) loudest[band] = Math.max(loudest[band]!, given[band]!);
    }
    return loudest;
  }

  /** The last moments once more, by what is known now: at the beginning, that is much more. */
  review(count: number): Residue[] {
    const expected = this.#fit();
    return this.#heard.slice(-count).map((heard, i, all) =>
      this.#residue(heard, expected[expected.length - all.length + i]!)
    );
  }

  /** @param loudest as long as the room is not known: what is no louder than a loud room gives her back is hers */
  #residue(heard: Float32Array, expected: Float32Array, loudest?: Float32Array): Residue {
    const powers = new Float32Array(BANDS);
    let [louder, excess] = [0, 0];
    for (let band = 0; band < BANDS; band++) {
      const [power, own] = [heard[band]!, expected[band]!];
      const [unknown, noise] = [LOUD_WAY * (loudest?.[band] ?? 0), 2 * this.#noise[band]! + SILENCE];
      const usual = Math.max(this.#ways[band]! * own, unknown) + noise;
      const most = Math.max(this.#loudWays[band]! * own, unknown) + noise;
      powers[band] = Math.max(0, power - usual);
      if (power > EXCESS * usual) louder++;
      if (power > SLIGHT * most) excess += Math.min(1, Math.log(power / (SLIGHT * most)) / WHOLE);
    }
    return { share: louder / BANDS, excess, powers };
  }

  /** What is given out and arrives at a moment. */
  #at(moment: number): Float32Array {
    const given = this.#given;
    const place = moment - (this.#lag ?? 0);
    // Her voice is as late as it is, and not by whole moments: it may lie between two on either side.
    const before = given[Math.max(0, place - 1)]!;
    const after = given[Math.max(0, Math.min(place + 1, moment))]!;
    return given[Math.max(0, place)]!.map((power, band) => Math.max(before[band]!, power, after[band]!));
  }

  #findLag(from: number): void {
    const longest = Math.min(LONGEST_LAG, this.#heard.length - LEAST_OVERLAP);
    let found = bestLag(this.#heard.slice(from), this.#given, longest);
    // Something loud in between, such as a door, is much of two seconds.
    if (found.likeness < ALIKE) {
      const recent = bestLag(this.#heard.slice(-RECENT), this.#given, longest);
      if (recent.likeness >= SURELY_ALIKE) found = recent;
    }
    if (found.likeness >= ALIKE) [this.#lag, this.#likeness] = [found.lag, found.likeness];
  }

  /** @returns what of her voice arrives in each of the last moments, at least those that are looked back on */
  #fit(): Float32Array[] {
    this.#sinceFit = 0;
    const length = this.#heard.length;
    const from = Math.max(0, length - HISTORY);
    this.#findLag(from);
    const expected: Float32Array[] = [];
    for (let moment = Math.max(0, from - LONGEST_LAG); moment < length; moment++) {
      expected.push(withTail(this.#at(moment), expected.at(-1) ?? new Float32Array(BANDS)));
    }
    this.#expected = expected.at(-1)!;
    const [levels, ratios] = [new Float32Array(length - from), new Float32Array(length - from)];
    const own = expected.slice(from - length);
    for (let band = 0; band < BANDS; band++) {
      let most = 0;
      for (let i = 0; i < levels.length; i++) {
        levels[i] = this.#heard[from + i]![band]!;
        most = Math.max(most, own[i]![band]!);
      }
      [this.#noise[band]] = quantiles(levels, NOISE);
      // As long as her voice was not heard, nothing is known of its way.
      if (this.#lag === undefined) continue;
      const least = Math.max(LOUD * most, SILENCE);
      let count = 0;
      for (let i = 0; i < levels.length; i++) {
        const power = own[i]![band]!;
        if (power > least) ratios[count++] = levels[i]! / power;
      }
      if (count >= ENOUGH) {
        [this.#ways[band], this.#loudWays[band]] = quantiles(ratios.subarray(0, count), MIDDLE, MOSTLY);
      }
    }
    return expected;
  }
}

/** The lag at which what was heard is most like what was given out, by the correlation of the bands' envelopes. */
function bestLag(
  heard: readonly Float32Array[],
  given: readonly Float32Array[],
  longest: number,
): { lag: number; likeness: number } {
  const [x, y] = [rootsOf(heard), rootsOf(given)];
  const before = (given.length - heard.length) * BANDS;
  let best = { lag: 0, likeness: -1 };
  for (let lag = 0; lag <= longest; lag++) {
    const shift = before - lag * BANDS;
    const likeness = correlation(x, y, shift, Math.max(0, -shift));
    if (likeness > best.likeness) best = { lag, likeness };
  }
  return best;
}

/** How alike two lists of moments are, each band for itself; of the second one, so many values further on. */
function correlation(x: Float32Array, y: Float32Array, shift: number, from: number): number {
  const count = (x.length - from) / BANDS;
  let [both, own, other] = [0, 0, 0];
  for (let band = 0; band < BANDS; band++) {
    let [sumX, sumY, sumXX, sumYY, sumXY] = [0, 0, 0, 0, 0];
    for (let i = from + band; i < x.length; i += BANDS) {
      const [a, b] = [x[i]!, y[i + shift]!];
      sumX += a;
      sumY += b;
      sumXX += a * a;
      sumYY += b * b;
      sumXY += a * b;
    }
    both += sumXY - sumX * sumY / count;
    own += sumXX - sumX * sumX / count;
    other += sumYY - sumY * sumY / count;
  }
  return both / (Math.sqrt(own * other) + 1e-12);
}

/** Fourth roots of powers, as loud as they are to ears, moment after moment. */
function rootsOf(moments: readonly Float32Array[]): Float32Array {
  const flat = new Float32Array(moments.length * BANDS);
  moments.forEach((powers, moment) => flat.set(powers, moment * BANDS));
  for (let i = 0; i < flat.length; i++) flat[i] = Math.sqrt(Math.sqrt(flat[i]!));
  return flat;
}

function withTail(now: Float32Array, before: Float32Array): Float32Array {
  return now.map((power, band) => Math.max(power, TAIL * before[band]!));
}

function quantiles<const Shares extends readonly number[]>(values: Float32Array, ...shares: Shares) {
  const sorted = values.toSorted();
  return shares.map((share) => sorted[Math.floor(share * sorted.length)]!) as { [Key in keyof Shares]: number };
}
