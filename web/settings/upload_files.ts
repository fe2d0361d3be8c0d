/** Files that a person drops onto the page or picks from the disk, and what they are meant as. */
import type { UploadKind, UploadProblem } from "@/lib/protocol/uploads.ts";

/** A file with its path within what was brought, with `/`. */
export interface NamedFile {
  path: string;
  file: File;
}

/** What was brought, ready to be sent. `label` is what its owner calls it. */
export interface UploadFiles {
  kind: UploadKind;
  label: string;
  files: NamedFile[];
  /** The entry file of the model that is meant, where there are several. */
  entry?: string;
}

/** No model has this many files; a folder dropped by mistake has. */
const MAX_FILES = 20_000;

/**
 * Tells what files are meant as: a zip, a folder or a model's loose files are an avatar, one picture, JSON or CharX a character.
 */
export function uploadOf(files: readonly NamedFile[]): UploadFiles | UploadProblem {
  const kept = files.filter(({ path }) => !isSystemFile(path));
  const [first] = kept;
  if (first === undefined) return "nothing";
  if (kept.length > MAX_FILES) return "too_many";
  const label = first.path.split("/")[0]!;
  const folder = first.path.includes("/");
  if (folder || kept.some(({ path }) => /\.(model3?\.json|moc3?)$/i.test(path))) {
    return { kind: "avatar", label: folder ? label : first.path, files: kept };
  }
  if (kept.length > 1) return kept.every(({ path }) => isCard(path)) ? "several_cards" : "unknown";
  if (/\.zip$/i.test(first.path)) return { kind: "avatar", label, files: kept };
  return isCard(first.path) ? { kind: "character", label, files: kept } : "unknown";
}

function isCard(path: string): boolean {
  return /\.(png|json|charx|jpe?g|webp)$/i.test(path);
}

/** What begins a character in a picture's file. */
const CARD_KEYWORD = /chara|ccv3/;

/** Whether a picture has a character in it, and is more than a picture. */
export async function holdsCard(picture: Blob): Promise<boolean> {
  return CARD_KEYWORD.test(new TextDecoder("latin1").decode(await picture.arrayBuffer()));
}

/** What file managers leave behind. */
function isSystemFile(path: string): boolean {
  return path.split("/").some((part) => part.startsWith(".") || part === "__MACOSX") ||
    /(^|\/)(thumbs\.db|desktop\.ini)$/i.test(path);
}

/** Files of a file box, with their paths where a whole folder was picked. */
export function pickedFiles(list: Iterable<File>): NamedFile[] {
  return Array.from(list, (file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** The part of a drop's data that is needed. */
export interface DropData {
  items: Iterable<Pick<DataTransferItem, "kind" | "webkitGetAsEntry" | "getAsFile">>;
}

/**
 * Everything that was dropped, folders with all that is in them.
 *
 * @param transfer of a `drop` event; it is read before this returns, for it is empty afterwards
 * @throws {DOMException} when a file cannot be read
 */
export async function droppedFiles({ items }: DropData): Promise<NamedFile[]> {
  const files: NamedFile[] = [];
  const entries: FileSystemEntry[] = [];
  for (const item of items) {
    if (item.kind !== "file") continue;
    const entry = item.webkitGetAsEntry();
    const file = entry === null ? item.getAsFile() : null;
    if (entry !== null) entries.push(entry);
    if (file !== null) files.push({ path: file.name, file });
  }
  for (const entry of entries) await collect(entry, files);
  return files;
}

async function collect(entry: FileSystemEntry, files: NamedFile[]): Promise<void> {
  const path = entry.fullPath.replace(/^\/+/, "");
  if (files.length > MAX_FILES || isSystemFile(path)) return;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    files.push({ path, file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A folder tells its contents a hundred at a time.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    for (const inner of some) await collect(inner, files);
  }
}
