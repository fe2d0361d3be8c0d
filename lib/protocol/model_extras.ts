/**
 * What the server adds to a model's entry file for the page: what VTube Studio knows of the model, which Live2D's own
 * format has no place for.
 */

/** The field of the entry file that holds {@linkcode ModelExtras}. */
export const EXTRAS_KEY = "vtuber";

/** A button of the model's owner: it puts on an expression, or plays a motion. */
export type Hotkey = { name: string } & ({ expression: string } | { motion: { group: string; index: number } });

export interface ModelExtras {
  /** What its owner calls the model. */
  name?: string;
  /** Its picture: a file, relative to the entry file. */
  icon?: string;
  /** The group of the motion that is played while nothing else is. */
  idle?: string;
  hotkeys?: Hotkey[];
}

/** Reads them; what makes no sense is left out. */
export function readExtras(entry: unknown): ModelExtras {
  const root = record(record(entry)[EXTRAS_KEY]);
  const hotkeys = Array.isArray(root["hotkeys"]) ? root["hotkeys"].flatMap(readHotkey) : [];
  return {
    ...texts(root, ["name", "icon", "idle"]),
    ...(hotkeys.length > 0 && { hotkeys }),
  };
}

function readHotkey(value: unknown): Hotkey[] {
  const { name, expression, motion } = record(value);
  if (typeof name !== "string") return [];
  if (typeof expression === "string") return [{ name, expression }];
  const { group, index } = record(motion);
  return typeof group === "string" && Number.isInteger(index)
    ? [{ name, motion: { group, index: Number(index) } }]
    : [];
}

function texts<Key extends string>(root: Record<string, unknown>, keys: readonly Key[]): Partial<Record<Key, string>> {
  const found: Partial<Record<Key, string>> = {};
  for (const key of keys) {
    const value = root[key];
    if (typeof value === "string") found[key] = value;
  }
  return found;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}
