/** The thread of `unpack.ts`. */
import { createReadStream } from "node:fs";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { unpackTar } from "modern-tar/fs";
// @ts-types="./unbzip2_stream.d.ts"
import unbzip2 from "unbzip2-stream";

export interface UnpackJob {
  /** Its path. */
  archive: string;
  format: "tar.bz2" | "tar.gz";
  /** Path of the folder that it is unpacked into. */
  folder: string;
}

/** `code` as Node has it, such as `ENOSPC`. */
export type UnpackAnswer = { read: number } | { done: true } | { failed: string; code?: string };

/** What is global here: the types are those of a page. */
const scope = self as unknown as {
  onmessage: (event: MessageEvent<UnpackJob>) => void;
  postMessage(answer: UnpackAnswer): void;
};

scope.onmessage = async ({ data: { archive, format, folder } }) => {
  let read = 0;
  const counted = new Transform({
    transform(chunk: Uint8Array, _, done) {
      scope.postMessage({ read: read += chunk.length });
      done(null, chunk);
    },
  });
  try {
    await pipeline(
      createReadStream(archive, { highWaterMark: 256 * 1024 }),
      counted,
      format === "tar.gz" ? createGunzip() : unbzip2(),
      // Nobody who has downloaded a voice wants its links and permissions.
      unpackTar(folder, { strip: 1, filter: ({ type }) => type === "file", fmode: 0o644, dmode: 0o755 }),
    );
    scope.postMessage({ done: true });
  } catch (error) {
    const { message, code } = error as { message?: string; code?: string };
    scope.postMessage({ failed: message ?? String(error), ...(code !== undefined && { code }) });
  }
};
