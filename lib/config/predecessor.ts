/**
 * The configuration of the predecessor: the Python program that this one replaces, whose `vtuber.config.json`, plain
 * protocol and `/app-config.json` stay valid as they are. Its file has nothing but
 * these fields, and means what it meant there: Ollama's `generate`, with a prompt just as it was written.
 *
 * Whose file it is, the file alone decides: no variable of the environment changes that. No file, or one that says
 * nothing, is ours.
 */
import { NOBODY } from "./personas.ts";

const FIELDS = ["model", "timeScale", "llm.provider", "llm.model", "llm.host", "llm.wsPath"];

/** What the predecessor's file leaves unsaid. */
const DEFAULTS = [
  { path: ["llm", "api"], value: "generate" },
  { path: ["prompt"], value: NOBODY },
];

/** Makes a file ours that says nothing else that the predecessor's could not say. */
const OURS = { path: ["llm", "api"], value: "chat" };

interface Change {
  path: string[];
  value: unknown;
}

/** What a file says, with what the predecessor meant where the file is its. */
export function withPredecessorDefaults(file: unknown): unknown {
  return isPredecessors(file) ? { ...file, prompt: NOBODY, llm: { api: "generate", ...file.llm } } : file;
}

/**
 * What has to be written besides `changes`, so that a file which becomes ours by them, or the predecessor's, does not
 * change what it leaves unsaid.
 *
 * @param before what the file says
 * @param after what it says with the changes in it
 */
export function defaultsToKeep(before: unknown, after: unknown, changes: readonly Change[]): Change[] {
  const named = new Set(changes.map(nameOf));
  if (!isPredecessors(before)) return isPredecessors(after) ? [OURS] : [];
  if ([...named].every((name) => FIELDS.includes(name))) return [];
  return DEFAULTS.filter((field) => !named.has(nameOf(field)));
}

function isPredecessors(file: unknown): file is { llm?: object } {
  const names = isObject(file) ? leavesOf(file) : [];
  return names.length > 0 && names.every((name) => FIELDS.includes(name));
}

/** Dotted paths of what a file says: objects count by what is in them. */
function leavesOf(object: object, above: string[] = []): string[] {
  return Object.entries(object).flatMap(([key, value]) => {
    const path = [...above, key];
    return isObject(value) ? leavesOf(value, path) : [path.join(".")];
  });
}

function nameOf({ path }: Pick<Change, "path">): string {
  return path.join(".");
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
