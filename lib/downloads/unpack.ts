/** Unpacks archives, in a thread of their own: to unpack bzip2 keeps a processor busy for seconds to minutes. */
import { diskError, DownloadError } from "./download_error.ts";
import type { UnpackAnswer, UnpackJob } from "./unpack_worker.ts";

const SCRIPT = new URL("./unpack_worker.ts", import.meta.url);

/**
 * Unpacks an archive into a folder, which is made: files alone, without the folder that the archive holds them in.
 *
 * @param onBytes called with how much of the archive has been read, in bytes
 * @throws {DownloadError} when it cannot be unpacked
 * @throws the reason of `signal`
 */
export async function unpack(
  job: UnpackJob,
  { signal, onBytes }: { signal: AbortSignal; onBytes(bytes: number): void },
): Promise<void> {
  signal.throwIfAborted();
  const worker = new Worker(SCRIPT, { type: "module" });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  worker.onmessage = ({ data }: MessageEvent<UnpackAnswer>) => {
    if ("read" in data) onBytes(data.read);
    else if ("done" in data) resolve();
    else reject(unusable(job.archive, Object.assign(new Error(data.failed), { code: data.code })));
  };
  worker.onerror = (event) => {
    event.preventDefault();
    reject(unusable(job.archive, new Error(event.message)));
  };
  try {
    worker.postMessage(job);
    await promise;
  } finally {
    signal.removeEventListener("abort", stop);
    worker.terminate();
  }
}

function unusable(archive: string, cause: Error): unknown {
  const error = diskError(cause, archive);
  if (error !== cause) return error;
  return new DownloadError(
    `Cannot unpack ${archive}: ${cause.message}`,
    "Remove it and fetch it again; if that does not help, look for a newer version of the program",
    { cause },
  );
}
