/** Which file of a folder or zip describes the model that is meant. */
import { posix } from "node:path";
import { isServed } from "./addresses.ts";
import { type FileTree, readWhole } from "./file_tree.ts";
import { isObject, isStrict, parseLoosely } from "./loose_json.ts";
import { ModelChoiceError, ModelError, type Problem, type Warning } from "./model_error.ts";
import { listed, normal, stem } from "./paths.ts";
import { type Cubism, cubismOf, rewriteReferences } from "./references.ts";
import { UPLOAD_LIMITS } from "@/lib/config/upload_limits.ts";

/** An entry file that has been read. */
export interface Entry {
  path: string;
  cubism: Cubism;
  document: Record<string, unknown>;
  bytes: Uint8Array<ArrayBuffer>;
  /** Whether the file can be given out as it is; otherwise only its document, written anew. */
  strict: boolean;
}

/** JSON files that are read to see whether they are entry files. */
const MOST_READ = 200;

/**
 * Finds the entry file: by its usual name, or any JSON that describes a model. Of several models a character is meant
 * rather than an item that it holds, and one that can be read rather than one that cannot.
 *
 * @param wanted the entry file, when it is known
 * @param ask whether somebody can be asked which of several models is meant; otherwise the likeliest is taken
 * @throws {ModelChoiceError} when somebody can be asked, and it is not clear
 * @throws {ModelError} when there is none
 */
export async function findEntry(
  tree: FileTree,
  wanted: string | undefined,
  ask = false,
): Promise<{ entry: Entry; warnings: Warning[] }> {
  if (wanted !== undefined) return { entry: await readEntry(tree, namedEntry(tree, wanted)), warnings: [] };
  const { entries, broken } = await readEntries(tree);
  const [first] = entries;
  if (first === undefined) {
    throw broken[0] ?? new ModelError([{
      kind: "bad_entry",
      message: "there is no .model3.json (or .model.json of Cubism 2) in it",
    }]);
  }
  const models = onePerMoc(entries);
  const likeliness = new Map(models.map((one) => [one, likelinessOf(one, tree)]));
  const most = Math.max(...likeliness.values());
  const likeliest = models.filter((one) => likeliness.get(one) === most);
  if (likeliest.length > 1 && ask) throw new ModelChoiceError(tree.label, likeliest.map(({ path }) => path));
  const entry = likeliest[0]!;
  const others = models.filter((one) => one !== entry).map(({ path }) => path);
  const warnings: Warning[] = broken.flatMap(({ problems }) => problems);
  if (others.length > 0) {
    const message = `there is more than one model in ${tree.label}: ${entry.path} is shown, ${listed(others)} is not ` +
      `(the model's "entry" in the configuration chooses)`;
    warnings.push({ kind: "bad_entry", message });
  }
  return { entry, warnings };
}

function namedEntry(tree: FileTree, wanted: string): string {
  const name = normal(wanted);
  const exact = tree.paths.find((path) => same(path, name)) ?? tree.paths.find((path) => same(path, name, true));
  if (exact !== undefined) return exact;
  const fitting = tree.paths.filter((path) => same(path.toLowerCase(), name.toLowerCase(), path.includes("/")));
  if (fitting[0] !== undefined && fitting.length === 1) return fitting[0];
  const entries = tree.paths.filter(isNamedEntry);
  const message = `entry ${wanted} is missing${entries.length === 0 ? "" : `: there is ${listed(entries)}`}`;
  throw new ModelError([{ kind: "bad_entry", path: wanted, message }]);
}

/** Entry files by their usual names; where none of these can be read, by what is in any other JSON. Likeliest first. */
async function readEntries(tree: FileTree): Promise<{ entries: Entry[]; broken: ModelError[] }> {
  const named = tree.paths.filter(isNamedEntry);
  const { entries, broken } = await readAll(tree, named);
  if (entries.length > 0) return { entries, broken };
  const others = tree.paths.filter((path) => !isNamedEntry(path) && /\.json$/i.test(path) && !IS_PART.test(path));
  return { entries: (await readAll(tree, others)).entries, broken };
}

async function readAll(tree: FileTree, paths: readonly string[]): Promise<{ entries: Entry[]; broken: ModelError[] }> {
  const entries: Entry[] = [];
  const broken: ModelError[] = [];
  for (const path of paths.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1)).slice(0, MOST_READ)) {
    try {
      entries.push(await readEntry(tree, path));
    } catch (error) {
      // What is wrong with the file itself leaves the others; what ends all reading ends it here as well.
      if (!(error instanceof ModelError) || error.problems[0].path !== path) throw error;
      broken.push(error);
    }
  }
  return { entries, broken };
}

/** @throws {ModelError} of kind `bad_entry` when it is no entry file */
async function readEntry(tree: FileTree, path: string): Promise<Entry> {
  const bytes = await readWhole(tree, path, UPLOAD_LIMITS.entryBytes);
  const document = parseLoosely(bytes);
  const problem = (message: string): Problem => ({ kind: "bad_entry", path, message: `${path} ${message}` });
  if (document === undefined) throw new ModelError([problem("is not JSON")]);
  const cubism = cubismOf(document);
  if (cubism === undefined || !isObject(document)) throw new ModelError([problem("does not describe a Live2D model")]);
  return { path, cubism, document, bytes, strict: isStrict(bytes) };
}

function isNamedEntry(path: string): boolean {
  return /(\.model3|(^|[./])model3?)\.json$/i.test(path);
}

/** What is part of a model, or another program's own: no entry file. */
const IS_PART =
  /\.(exp3?|motion3?|physics3?|pose3?|cdi3|userdata3|vtube|can3|cmo3)\.json$|(^|\/)(physics|pose)\.json$/i;

/** Cubism 3 and later before Cubism 2, shallow before deep. */
function rank(path: string): number {
  return (/model3\.json$/i.test(path) ? 0 : 1000) + path.split("/").length;
}

/** Some models have several entry files for the same figure: the one that names most counts. */
function onePerMoc(entries: readonly Entry[]): Entry[] {
  const models = new Map<string, { entry: Entry; size: number }>();
  for (const entry of entries) {
    let moc = entry.path;
    let size = 0;
    rewriteReferences(entry.document, entry.cubism, (reference, role) => {
      if (role === "moc") moc = posix.join(posix.dirname(entry.path), normal(reference)).toLowerCase();
      size++;
      return reference;
    });
    const before = models.get(moc);
    if (before === undefined || size > before.size) models.set(moc, { entry, size });
  }
  return [...models.values()].map(({ entry }) => entry);
}

/** What characters carry with them, as folders and files are named. */
const ITEM =
  /(^|[^a-z])(items?|props?|accessor(y|ies)|weapons?|pets?|objects?)([^a-z]|$)|道具|アイテム|小物|物品|配件/i;

/** How likely it is that an entry describes the character, among others that are there. */
function likelinessOf({ path, document }: Entry, tree: FileTree): number {
  const folder = posix.dirname(path);
  const owned = tree.paths.some((one) => /\.vtube\.json$/i.test(one) && posix.dirname(one) === folder);
  return (ITEM.test(path) ? 0 : 8) + (owned ? 2 : 0) + (hasFace(document) ? 1 : 0) +
    (isServed(posix.basename(path)) ? 0 : -16);
}

/** Whether it names parameters that blink or speak. */
function hasFace({ Groups: groups }: Record<string, unknown>): boolean {
  return Array.isArray(groups) &&
    groups.some((group: unknown) =>
      isObject(group) && /^(EyeBlink|LipSync)$/.test(String(group["Name"])) &&
      Array.isArray(group["Ids"]) && group["Ids"].length > 0
    );
}

/** Equal to a reader, whether accents are composed (Windows, Linux) or apart (macOS); or `path` ends in `name`. */
function same(path: string, name: string, atEnd = false): boolean {
  const [a, b] = [path.normalize("NFC"), name.normalize("NFC")];
  return a === b || (atEnd && a.endsWith(`/${b}`));
}

/** What a model is called by its entry file; undefined where that has a name that any could have. */
export function nameOf(entry: string): string | undefined {
  const name = stem(entry.replace(/\.model3?\.json$/i, ".json"));
  return /^(model3?|index|\d+)$/i.test(name) ? undefined : name;
}
