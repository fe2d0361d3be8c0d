/** Brings one file, going on where an earlier attempt has stopped. */
import { DownloadError } from "./download_error.ts";
import { PartFile } from "./part_file.ts";
import type { RemoteFile } from "./remote_folder.ts";
import { bodyBytes } from "@/lib/providers/http/body_bytes.ts";
import { Watchdog } from "@/lib/providers/http/watchdog.ts";

const KEPT = "what has come so far is kept";
const CHECK_CONNECTION = `Check the connection to the internet and go on: ${KEPT}`;

export interface FetchFileOptions {
  signal: AbortSignal;
  /** Longest silence of the host, in milliseconds. */
  idleMs: number;
  /** Called with how much of the file is there, in bytes; it begins anew where the host cannot go on. */
  onBytes(bytes: number): void;
}

/**
 * Brings `file` to `path`, whose folder is there, and checks it.
 *
 * What lies there already is taken for its beginning; whether it was, the checksum tells at the end. What cannot become
 * the file any more is thrown away, all else stays for the next attempt.
 *
 * @throws {DownloadError} saying what came instead
 * @throws the reason of `signal`
 */
export async function fetchFile(file: RemoteFile, path: string, options: FetchFileOptions): Promise<void> {
  using part = await PartFile.open(path, file.bytes, options.signal);
  options.onBytes(part.bytes);
  if (part.bytes < file.bytes) await fetchRest(file, part, options);
  const sha256 = part.sha256();
  if (sha256 === file.sha256) return await part.sync();
  await part.empty();
  throw new DownloadError(
    `Cannot take ${file.url}: its checksum (SHA-256) is ${sha256} instead of ${file.sha256}`,
    "Try again: it begins anew. If that does not help, the host has another file now than this program knows",
  );
}

/** Asks for what is missing and appends it. */
async function fetchRest(file: RemoteFile, part: PartFile, { signal, idleMs, onBytes }: FetchFileOptions) {
  signal.throwIfAborted();
  const abort = new AbortController();
  const stop = () => abort.abort(signal.reason);
  const watchdog = new Watchdog(() => abort.abort(stalled(file, idleMs)));
  signal.addEventListener("abort", stop, { once: true });
  try {
    watchdog.begin(idleMs);
    const { body } = await ask(file, part, abort.signal);
    onBytes(part.bytes);
    for await (const chunk of bodyBytes({ body }, { signal: abort.signal })) {
      watchdog.end();
      if (part.bytes + chunk.length > file.bytes) {
        await part.empty();
        throw another(file, `more than the ${file.bytes} bytes that were expected`);
      }
      await part.append(chunk);
      onBytes(part.bytes);
      watchdog.begin(idleMs);
    }
  } catch (cause) {
    abort.signal.throwIfAborted();
    if (cause instanceof TypeError || cause instanceof Deno.errors.Http) throw unreachable(file, part, cause);
    throw cause;
  } finally {
    watchdog.stop();
    signal.removeEventListener("abort", stop);
    abort.abort();
  }
  if (part.bytes < file.bytes) throw brokeOff(file);
}

/** An answer whose body is what is missing of the part; where the host begins the file anew, so does the part. */
async function ask(file: RemoteFile, part: PartFile, signal: AbortSignal): Promise<Response> {
  // A body that is compressed on its way has no bytes to go on from.
  const headers = new Headers({ "accept-encoding": "identity" });
  if (part.bytes > 0) headers.set("range", `bytes=${part.bytes}-`);
  const response = await fetch(file.url, { headers, signal });
  const { status } = response;
  if (status === 206 && part.bytes > 0 && goesOn(response.headers.get("content-range"), file, part)) return response;
  if (status === 200) {
    const length = response.headers.get("content-length");
    if (length !== null && Number(length) !== file.bytes) {
      await response.body?.cancel();
      throw another(file, `${length} bytes instead of ${file.bytes}`);
    }
    if (part.bytes > 0) await part.empty();
    return response;
  }
  await response.body?.cancel();
  if (part.bytes === 0) throw refused(file, status);
  if (status !== 206 && status !== 416) throw refused(file, status);
  // It cannot go on there: what has come is of no use with this host.
  await part.empty();
  return await ask(file, part, signal);
}

/** Whether a `Content-Range` is that of the rest of the file. */
function goesOn(range: string | null, { bytes }: RemoteFile, part: PartFile): boolean {
  const [, from, to, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(range ?? "") ?? [];
  return Number(from) === part.bytes && Number(to) === bytes - 1 && (total === "*" || Number(total) === bytes);
}

function stalled({ url }: RemoteFile, idleMs: number): DownloadError {
  return new DownloadError(`Fetching ${url} has stood still for ${Math.round(idleMs / 1_000)} s`, CHECK_CONNECTION);
}

function unreachable(file: RemoteFile, part: PartFile, cause: Error): DownloadError {
  if (part.bytes > 0) return brokeOff(file, cause);
  return new DownloadError(`Cannot fetch ${file.url}: ${cause.message}`, CHECK_CONNECTION, { cause });
}

function brokeOff({ url }: RemoteFile, cause?: Error): DownloadError {
  return new DownloadError(`Fetching ${url} broke off before its end`, CHECK_CONNECTION, { cause });
}

function another({ url }: RemoteFile, what: string): DownloadError {
  return new DownloadError(
    `Cannot take ${url}: the host has ${what}`,
    "The host has another file now than this program knows: look for a newer version of the program",
  );
}

function refused({ url }: RemoteFile, status: number): DownloadError {
  return new DownloadError(
    `Cannot fetch ${url}: the host answers ${status}`,
    status === 404 || status === 410
      ? "The host does not have it any more: look for a newer version of the program"
      : `Try again later: ${KEPT}`,
  );
}
