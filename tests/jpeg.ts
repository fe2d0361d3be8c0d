/** A JPEG of so many pixels, as far as it says how large it is. */
export function jpeg(width: number, height: number, mark = 0): Uint8Array<ArrayBuffer> {
  const frame = [0xff, 0xc0, 0, 17, 8, height >> 8, height & 255, width >> 8, width & 255, 3, ...Array(9).fill(1)];
  return Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, mark, mark, ...frame, 0xff, 0xd9]);
}
