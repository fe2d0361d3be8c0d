/** What VTube Studio knows of a model: its `*.vtube.json`, and files beside it that the entry file does not list. */
import { posix } from "node:path";
import { type FileTree, readWhole } from "./file_tree.ts";
import type { Entry } from "./find_entry.ts";
import { isObject, parseLoosely } from "./loose_json.ts";
import { ModelError } from "./model_error.ts";
import { normal, type PathIndex, stem } from "./paths.ts";
import { UPLOAD_LIMITS } from "@/lib/config/upload_limits.ts";
import type { Hotkey, ModelExtras } from "@/lib/protocol/model_extras.ts";
import { plainName } from "@/lib/text.ts";

/** Expressions or motions that are added to what an entry file lists. */
const MOST_ADDED = 500;

type Json = Record<string, unknown>;

/** What is read of a `*.vtube.json`; the rest is about cameras and windows. */
interface Studio {
  name?: string;
  icon?: string;
  idle?: string;
  hotkeys: { name: string; action: "ToggleExpression" | "TriggerAnimation"; file: string }[];
}

/** What VTube Studio says of a model, with paths of the tree in place of names. */
export interface StudioModel {
  name?: string;
  icon?: string;
  /** The group of the idle motion. */
  idle?: string;
  hotkeys: { name: string; action: "ToggleExpression" | "TriggerAnimation"; path: string }[];
}

/**
 * The entry's document with all that its folder has beyond it: expressions and motions by the names of their files, a
 * setup for motion-sync, and the idle motion in a group of its own. Cubism 2 is not VTube Studio's.
 */
export async function withFolder(
  tree: FileTree,
  index: PathIndex,
  entry: Entry,
): Promise<{ document: Json; studio: StudioModel }> {
  if (entry.cubism === 2) return { document: entry.document, studio: { hotkeys: [] } };
  const folder = posix.dirname(entry.path);
  const find = (reference: string) => index.find(posix.join(folder, normal(reference)), folder);
  const references = { ...entry.document["FileReferences"] as Json };
  const expressions: unknown[] = Array.isArray(references["Expressions"]) ? [...references["Expressions"]] : [];
  const motions: Json = isObject(references["Motions"]) ? { ...references["Motions"] } : {};
  const pathOf = (one: unknown) => {
    const file = isObject(one) ? one["File"] : undefined;
    return typeof file === "string" ? find(file) : undefined;
  };
  const known = new Set([...expressions, ...Object.values(motions).flat()].map(pathOf));
  const others = (pattern: RegExp) =>
    belowModel(tree, entry).filter((path) => pattern.test(path) && !known.has(path)).slice(0, MOST_ADDED);
  const reference = (path: string) => posix.relative(folder, path);

  const names = new Set(expressions.map((one) => isObject(one) ? one["Name"] : undefined));
  const groups = new Set<unknown>(Object.keys(motions));
  const listedCount = names.size + groups.size;
  for (const path of others(/\.exp3\.json$/i)) {
    expressions.push({ Name: freeKey(stem(path), names), File: reference(path) });
  }
  for (const path of others(/\.motion3\.json$/i)) motions[freeKey(stem(path), groups)] = [{ File: reference(path) }];

  const said = await readStudio(tree, entry);
  const studio: StudioModel = { hotkeys: [] };
  if (said?.name !== undefined) studio.name = said.name;
  const icon = said?.icon === undefined ? undefined : find(said.icon);
  if (icon !== undefined) studio.icon = icon;
  const idle = said?.idle === undefined ? undefined : find(said.idle);
  if (idle !== undefined) {
    // It is to be played alone, over and over.
    const alone = Object.entries(motions).find(([, list]) =>
      Array.isArray(list) && list.length === 1 && pathOf(list[0]) === idle
    );
    studio.idle = alone?.[0] ?? freeKey(stem(idle), groups);
    motions[studio.idle] ??= [{ File: reference(idle) }];
  }
  for (const { name, action, file } of said?.hotkeys ?? []) {
    const path = find(file);
    if (path !== undefined) studio.hotkeys.push({ name: name || stem(file), action, path });
  }
  const sync = references["MotionSync"] === undefined ? others(/\.motionsync3\.json$/i)[0] : undefined;
  if (sync !== undefined) references["MotionSync"] = reference(sync);
  if (sync === undefined && names.size + groups.size === listedCount) return { document: entry.document, studio };
  if (expressions.length > 0) references["Expressions"] = expressions;
  if (Object.keys(motions).length > 0) references["Motions"] = motions;
  return { document: { ...entry.document, FileReferences: references }, studio };
}

/**
 * What the page is told of a model beyond Live2D's own format.
 *
 * @param document the entry's document as it is served: files that are missing are not in it any more
 * @param sourceOf the path in the tree of a file that is served, by its reference
 */
export function extrasOf(
  studio: StudioModel,
  document: Json,
  sourceOf: (reference: string) => string | undefined,
): ModelExtras {
  const references = isObject(document["FileReferences"]) ? document["FileReferences"] : {};
  const isAt = (path: string) => (one: unknown) =>
    isObject(one) && typeof one["File"] === "string" && sourceOf(one["File"]) === path;
  const expressions: unknown[] = Array.isArray(references["Expressions"]) ? references["Expressions"] : [];
  const motions = isObject(references["Motions"]) ? Object.entries(references["Motions"]) : [];
  const hotkeys = studio.hotkeys.flatMap(({ name, action, path }): Hotkey[] => {
    if (action === "ToggleExpression") {
      const shown = expressions.find(isAt(path));
      return isObject(shown) ? [{ name, expression: String(shown["Name"] || shown["File"]) }] : [];
    }
    for (const [group, list] of motions) {
      const index = Array.isArray(list) ? list.findIndex(isAt(path)) : -1;
      if (index >= 0) return [{ name, motion: { group, index } }];
    }
    return [];
  });
  return {
    ...(studio.name !== undefined && { name: studio.name }),
    ...(studio.idle !== undefined && { idle: studio.idle }),
    ...(hotkeys.length > 0 && { hotkeys }),
  };
}

/** Files in the entry's folder or below it, without those of another model that lies there. */
function belowModel(tree: FileTree, entry: Entry): string[] {
  const folder = posix.dirname(entry.path);
  const inside = (path: string, of: string) => of === "." || path.startsWith(`${of}/`);
  const otherModels = tree.paths.filter((path) => /\.moc3$/i.test(path)).map((path) => posix.dirname(path))
    .filter((other) => other !== folder && inside(other, folder) && !holdsOwnMoc(entry, other));
  return tree.paths.filter((path) => inside(path, folder) && !otherModels.some((other) => inside(path, other)));
}

function holdsOwnMoc({ path, document }: Entry, folder: string): boolean {
  const moc = (document["FileReferences"] as Json)["Moc"];
  return typeof moc === "string" && posix.dirname(posix.join(posix.dirname(path), normal(moc))) === folder;
}

/** What VTube Studio has written beside the entry file; undefined where it has written nothing that can be read. */
async function readStudio(tree: FileTree, entry: Entry): Promise<Studio | undefined> {
  const folder = posix.dirname(entry.path);
  const beside = tree.paths.filter((path) => /\.vtube\.json$/i.test(path) && posix.dirname(path) === folder);
  for (const path of beside) {
    let value: unknown;
    try {
      value = parseLoosely(await readWhole(tree, path, UPLOAD_LIMITS.entryBytes));
    } catch (error) {
      if (!(error instanceof ModelError) || error.problems[0].path !== path) throw error;
      continue; // Far too big for such a file.
    }
    if (!isObject(value)) continue;
    const references = isObject(value["FileReferences"]) ? value["FileReferences"] : {};
    const model = text(references["Model"]);
    const named = model === undefined || posix.basename(normal(model)).toLowerCase() ===
        posix.basename(entry.path).toLowerCase();
    if (!named && beside.length > 1) continue;
    const name = plainName(text(value["Name"]) ?? "");
    const icon = text(references["Icon"]);
    const idle = text(references["IdleAnimation"]);
    return {
      ...(name !== "" && { name }),
      ...(icon !== undefined && { icon }),
      ...(idle !== undefined && { idle }),
      hotkeys: Array.isArray(value["Hotkeys"]) ? value["Hotkeys"].flatMap(hotkeyIn) : [],
    };
  }
  return undefined;
}

/** Of what a hotkey can do, what means something here: putting on an expression, playing a motion. */
function hotkeyIn(value: unknown): Studio["hotkeys"] {
  if (!isObject(value)) return [];
  const { Name: name, Action: action } = value;
  const file = text(value["File"]);
  if (file === undefined || (action !== "ToggleExpression" && action !== "TriggerAnimation")) return [];
  return [{ name: plainName(text(name) ?? ""), action, file }];
}

/** The name, or one like it that is not taken; it is then. */
function freeKey(name: string, taken: Set<unknown>): string {
  let free = name;
  for (let count = 2; taken.has(free); count++) free = `${name} ${count}`;
  taken.add(free);
  return free;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}
