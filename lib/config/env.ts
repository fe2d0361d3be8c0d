/** The configuration's variables: `VTUBER_` and the path of a field, and the few names other programs share. */
import { closest, distance } from "fastest-levenshtein";
import type { z } from "zod";
import { fieldsOf } from "./fields.ts";
import { configSchema } from "./schema.ts";

/** What the environment says: one entry for each field it sets. */
export interface Override {
  path: string[];
  value: unknown;
  /** The variable, for messages. */
  variable: string;
}

/** Variables of ours that are no field. */
const OTHER_VARIABLES = ["VTUBER_CONFIG"];

/** Names that other programs share; the field's own variable comes first. */
const SHARED_VARIABLES: Record<string, string> = {
  "server.port": "PORT",
  "server.host": "HOST",
  "llm.host": "OLLAMA_HOST",
};

/**
 * Reads every field that the environment sets. A variable that is empty counts as not set.
 *
 * A list is written with commas, and any field can be written as JSON: `VTUBER_LLM_OPTIONS='{"temperature": 0.5}'`.
 */
export function readOverrides(env: Record<string, string | undefined>): { overrides: Override[]; warnings: string[] } {
  const known = new Set(OTHER_VARIABLES);
  const overrides: Override[] = [];
  for (const { path, schema } of fieldsOf(configSchema)) {
    const names = variablesOf(path);
    for (const name of names) known.add(name);
    const variable = names.find((name) => (env[name] ?? "").trim() !== "");
    if (variable === undefined) continue;
    const text = env[variable] ?? "";
    overrides.push({ path, value: readText(text, schema), variable });
  }
  const warnings = Object.keys(env).filter((name) => name.startsWith("VTUBER_") && !known.has(name)).map((name) =>
    `The variable ${name} is not known${suggest(name, [...known])}`
  );
  return { overrides, warnings };
}

/**
 * What of the environment holds: a variable that another program shares is for that program alone, so OLLAMA_HOST takes
 * nothing, and no key, away from another server.
 *
 * @param valueAt what file and environment say together
 */
export function holding(overrides: readonly Override[], valueAt: (path: readonly string[]) => unknown): Override[] {
  const isOllamas = (valueAt(["llm", "provider"]) ?? "ollama") === "ollama";
  return overrides.filter(({ variable }) => variable !== "OLLAMA_HOST" || isOllamas);
}

/** What a text says that was written for a field. Where no reading fits it stays text, for the schema to complain of. */
export function readText(text: string, schema: z.ZodType): unknown {
  return readings(text).find((reading) => schema.safeParse(reading).success) ?? text;
}

/** The variables of a field, the one that wins first: `VTUBER_LLM_WS_PATH`, `VTUBER_LLM_WSPATH`. */
export function variablesOf(path: readonly string[]): string[] {
  const snake = path.map((part) => part.replace(/([a-z0-9])([A-Z])/g, "$1_$2"));
  const names = [snake, path].map((parts) => `VTUBER_${parts.join("_").toUpperCase()}`);
  const shared = SHARED_VARIABLES[path.join(".")];
  return [...new Set(shared === undefined ? names : [...names, shared])];
}

/** `: did you mean X?` where one of `names` is close enough to be meant, otherwise nothing. */
export function suggest(name: string, names: readonly string[]): string {
  if (names.length === 0) return "";
  const lower = new Map(names.map((one) => [one.toLowerCase(), one]));
  const near = closest(name.toLowerCase(), [...lower.keys()]);
  const close = distance(name.toLowerCase(), near) <= Math.max(2, Math.floor(name.length / 4));
  return close ? `: did you mean ${lower.get(near)}?` : "";
}

/** What a variable's text may stand for, narrowest first: `300` is a number before it is a word. */
function readings(text: string): unknown[] {
  const trimmed = text.trim();
  const word: boolean | undefined =
    ({ true: true, yes: true, on: true, "1": true, false: false, no: false, off: false, "0": false })[
      trimmed.toLowerCase()
    ];
  const list = trimmed.split(",").map((part) => part.trim()).filter((part) => part !== "");
  const candidates = [/^[\d.+-]/.test(trimmed) ? Number(trimmed) : undefined, word, trimmed, parsed(trimmed), list];
  return candidates.filter((candidate) => candidate !== undefined && !Number.isNaN(candidate));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Most variables are no JSON, and need not be.
  }
}
