/** WAV files for tests, in every way to write them. */

export interface Writing {
  sampleRate: number;
  channels: number;
  bits: number;
  float: boolean;
  extensible: boolean;
  /** Of the encoding; by `float` otherwise. */
  code: number;
  /** What the header says of the bytes of samples; the truth otherwise. */
  size: number;
  /** Whether another chunk comes before the samples, or after them. */
  before: boolean;
  after: boolean;
}

/** A WAV file of samples from -32768 to 32767, the same on each channel. */
export function wavOf(samples: readonly number[], writing: Partial<Writing> = {}): Uint8Array<ArrayBuffer> {
  const { sampleRate = 24_000, channels = 1, bits = 16, float = false, extensible = false } = writing;
  const code = writing.code ?? (extensible ? 0xfffe : float ? 3 : 1);
  const frame = Math.ceil(bits / 8) * channels;
  const data = samples.flatMap((sample) => Array.from({ length: channels }, () => bytesOf(sample, bits, float)).flat());
  const list = [...ascii("LIST"), ...word(3, 4), 1, 2, 3, 0];
  const format = [
    ...word(code, 2),
    ...word(channels, 2),
    ...word(sampleRate, 4),
    ...word(sampleRate * frame, 4),
    ...word(frame, 2),
    ...word(bits, 2),
    ...(extensible
      ? [...word(22, 2), ...word(bits, 2), ...word(0, 4), ...word(float ? 3 : 1, 2), ...Array(14).fill(0)]
      : []),
  ];
  return Uint8Array.from([
    ...ascii("RIFF"),
    ...word(0xffffffff, 4),
    ...ascii("WAVE"),
    ...ascii("fmt "),
    ...word(format.length, 4),
    ...format,
    ...(writing.before ? list : []),
    ...ascii("data"),
    ...word(writing.size ?? data.length, 4),
    ...data,
    ...(writing.after ? list : []),
  ]);
}

function bytesOf(sample: number, bits: number, float: boolean): number[] {
  const view = new DataView(new ArrayBuffer(8));
  if (float) bits === 32 ? view.setFloat32(0, sample / 32768, true) : view.setFloat64(0, sample / 32768, true);
  else if (bits === 8) view.setUint8(0, Math.floor(sample / 256) + 128);
  else if (bits === 24) view.setInt32(0, sample * 256, true);
  else if (bits === 32) view.setInt32(0, sample * 65536, true);
  else view.setInt16(0, sample, true);
  return [...new Uint8Array(view.buffer, 0, Math.ceil(bits / 8))];
}

function word(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, index) => value >>> (8 * index) & 255);
}

function ascii(text: string): number[] {
  return [...text].map((sign) => sign.charCodeAt(0));
}
