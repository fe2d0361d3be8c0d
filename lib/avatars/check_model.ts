import { posix } from "node:path";
import { CORE_5_0_MOC, cubismRelease, FileCheck, mocVersion } from "./file_checks.ts";
import { contentOf, type FileContent, type FileTree, readWhole } from "./file_tree.ts";
import { ModelError, type Problem, type Warning } from "./model_error.ts";
import { addressOf, askedFor, isServed } from "./addresses.ts";
import { type Cubism, cubismOf, rewriteReferences, type Role } from "./references.ts";
import { mebibytes, UPLOAD_LIMITS } from "@/lib/config/upload_limits.ts";

/** A model that can be shown: where its files are read, and what its owner should know. */
export interface CheckedModel {
  /** The entry file, relative to the model's folder: `mao_pro.model3.json`. */
  entry: string;
  cubism: Cubism;
  /** Version byte of the moc3; absent for Cubism 2. */
  moc?: number;
  /** Just the files that the model names, by their paths relative to the entry file. */
  files: Map<string, FileContent>;
  warnings: Warning[];
}

export interface CheckOptions {
  /** The entry file, when it is known. */
  entry?: string;
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
  const entryPath = findEntry(tree, options.entry);
  const entryBytes = await readWhole(tree, entryPath, UPLOAD_LIMITS.entryBytes);
  const { document, cubism } = parseEntry(entryBytes, entryPath, tree);
  const index = indexOf(tree.paths);
  const files = new Map<string, FileContent>();
  const warnings: Warning[] = otherEntries(tree, entryPath, options.entry);
  const entry = posix.basename(entryPath);
  const problems: Problem[] = isServed(entry) ? [] : [unserved("entry", entry)];
  const report = (role: Role, problem: Problem) => (NEEDED.includes(role) ? problems : warnings).push(problem);

  const wanted = new Map<string, { role: Role; source: string }>();
  const lost = new Set<string>();
  const roles = new Set<Role>();
  rewriteReferences(document, cubism, (reference, role) => {
    roles.add(role);
    const found = resolve(tree, index, posix.dirname(entryPath), reference, role);
    if ("kind" in found) {
      if (found.kind === "unsafe_path") problems.push(found);
      else if (!lost.has(reference)) report(role, found);
      lost.add(reference);
    } else {
      wanted.set(found.path, { role, source: found.source });
    }
    return reference;
  });
  for (const role of NEEDED) {
    if (!roles.has(role)) {
      problems.push({ kind: "bad_entry", path: entryPath, message: `${entryPath} names no ${role}` });
    }
  }

  let total = entryBytes.length;
  let moc: number | undefined;
  for (const [path, { role, source }] of wanted) {
    options.signal?.throwIfAborted();
    const check = new FileCheck(role, cubism);
    await tree.stream(source, (chunk) => check.take(chunk));
    const complaint = check.complaint();
    if (complaint === undefined) files.set(path, { size: check.size, stream: (take) => tree.stream(source, take) });
    else report(role, { kind: "bad_file", path, message: `${role} ${path} ${complaint}` });
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
  let whole = true;
  const complete = rewriteReferences(document, cubism, (reference) => {
    const path = normal(reference);
    const there = files.has(path);
    if (there) named.add(path);
    if (there && askedFor(reference) === path) return reference;
    whole = false;
    return there ? addressOf(path) : undefined;
  });
  // The sound of a motion that is lost, say, is named by nothing any more.
  for (const path of files.keys()) if (!named.has(path)) files.delete(path);
  files.set(entry, contentOf(whole ? entryBytes : encode(complete)));
  return { entry, cubism, files, warnings, ...(moc === undefined ? {} : { moc }) };
}

/** A warning when the moc3 is newer than the Core that comes by default. */
export function newerThanCore(model: CheckedModel): Warning[] {
  if (model.moc === undefined || model.moc <= CORE_5_0_MOC) return [];
  const message =
    `the model was made with ${cubismRelease(model.moc)}, which the Core 5.0 that comes by default cannot ` +
    `draw: download a newer Cubism SDK for Web from Live2D and let cubismCore name its live2dcubismcore.min.js`;
  return [{ kind: "bad_file", message }];
}

function findEntry(tree: FileTree, wanted: string | undefined): string {
  const entries = entriesOf(tree);
  if (wanted === undefined) {
    if (entries[0] !== undefined) return entries[0];
    throw inModel(tree, [{
      kind: "bad_entry",
      message: "there is no .model3.json (or .model.json of Cubism 2) in it",
    }]);
  }
  const name = normal(wanted);
  const exact = tree.paths.find((path) => same(path, name)) ?? tree.paths.find((path) => same(path, name, true));
  if (exact !== undefined) return exact;
  const other = tree.paths.find((path) => same(path.toLowerCase(), name.toLowerCase()));
  if (other !== undefined) {
    const message = `entry ${wanted} is written ${posix.basename(other)} in the ${tree.kind}`;
    throw inModel(tree, [{ kind: "wrong_case", path: wanted, message }]);
  }
  const message = `entry ${wanted} is missing${entries.length === 0 ? "" : `: there is ${listed(entries)}`}`;
  throw inModel(tree, [{ kind: "bad_entry", path: wanted, message }]);
}

/** What may be an entry file, the likeliest first: Cubism 3 and later before Cubism 2, shallow before deep. */
function entriesOf(tree: FileTree): string[] {
  const rank = (path: string) => (/\.model3\.json$/i.test(path) ? 0 : 1000) + path.split("/").length;
  return tree.paths.filter((path) => /(\.model3|(^|[./])model)\.json$/i.test(path))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

function otherEntries(tree: FileTree, entry: string, wanted: string | undefined): Warning[] {
  const others = wanted === undefined ? entriesOf(tree).filter((path) => path !== entry) : [];
  if (others.length === 0) return [];
  const message = `there is more than one model in ${tree.label}: ${entry} is shown, ${listed(others)} is not ` +
    `(the model's "entry" in the configuration chooses)`;
  return [{ kind: "bad_entry", message }];
}

function parseEntry(
  bytes: Uint8Array,
  path: string,
  tree: FileTree,
): { document: Record<string, unknown>; cubism: Cubism } {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw inModel(tree, [{ kind: "bad_entry", path, message: `${path} is not JSON` }], cause);
  }
  const cubism = cubismOf(document);
  if (cubism !== undefined) return { document: document as Record<string, unknown>, cubism };
  throw inModel(tree, [{ kind: "bad_entry", path, message: `${path} does not describe a Live2D model` }]);
}

/** Paths by what a reader takes for the same: exactly, with accents composed or apart, in whatever capital letters. */
interface PathIndex {
  exact: ReadonlySet<string>;
  composed: ReadonlyMap<string, string>;
  lower: ReadonlyMap<string, string>;
}

/** Made once: thousands of references times thousands of files would take minutes. */
function indexOf(paths: readonly string[]): PathIndex {
  // The first of equals counts.
  const backwards = [...paths].reverse();
  return {
    exact: new Set(paths),
    composed: new Map(backwards.map((path) => [path.normalize("NFC"), path])),
    lower: new Map(backwards.map((path) => [path.toLowerCase().normalize("NFC"), path])),
  };
}

/** Where a reference's file is in the tree, or why it is nowhere. */
function resolve(
  tree: FileTree,
  index: PathIndex,
  folder: string,
  reference: string,
  role: Role,
): { path: string; source: string } | Problem {
  const path = normal(reference);
  if (isOutside(reference, path)) {
    return { kind: "unsafe_path", path: reference, message: `${role} ${reference} leads out of the model's folder` };
  }
  const inTree = posix.join(folder, path);
  const source = index.exact.has(inTree) ? inTree : index.composed.get(inTree.normalize("NFC"));
  if (source !== undefined) return isServed(path) ? { path, source } : unserved(role, reference);
  const other = index.lower.get(inTree.toLowerCase().normalize("NFC"));
  if (other === undefined) return { kind: "missing_file", path, message: `${role} ${reference} is missing` };
  const written = posix.dirname(other) === posix.dirname(inTree)
    ? posix.basename(other)
    : posix.relative(folder, other);
  return { kind: "wrong_case", path, message: `${role} ${reference} is written ${written} in the ${tree.kind}` };
}

function unserved(role: Role | "entry", reference: string): Problem {
  const message = `${role} ${reference} cannot be asked for by a browser: rename it, without a colon or a dot in front`;
  return { kind: "bad_file", path: reference, message };
}

/** A reference as a path: Windows tools write `\`. */
function normal(reference: string): string {
  return posix.normalize(reference.replaceAll("\\", "/"));
}

function isOutside(reference: string, path: string): boolean {
  return posix.isAbsolute(path) || path === ".." || path.startsWith("../") || /^[a-z][a-z0-9+.-]*:/i.test(reference) ||
    reference.includes("\0");
}

/** Equal to a reader, whether accents are composed (Windows, Linux) or apart (macOS); or `path` ends in `name`. */
function same(path: string, name: string, atEnd = false): boolean {
  const [a, b] = [path.normalize("NFC"), name.normalize("NFC")];
  return atEnd ? a.endsWith(`/${b}`) : a === b;
}

function encode(document: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(document, null, 2));
}

/** The first of many names. */
function listed(names: readonly string[]): string {
  return names.length <= 5 ? names.join(", ") : `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`;
}

/** The same problems, each naming the model it is about. */
function inModel(tree: FileTree, problems: [Problem, ...Problem[]], cause?: unknown): ModelError {
  const told = problems.slice(0, MOST_TOLD);
  const more = problems.length - told.length;
  if (more > 0) told.push({ kind: problems[0].kind, message: `and ${more} more of its files are missing or wrong` });
  const named = told.map((one) => ({ ...one, message: `Cannot show ${tree.label}: ${one.message}` }));
  return new ModelError(named as [Problem, ...Problem[]], cause === undefined ? {} : { cause });
}
