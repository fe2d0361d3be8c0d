import { dirname, join } from "node:path";
import { statfs } from "node:fs/promises";
import { noRoom } from "./download_error.ts";
import { fetchFile } from "./fetch_file.ts";
import { sizeOf } from "./part_file.ts";
import { bytesOf, type RemoteFolder } from "./remote_folder.ts";
import { unpack } from "./unpack.ts";
import { exists, removeIfThere } from "@/lib/files.ts";

/** Longest silence of a host, in milliseconds. */
const IDLE_MS = 30_000;
/** Least time between two reports of how far it is, in milliseconds. */
const REPORT_MS = 100;

/** How far a download is, in bytes. While archives are unpacked, of these. */
export interface DownloadProgress {
  step: "fetching" | "unpacking";
  completed: number;
  total: number;
}

/** What there is of a folder: nothing, a part that can be gone on with, what is coming, or all of it. */
export type DownloadState =
  | { state: "absent" | "there" }
  | { state: "partial"; completed: number; total: number }
  | ({ state: "running" } & DownloadProgress);

export interface DownloadsOptions {
  /** Longest silence of a host, in milliseconds. Default: 30 s. */
  idleMs?: number;
  /** Free bytes on the disk of a folder. Default: asked of the system. */
  freeBytes?(folder: string): Promise<number>;
}

interface Running {
  readonly abort: AbortController;
  readonly watchers: Set<(progress: DownloadProgress) => void>;
  progress: DownloadProgress;
  /** What those who watch were told last. */
  told?: DownloadProgress;
  finished: Promise<void>;
}

/**
 * Brings folders of files from hosts. Each is brought once at a time, whoever asks for it; what has come is kept on the
 * disk, so that it is gone on with after an end of any kind, that of the program included.
 */
export class Downloads {
  readonly #idleMs: number;
  readonly #freeBytes: (folder: string) => Promise<number>;
  readonly #running = new Map<string, Running>();

  constructor({ idleMs = IDLE_MS, freeBytes = freeOn }: DownloadsOptions = {}) {
    this.#idleMs = idleMs;
    this.#freeBytes = freeBytes;
  }

  async state(wanted: RemoteFolder): Promise<DownloadState> {
    const running = this.#running.get(wanted.folder);
    if (running !== undefined) return { state: "running", ...running.progress };
    if (await exists(wanted.folder)) return { state: "there" };
    const completed = await bytesThere(wanted);
    return completed === 0 ? { state: "absent" } : { state: "partial", completed, total: bytesOf(wanted) };
  }

  /**
   * Brings a folder, or watches how it is brought already. Resolves when it is there.
   *
   * @param options `signal` ends the watching alone: see {@linkcode cancel}
   * @throws {DownloadError} when it cannot be brought
   * @throws the reason of `signal`, or an `AbortError` when it was cancelled
   */
  async fetch(
    wanted: RemoteFolder,
    { signal, onProgress }: { signal: AbortSignal; onProgress(progress: DownloadProgress): void },
  ): Promise<void> {
    signal.throwIfAborted();
    const running = this.#running.get(wanted.folder) ?? this.#begin(wanted);
    const { promise: left, reject } = Promise.withResolvers<never>();
    const leave = () => reject(signal.reason);
    signal.addEventListener("abort", leave, { once: true });
    running.watchers.add(onProgress);
    onProgress(running.progress);
    try {
      await Promise.race([running.finished, left]);
    } finally {
      running.watchers.delete(onProgress);
      signal.removeEventListener("abort", leave);
    }
  }

  /** Stops bringing a folder, and waits until that has stopped. What has come is kept. */
  async cancel({ folder }: Pick<RemoteFolder, "folder">): Promise<void> {
    const running = this.#running.get(folder);
    running?.abort.abort(new DOMException("The download was cancelled", "AbortError"));
    await running?.finished.catch(() => {}); // Whoever has asked for it is told.
  }

  /** Takes a folder away, and what has come of it. */
  async remove(wanted: Pick<RemoteFolder, "folder">): Promise<void> {
    await this.cancel(wanted);
    await removeIfThere(wanted.folder);
    await removeIfThere(partOf(wanted));
  }

  /** Stops everything. What has come is kept. */
  async close(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((folder) => this.cancel({ folder })));
  }

  #begin(wanted: RemoteFolder): Running {
    const running: Running = {
      abort: new AbortController(),
      watchers: new Set(),
      progress: { step: "fetching", completed: 0, total: bytesOf(wanted) },
      finished: Promise.resolve(),
    };
    this.#running.set(wanted.folder, running);
    // No more often than anybody can see.
    const reporting = setInterval(() => tell(running), REPORT_MS);
    running.finished = this.#bring(wanted, running).finally(() => {
      clearInterval(reporting);
      tell(running);
      this.#running.delete(wanted.folder);
    });
    running.finished.catch(() => {}); // Those who watch are told; there may be none any more.
    return running;
  }

  async #bring(wanted: RemoteFolder, running: Running): Promise<void> {
    const { signal } = running.abort;
    if (await exists(wanted.folder)) return;
    const total = bytesOf(wanted);
    const note = (progress: DownloadProgress) => running.progress = progress;
    await Deno.mkdir(partOf(wanted), { recursive: true });
    await this.#checkRoom(wanted);
    let before = 0;
    for (const file of wanted.files) {
      const path = fetchedPath(wanted, file.path);
      await Deno.mkdir(dirname(path), { recursive: true });
      const onBytes = (bytes: number) => note({ step: "fetching", completed: before + bytes, total });
      await fetchFile(file, path, { signal, idleMs: this.#idleMs, onBytes });
      before += file.bytes;
    }
    const whole = join(partOf(wanted), "whole");
    await putTogether(wanted, whole, { signal, note });
    signal.throwIfAborted();
    await Deno.rename(whole, wanted.folder);
    await removeIfThere(partOf(wanted));
  }

  /** Before anybody waits for it: what is missing needs room, and what is unpacked at least as much as it has packed. */
  async #checkRoom(wanted: RemoteFolder): Promise<void> {
    const needed = bytesOf(wanted) - await bytesThere(wanted) + bytesOf({ files: archivesOf(wanted) });
    const missing = needed - await this.#freeBytes(partOf(wanted));
    if (missing > 0) throw noRoom(wanted.folder, { missing });
  }
}

/** Tells those who watch how far it is, where that is news. */
function tell(running: Running): void {
  if (running.told === running.progress) return;
  running.told = running.progress;
  for (const watcher of running.watchers) watcher(running.progress);
}

/** Makes the folder of what has been fetched. */
async function putTogether(
  wanted: RemoteFolder,
  whole: string,
  { signal, note }: { signal: AbortSignal; note(progress: DownloadProgress): void },
): Promise<void> {
  await removeIfThere(whole);
  await Deno.mkdir(whole);
  const archives = archivesOf(wanted);
  const total = bytesOf({ files: archives });
  let before = 0;
  for (const { path, bytes } of archives) {
    const onBytes = (read: number) => note({ step: "unpacking", completed: before + read, total });
    await unpack({ archive: fetchedPath(wanted, path), folder: whole }, { signal, onBytes });
    before += bytes;
  }
  for (const { path } of wanted.files.filter((file) => file.unpack === undefined)) {
    await Deno.mkdir(dirname(join(whole, path)), { recursive: true });
    await Deno.rename(fetchedPath(wanted, path), join(whole, path));
  }
}

function archivesOf({ files }: RemoteFolder) {
  return files.filter(({ unpack }) => unpack !== undefined);
}

/** Where all of it lies until it is whole. */
function partOf({ folder }: Pick<RemoteFolder, "folder">): string {
  return `${folder}.part`;
}

/** Where a file lies until it is used. */
function fetchedPath(wanted: Pick<RemoteFolder, "folder">, path: string): string {
  return join(partOf(wanted), "fetched", path);
}

async function bytesThere(wanted: RemoteFolder): Promise<number> {
  const sizes = await Promise.all(wanted.files.map(async ({ path, bytes }) => {
    return Math.min(bytes, await sizeOf(fetchedPath(wanted, path)));
  }));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function freeOn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
