/** Brings folders of files from hosts. What has come is kept on the disk, and gone on with after an end of any kind. */
import { basename, dirname, join } from "node:path";
// From node:fs/promises, Deno 2.4 does not export what is used of it.
import { promises as fs } from "node:fs";
import { noRoom } from "./download_error.ts";
import { fetchFile } from "./fetch_file.ts";
import { sizeOf } from "./part_file.ts";
import { bytesOf, type RemoteFolder } from "./remote_folder.ts";
import { unpack } from "./unpack.ts";
import { exists, removeIfThere } from "@/lib/files.ts";

/** Longest silence of a host, in milliseconds. */
const IDLE_MS = 30_000;

/** How far a download is, in bytes. While archives are unpacked, of these. */
export interface DownloadProgress {
  step: "fetching" | "unpacking";
  completed: number;
  total: number;
}

/** What lies on the disk: nothing, a part that can be gone on with, or all of it. */
export type Downloaded = { state: "absent" | "there" } | { state: "partial"; completed: number; total: number };

export interface DownloadOptions {
  signal: AbortSignal;
  onProgress(progress: DownloadProgress): void;
  /** Longest silence of a host, in milliseconds. Default: 30 s. */
  idleMs?: number;
  /** Free bytes on the disk of a folder. Default: asked of the system. */
  freeBytes?(folder: string): Promise<number>;
}

/** What lies on the disk of a folder. */
export async function downloaded(wanted: RemoteFolder): Promise<Downloaded> {
  if (await exists(wanted.folder)) return { state: "there" };
  const completed = await bytesThere(wanted);
  return completed === 0 ? { state: "absent" } : { state: "partial", completed, total: bytesOf(wanted) };
}

/**
 * Brings what is missing of a folder. It must not be brought twice at the same time: see `SharedJobs`.
 *
 * @throws {DownloadError} when it cannot be brought
 * @throws the reason of `signal`
 */
export async function download(wanted: RemoteFolder, options: DownloadOptions): Promise<void> {
  const { signal, onProgress, idleMs = IDLE_MS, freeBytes = freeOn } = options;
  if (await exists(wanted.folder)) return;
  const total = bytesOf(wanted);
  await Deno.mkdir(partOf(wanted), { recursive: true });
  const missing = await bytesNeeded(wanted) - await freeBytes(partOf(wanted));
  if (missing > 0) throw noRoom(wanted.folder, { missing });
  let before = 0;
  for (const file of wanted.files) {
    const path = fetchedPath(wanted, file.path);
    await Deno.mkdir(dirname(path), { recursive: true });
    const onBytes = (bytes: number) => onProgress({ step: "fetching", completed: before + bytes, total });
    await fetchFile(file, path, { signal, idleMs, onBytes });
    before += file.bytes;
  }
  const whole = join(partOf(wanted), "whole");
  await putTogether(wanted, whole, options);
  signal.throwIfAborted();
  await Deno.rename(whole, wanted.folder);
  await removeIfThere(partOf(wanted));
}

/** Takes a folder away, and what has come of it. */
export async function removeDownload(wanted: Pick<RemoteFolder, "folder">): Promise<void> {
  await removeIfThere(wanted.folder);
  await removeIfThere(partOf(wanted));
}

/** Makes the folder of what has been fetched. */
async function putTogether(
  wanted: RemoteFolder,
  whole: string,
  { signal, onProgress }: DownloadOptions,
): Promise<void> {
  await removeIfThere(whole);
  await Deno.mkdir(whole);
  const archives = archivesOf(wanted);
  const total = bytesOf({ files: archives });
  let before = 0;
  for (const { path, bytes } of archives) {
    const onBytes = (read: number) => onProgress({ step: "unpacking", completed: before + read, total });
    await unpack({ archive: fetchedPath(wanted, path), format: "tar.bz2", folder: whole }, { signal, onBytes });
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

/** Where all of it lies until it is whole: hidden from those who look at folders beside it. */
function partOf({ folder }: Pick<RemoteFolder, "folder">): string {
  return join(dirname(folder), `.${basename(folder)}.part`);
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

/** What is missing needs room, and what is unpacked at least as much as it has packed. */
async function bytesNeeded(wanted: RemoteFolder): Promise<number> {
  return bytesOf(wanted) - await bytesThere(wanted) + bytesOf({ files: archivesOf(wanted) });
}

async function freeOn(folder: string): Promise<number> {
  const { bavail, bsize } = await fs.statfs(folder);
  return bavail * bsize;
}
