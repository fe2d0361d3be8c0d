/** A fast Fourier transform of real samples, for a size that is a power of two. Nothing is allocated while it runs. */
export class RealFourier {
  /** Samples to be transformed. */
  readonly input: Float64Array;
  /** Half as many complex numbers as there are samples: those at even places, and those at odd ones. */
  readonly #re: Float64Array;
  readonly #im: Float64Array;
  /** Where each goes, with the bits of its place turned around. */
  readonly #places: Uint32Array;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;

  constructor(size: number) {
    const half = size / 2;
    this.input = new Float64Array(size);
    this.#re = new Float64Array(half);
    this.#im = new Float64Array(half);
    this.#places = new Uint32Array(half);
    for (let i = 1; i < half; i++) this.#places[i] = this.#places[i >> 1]! >> 1 | (i & 1 ? half >> 1 : 0);
    this.#cos = Float64Array.from({ length: half }, (_, k) => Math.cos(2 * Math.PI * k / size));
    this.#sin = Float64Array.from({ length: half }, (_, k) => Math.sin(2 * Math.PI * k / size));
  }

  /** Writes the power of the lowest frequencies, as many as there is room for, at most half of the size. */
  powers(into: Float64Array): void {
    this.#transform();
    const re = this.#re;
    const im = this.#im;
    const half = re.length;
    for (let k = 0; k < into.length; k++) {
      const mirror = (half - k) % half;
      const evenRe = (re[k]! + re[mirror]!) / 2;
      const evenIm = (im[k]! - im[mirror]!) / 2;
      const oddRe = (im[k]! + im[mirror]!) / 2;
      const oddIm = (re[mirror]! - re[k]!) / 2;
      const cos = this.#cos[k]!;
      const sin = this.#sin[k]!;
      const x = evenRe + cos * oddRe + sin * oddIm;
      const y = evenIm + cos * oddIm - sin * oddRe;
      into[k] = x * x + y * y;
    }
  }

  #transform(): void {
    const re = this.#re;
    const im = this.#im;
    const half = re.length;
    for (let i = 0; i < half; i++) {
      const place = this.#places[i]!;
      re[place] = this.input[2 * i]!;
      im[place] = this.input[2 * i + 1]!;
    }
    for (let length = 1; length < half; length *= 2) {
      const stride = half / length;
      for (let start = 0; start < half; start += 2 * length) {
        for (let j = 0; j < length; j++) {
          const one = start + j;
          const other = one + length;
          const cos = this.#cos[j * stride]!;
          const sin = this.#sin[j * stride]!;
          const x = re[other]! * cos + im[other]! * sin;
          const y = im[other]! * cos - re[other]! * sin;
          re[other] = re[one]! - x;
          im[other] = im[one]! - y;
          re[one] = re[one]! + x;
          im[one] = im[one]! + y;
        }
      }
    }
  }
}
