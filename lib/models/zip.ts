import { configure, type FileEntry, Uint8ArrayReader, ZipReader } from "@zip.js/zip.js";
import { type FileTree, isLitter, tooBig, TREE_LIMITS } from "./file_tree.ts";
import { ModelError, type ProblemKind } from "./model_error.ts";
import { decodeNames } from "./zip_names.ts";

// Workers would outlive the call, and one model is unpacked in a blink.
configure({ useWebWorkers: false });

/**
 * A zip in memory. Nothing is unpacked before it is read.
 *
 * @throws {ModelError} when it is no zip, is encrypted, holds too much, or a name leads out of it
 */
export async function openZip(bytes: Uint8Array<ArrayBuffer>, label: string): Promise<FileTree> {
  const entries = await listEntries(bytes, label);
  const names = await namesOf(entries);
  const files = new Map<string, FileEntry>();
  for (const [i, entry] of entries.entries()) {
    const name = (names[i] ?? entry.filename).replaceAll("\\", "/");
    if (isOutside(name)) {
      throw zipError("unsafe_path", `The zip ${label} is refused: the name "${name}" leads out of it`);
    }
    if (!isLitter(name)) files.set(name.replace(/^(\.\/)+/, ""), entry);
  }
  return {
    kind: "zip",
    label,
    paths: [...files.keys()].sort(),
    read: (path) => unpack(files.get(path), path, label),
  };
}

async function listEntries(bytes: Uint8Array<ArrayBuffer>, label: string): Promise<FileEntry[]> {
  // Names are judged by openZip(), once they are read in the right encoding.
  const reader = new ZipReader(new Uint8ArrayReader(bytes), { filenameValidation: "tolerant" });
  const entries: FileEntry[] = [];
  try {
    for await (const entry of reader.getEntriesGenerator()) {
      if (!entry.directory) entries.push(entry);
      if (entries.length > TREE_LIMITS.files) {
        throw zipError("bad_zip", `The zip ${label} is refused: it holds more than ${TREE_LIMITS.files} files`);
      }
    }
  } catch (cause) {
    if (cause instanceof ModelError) throw cause;
    throw zipError("bad_zip", `Cannot read ${label} as a zip: it is damaged or something else`, cause);
  } finally {
    await reader.close();
  }
  return entries;
}

/** Names without the UTF-8 flag, read in the encoding in which the zip's own JSON files speak of them. */
async function namesOf(entries: FileEntry[]): Promise<(string | undefined)[]> {
  const unsure = entries.filter((entry) =>
    !entry.filenameUTF8 && !entry.extraFieldUnicodePath?.valid && entry.rawFilename.some((byte) => byte > 0x7f)
  );
  if (unsure.length === 0) return [];
  const models = entries.filter((entry) => /model3?\.json$/i.test(entry.filename) && !isLitter(entry.filename));
  const texts = await Promise.all(
    models.map(async (entry) => new TextDecoder().decode(await unpack(entry, entry.filename, ""))),
  );
  const decoded = decodeNames(unsure.map((entry) => entry.rawFilename), texts.join("\n"));
  return entries.map((entry) => decoded?.[unsure.indexOf(entry)]);
}

/** Absolute, with a drive, or climbing with `..`: such a name can only be meant to harm. */
function isOutside(name: string): boolean {
  return name.startsWith("/") || /^[a-z]:/i.test(name) || name.split("/").includes("..") || name.includes("\0");
}

async function unpack(entry: FileEntry | undefined, path: string, label: string): Promise<Uint8Array<ArrayBuffer>> {
  if (entry === undefined) throw zipError("missing_file", `The file ${path} is not in the zip ${label}`);
  if (entry.encrypted) throw zipError("bad_zip", `Cannot read ${path}: the zip ${label} is encrypted`);
  const size = entry.uncompressedSize;
  if (size > TREE_LIMITS.fileBytes) throw tooBig(path, size);
  const bytes = new Uint8Array(size);
  let filled = 0;
  const sink = new WritableStream<Uint8Array>({
    write(chunk) {
      // The size comes from the zip itself: one that unpacks to more than it says is a bomb.
      if (filled + chunk.length > size) throw new RangeError(`More than the ${size} bytes that the zip announces`);
      bytes.set(chunk, filled);
      filled += chunk.length;
    },
  });
  try {
    await entry.getData(sink, { checkSignature: true });
  } catch (cause) {
    throw zipError("bad_zip", `Cannot unpack ${path}: the zip ${label} is damaged`, cause);
  }
  return bytes.subarray(0, filled);
}

function zipError(kind: ProblemKind, message: string, cause?: unknown): ModelError {
  return new ModelError([{ kind, message }], cause === undefined ? {} : { cause });
}
