import { crc32 } from "node:zlib";
import { configure, type FileEntry, Reader, Uint8ArrayReader, ZipReader } from "@zip.js/zip.js";
import { type FileTree, isLitter, joined, type TakeChunk, tooBig } from "./file_tree.ts";
import { InflateStream } from "./inflate_stream.ts";
import { ModelError, type ProblemKind } from "./model_error.ts";
import { ReadBudget } from "./read_budget.ts";
import { decodeNames } from "./zip_names.ts";
import { mebibytes, UPLOAD_LIMITS } from "@/lib/config/upload_limits.ts";

// Workers would outlive the call.
configure({ useWebWorkers: false, DecompressionStream: InflateStream });

/** What may be an entry file, or VTube Studio's, which name the others. */
const ENTRY_FILE = /(model3?|vtube|index)\.json$/i;

/**
 * A zip on disk or in memory. Nothing is unpacked before it is read, and nothing that the zip announces is believed.
 *
 * @param source the zip's path, or its bytes
 * @throws {ModelError} when it is no zip, is encrypted, holds too much, or a name leads out of it
 */
export async function openZip(
  source: string | Uint8Array<ArrayBuffer>,
  label: string,
  budget: ReadBudget = new ReadBudget(),
): Promise<FileTree> {
  const unpack = (entry: FileEntry, path: string, take: TakeChunk, most: number) =>
    unpackEntry(entry, { path, label, take, most, budget });
  const entries = await listEntries(source, label, budget);
  const names = await namesOf(entries, unpack);
  const files = new Map<string, FileEntry>();
  for (const entry of entries) {
    const name = (names.get(entry) ?? entry.filename).replaceAll("\\", "/");
    if (isOutside(name)) {
      throw zipError("unsafe_path", `The zip ${label} is refused: the name "${name}" leads out of it`);
    }
    if (!isLitter(name)) files.set(name.replace(/^(\.\/)+/, ""), entry);
  }
  return {
    kind: "zip",
    label,
    paths: [...files.keys()].sort(),
    stream(path, take, most = UPLOAD_LIMITS.modelBytes) {
      const entry = files.get(path);
      if (entry !== undefined) return unpack(entry, path, take, most);
      return Promise.reject(zipError("missing_file", `The file ${path} is not in the zip ${label}`));
    },
  };
}

type Unpack = (entry: FileEntry, path: string, take: TakeChunk, most: number) => Promise<void>;

async function listEntries(
  source: string | Uint8Array<ArrayBuffer>,
  label: string,
  budget: ReadBudget,
): Promise<FileEntry[]> {
  const bytes = typeof source === "string" ? new DiskReader(source) : new Uint8ArrayReader(source);
  // Names are judged by openZip(), once they are read in the right encoding.
  const reader = new ZipReader(bytes, { filenameValidation: "tolerant" });
  const entries: FileEntry[] = [];
  let listed = 0;
  try {
    for await (const entry of reader.getEntriesGenerator()) {
      budget.spendTime(label);
      if (!entry.directory) entries.push(entry);
      if (++listed > UPLOAD_LIMITS.zipFiles) {
        throw zipError("bad_zip", `The zip ${label} is refused: it holds more than ${UPLOAD_LIMITS.zipFiles} files`);
      }
    }
  } catch (cause) {
    if (cause instanceof ModelError) throw cause;
    budget.spendTime(label); // Whoever wants it no more is told that.
    throw zipError("bad_zip", `Cannot read ${label} as a zip: it is damaged or something else`, cause);
  } finally {
    await reader.close();
  }
  return entries;
}

/** Bytes read from disk at a time, of which the pieces that are unpacked are cut. */
const WINDOW_BYTES = 128 * 1024;

/** A zip on disk, of which only what is asked for is read. It is opened anew each time, so that nobody needs to close it. */
class DiskReader extends Reader<string> {
  readonly #path: string;
  #window = { at: 0, bytes: new Uint8Array() };

  constructor(path: string) {
    super(path);
    this.#path = path;
  }

  override async init(): Promise<void> {
    await super.init?.();
    this.size = (await Deno.stat(this.#path)).size;
  }

  override async readUint8Array(index: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const there = Math.max(0, Math.min(length, this.size - index));
    // Files are read in small pieces; only the list of them is read in one.
    if (there > UPLOAD_LIMITS.zipDirectoryBytes) {
      throw zipError("bad_zip", `The zip is refused: the list of its files takes ${mebibytes(there)}`);
    }
    const { at, bytes } = this.#window;
    if (index < at || index + there > at + bytes.length) {
      this.#window = { at: index, bytes: await this.#read(index, Math.max(there, WINDOW_BYTES)) };
    }
    const from = index - this.#window.at;
    return this.#window.bytes.slice(from, from + there);
  }

  async #read(index: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size - index)));
    using file = await Deno.open(this.#path);
    await file.seek(index, Deno.SeekMode.Start);
    let filled = 0;
    while (filled < bytes.length) {
      const count = await file.read(bytes.subarray(filled));
      if (count === null) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  }
}

/** Names without the UTF-8 flag, read in the encoding in which the zip's own entry files speak of them. */
async function namesOf(entries: readonly FileEntry[], unpack: Unpack): Promise<Map<FileEntry, string>> {
  const unsure = entries.filter((entry) =>
    !entry.filenameUTF8 && !entry.extraFieldUnicodePath?.valid && entry.rawFilename.some((byte) => byte > 0x7f)
  );
  const names = new Map<FileEntry, string>();
  if (unsure.length === 0) return names;
  const decoded = decodeNames(unsure.map(({ rawFilename }) => rawFilename), await hintIn(entries, unpack));
  decoded?.forEach((name, i) => names.set(unsure[i]!, name));
  return names;
}

/** The zip's entry files, one after another, as many as one entry file may have bytes. */
async function hintIn(entries: readonly FileEntry[], unpack: Unpack): Promise<string> {
  const chunks: Uint8Array[] = [];
  let left: number = UPLOAD_LIMITS.entryBytes;
  for (const entry of entries) {
    if (!ENTRY_FILE.test(entry.filename) || isLitter(entry.filename)) continue;
    if (left <= 0) break;
    await unpack(entry, entry.filename, (chunk) => {
      chunks.push(chunk);
      left -= chunk.length;
    }, UPLOAD_LIMITS.entryBytes);
  }
  return new TextDecoder().decode(joined(chunks));
}

/** Absolute, with a drive, or climbing with `..`: such a name can only be meant to harm. */
function isOutside(name: string): boolean {
  return name.startsWith("/") || /^[a-z]:/i.test(name) || name.split("/").includes("..") || name.includes("\0");
}

interface Unpacking {
  path: string;
  label: string;
  take: TakeChunk;
  /** Bytes that are taken. */
  most: number;
  budget: ReadBudget;
}

async function unpackEntry(entry: FileEntry, { path, label, take, most, budget }: Unpacking): Promise<void> {
  if (entry.encrypted) throw zipError("bad_zip", `Cannot read ${path}: the zip ${label} is encrypted`);
  const damaged = (cause?: unknown) => zipError("bad_zip", `Cannot unpack ${path}: the zip ${label} is damaged`, cause);
  budget.openFile(label);
  let read = 0;
  let checksum = 0;
  // What ends the reading here is told as it is; anything else means that the zip is damaged.
  let ended: { why: unknown } | undefined;
  const sink = new WritableStream<Uint8Array<ArrayBuffer>>({
    async write(chunk) {
      try {
        read += chunk.length;
        if (read > most) throw tooBig(path, most);
        budget.spendBytes(chunk.length, label);
        checksum = crc32(chunk, checksum);
        await take(chunk);
      } catch (why) {
        ended = { why };
        throw why;
      }
    },
  });
  try {
    // Also refuses what unpacks to more than it announces, and entries that lie within one another. Its own checksum
    // takes half as long as unpacking.
    await entry.getData(sink, { checkSignature: false, checkOverlappingEntry: true });
  } catch (cause) {
    if (ended !== undefined) throw ended.why;
    throw damaged(cause);
  }
  if (checksum !== entry.signature) throw damaged();
}

function zipError(kind: ProblemKind, message: string, cause?: unknown): ModelError {
  return new ModelError([{ kind, message }], cause === undefined ? {} : { cause });
}
