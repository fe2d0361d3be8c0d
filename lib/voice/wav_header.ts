/** Length of a header in front of the samples, in bytes. */
export const WAV_HEADER_BYTES = 44;

/** What stands for a length that is not known yet. */
const UNKNOWN = 0xffff_ffff;

/**
 * The header of a WAV file of 16 bit and one channel.
 *
 * @param sampleRate samples a second
 * @param bytes of samples after it; undefined while they are still being made, and the end of the stream is their end
 */
export function wavHeader(sampleRate: number, bytes?: number): Uint8Array<ArrayBuffer> {
  const header = new DataView(new ArrayBuffer(WAV_HEADER_BYTES));
  const text = (at: number, word: string) => [...word].forEach((c, i) => header.setUint8(at + i, c.charCodeAt(0)));
  text(0, "RIFF");
  header.setUint32(4, bytes === undefined ? UNKNOWN : WAV_HEADER_BYTES - 8 + bytes, true);
  text(8, "WAVEfmt ");
  header.setUint32(16, 16, true);
  // PCM, one channel.
  header.setUint16(20, 1, true);
  header.setUint16(22, 1, true);
  header.setUint32(24, sampleRate, true);
  header.setUint32(28, sampleRate * 2, true);
  header.setUint16(32, 2, true);
  header.setUint16(34, 16, true);
  text(36, "data");
  header.setUint32(40, bytes ?? UNKNOWN, true);
  return new Uint8Array(header.buffer);
}
