/** Unpacks deflated data in pieces of a bounded size. */
import { createGunzip, createInflateRaw } from "node:zlib";

/** Size of a piece that comes out, in bytes. */
const PIECE_BYTES = 64 * 1024;

/**
 * Takes the place of the platform's `DecompressionStream` in zip.js: Deno's unpacks all of what it is given at once,
 * which may be a thousand times as much, while zlib of Node's waits until a piece was taken.
 */
export class InflateStream implements ReadableWritablePair<Uint8Array, Uint8Array> {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;

  /** @param format `gzip`, where zip.js has the checksum checked, or `deflate-raw` */
  constructor(format: string) {
    const options = { chunkSize: PIECE_BYTES };
    const unpacking = format === "gzip" ? createGunzip(options) : createInflateRaw(options);
    // Both ends tell of an error; one that comes after both were left is nobody's.
    unpacking.on("error", () => {});
    // Not Duplex.toWeb(): in Deno it throws at nobody when the reader leaves early.
    this.readable = ReadableStream.from<Uint8Array>(unpacking);
    this.writable = new WritableStream({
      write: (chunk) =>
        new Promise((resolve, reject) => unpacking.write(chunk, (error) => error ? reject(error) : resolve())),
      close: () => void unpacking.end(),
      abort: () => void unpacking.destroy(),
    });
  }
}
