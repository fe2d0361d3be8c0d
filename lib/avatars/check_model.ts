import { posix } from "node:path";
import { CORE_5_0_MOC, cubismRelease, FileCheck, mocVersion } from "./file_checks.ts";
import { contentOf, digestOf, type FileContent, type FileTree } from "./file_tree.ts";
import { type Entry, findEntry } from "./find_entry.ts";
import { encodeJson } from "./loose_json.ts";
import { ModelError, type Problem, type Warning } from "./model_error.ts";
import { isOutside, normal, PathIndex } from "./paths.ts";
import { addressOf, askedFor, isServed } from "./addresses.ts";
import { type Cubism, rewriteReferences, type Role } from "./references.ts";
import { extrasOf, withFolder } from "./vtube_studio.ts";
import { EXTRAS_KEY, type ModelExtras } from "@/lib/protocol/model_extras.ts";
import { mebibytes, UPLOAD_LIMITS } from "@/lib/config/upload_limits.ts";

/** A model that can be shown: where its files are read, and what its owner should know. */
export interface CheckedModel {
  /** The entry file, relative to the model's folder: `mao_pro.model3.json`. */
  entry: string;
  /** What the folder of the entry file is called; absent where it lies at the top. */
  folder?: string;
  cubism: Cubism;
  /** Version byte of the moc3; absent for Cubism 2. */
  moc?: number;
  /** Just the files that the model names, by their paths relative to the entry file. */
  files: Map<string, FileContent>;
  warnings: Warning[];
  /** What is known of it beyond Live2D's own format. */
  extras: ModelExtras;
}

export interface CheckOptions {
  /** The entry file, when it is known. */
  entry?: string;
  /** Whether somebody can be asked which of several models is meant. Default: false. */
  ask?: boolean;
  signal?: AbortSignal;
}

/** Problems that are told one by one; of a broken model there can be thousands. */
const MOST_TOLD = 50;

/** Without these there is nothing to draw; without the rest a model is poorer, and still shown. */
const NEEDED: readonly Role[] = ["moc", "texture"];

/**
 * Reads a model's files and checks that all it needs is there.
 *
 * What is missing of motions, expressions, sounds, physics or pose becomes a warning, and is left out of the entry
 * file so that no page asks for it. References that a browser would take for another address than that of their file
 * are written as addresses.
 *
 * @throws {ModelError} naming everything that keeps the model from being drawn
 */
export async function checkModel(tree: FileTree, options: CheckOptions = {}): Promise<CheckedModel> {
  const { entry: found, warnings } = await findEntryOf(tree, options);
  const { path: entryPath, cubism } = found;
  const index = new PathIndex(tree.paths);
  const folder = posix.dirname(entryPath);
  const { document, studio } = await withFolder(tree, index, found);
  const files = new Map<string, FileContent>();
  const entry = posix.basename(entryPath);
  const problems: Problem[] = isServed(entry) ? [] : [unserved("entry", entry)];
  const report = (role: Role, problem: Problem) => (NEEDED.includes(role) ? problems : warnings).push(problem);

  /** Where each reference's file is served. */
  const places = new Map<string, string>();
  const wanted = new Map<string, { role: Role; source: string }>();
  const lost = new Set<string>();
  const roles = new Set<Role>();
  rewriteReferences(document, cubism, (reference, role) => {
    roles.add(role);
    const found = resolve(index, folder, reference, role);
    if ("kind" in found) {
      if (!lost.has(reference)) report(role, found);
      lost.add(reference);
    } else {
      places.set(reference, found.path);
      wanted.set(found.path, { role, source: found.source });
    }
    return reference;
  });
  for (const role of NEEDED) {
    if (!roles.has(role)) {
      problems.push({ kind: "bad_entry", path: entryPath, message: `${entryPath} names no ${role}` });
    }
  }
  const icon = studio.icon === undefined ? undefined : posix.relative(folder, studio.icon);
  if (icon !== undefined && studio.icon !== undefined && isServed(icon) && !wanted.has(icon)) {
    wanted.set(icon, { role: "icon", source: studio.icon });
  }

  let total = found.bytes.length;
  let moc: number | undefined;
  for (const [path, { role, source }] of wanted) {
    options.signal?.throwIfAborted();
    const check = new FileCheck(role, cubism);
    const digest = await digestOf((take) =>
      tree.stream(source, (chunk) => {
        check.take(chunk);
        return take(chunk);
      })
    );
    const { complaint, mended } = check.result();
    if (complaint === undefined) {
      files.set(
        path,
        mended === undefined
          ? { size: check.size, digest, stream: (take) => tree.stream(source, take) }
          : contentOf(encodeJson(mended)),
      );
    } else report(role, { kind: "bad_file", path, message: `${role} ${path} ${complaint}` });
    if (role === "moc") moc ??= mocVersion(check.head);
    total += check.size;
    if (total > UPLOAD_LIMITS.modelBytes) {
      const message = `it is far too big for a model: at most ${mebibytes(UPLOAD_LIMITS.modelBytes)} are taken`;
      throw inModel(tree, [{ kind: "too_big", message }]);
    }
  }
  const [first, ...rest] = problems;
  if (first !== undefined) throw inModel(tree, [first, ...rest]);

  const named = new Set<string>();
  // Byte by byte as it came, where nothing in it had to change.
  let whole = found.strict && document === found.document;
  const complete = rewriteReferences(document, cubism, (reference) => {
    const path = places.get(reference);
    const there = path !== undefined && files.has(path);
    if (there) named.add(path);
    if (there && askedFor(reference) === path) return reference;
    whole = false;
    return there ? addressOf(path) : undefined;
  });
  const extras = extrasOf(studio, complete, (reference) => wanted.get(askedFor(reference) ?? "")?.source);
  if (icon !== undefined && files.has(icon)) {
    named.add(icon);
    extras.icon = addressOf(icon);
  }
  if (Object.keys(extras).length > 0) {
    complete[EXTRAS_KEY] = extras;
    whole = false;
  }
  // The sound of a motion that is lost, say, is named by nothing any more.
  for (const path of files.keys()) if (!named.has(path)) files.delete(path);
  files.set(entry, contentOf(whole ? found.bytes : encodeJson(complete)));
  return {
    entry,
    cubism,
    files,
    warnings,
    extras,
    ...(folder !== "." && { folder: posix.basename(folder) }),
    ...(moc !== undefined && { moc }),
  };
}

/** The entry file; what is wrong with it names the model it is about. */
async function findEntryOf(
  tree: FileTree,
  { entry, ask }: CheckOptions,
): Promise<{ entry: Entry; warnings: Warning[] }> {
  try {
    return await findEntry(tree, entry, ask);
  } catch (error) {
    if (!(error instanceof ModelError) || error.problems.every(({ kind }) => kind !== "bad_entry")) throw error;
    throw inModel(tree, [...error.problems], error.cause);
  }
}

/**
 * Refuses a model whose moc3 is newer than the Core that comes by default, which no page could draw.
 *
 * @param label where the model is, for the message
 * @throws {ModelError} saying what would draw it
 */
export function refuseNewerThanCore({ moc }: CheckedModel, label: string): void {
  if (moc === undefined || moc <= CORE_5_0_MOC) return;
  const message = `Cannot show ${label}: it was made with ${cubismRelease(moc)}, which the Core 5.0 that comes by ` +
    `default cannot draw: download a newer Cubism SDK for Web from Live2D and let cubismCore name its ` +
    `live2dcubismcore.min.js, or export the model for an older version`;
  throw new ModelError([{ kind: "too_new", message }]);
}

/** Where a reference's file is in the tree, or why it is nowhere. */
function resolve(
  index: PathIndex,
  folder: string,
  reference: string,
  role: Role,
): { path: string; source: string } | Problem {
  const path = normal(reference);
  const inTree = posix.join(folder, path);
  if (isOutside(reference, inTree)) {
    return { kind: "unsafe_path", path: reference, message: `${role} ${reference} leads out of the model's folder` };
  }
  if (path.startsWith("../")) return beside(index, inTree, reference, role);
  const source = index.find(inTree, folder);
  if (source === undefined) return { kind: "missing_file", path, message: `${role} ${reference} is missing` };
  return isServed(path) ? { path, source } : unserved(role, reference);
}

/** A file that several models share, beside the model's own folder: it is served as if it lay within. */
function beside(
  index: PathIndex,
  inTree: string,
  reference: string,
  role: Role,
): { path: string; source: string } | Problem {
  const source = index.find(inTree);
  if (source === undefined) {
    return { kind: "missing_file", path: reference, message: `${role} ${reference} is missing` };
  }
  const path = `shared/${inTree}`;
  return isServed(path) ? { path, source } : unserved(role, reference);
}

function unserved(role: Role | "entry", reference: string): Problem {
  const message = `${role} ${reference} cannot be asked for by a browser: rename it, without a colon or a dot in front`;
  return { kind: "bad_file", path: reference, message };
}

/** The same problems, each naming the model it is about. */
function inModel(tree: FileTree, problems: [Problem, ...Problem[]], cause?: unknown): ModelError {
  const told = problems.slice(0, MOST_TOLD);
  const more = problems.length - told.length;
  if (more > 0) told.push({ kind: problems[0].kind, message: `and ${more} more of its files are missing or wrong` });
  const named = told.map((one) => ({ ...one, message: `Cannot show ${tree.label}: ${one.message}` }));
  return new ModelError(named as [Problem, ...Problem[]], cause === undefined ? {} : { cause });
}
