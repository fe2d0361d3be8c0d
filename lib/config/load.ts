import * as jsonc from "jsonc-parser";
import { dirname, join, relative, resolve } from "node:path";
import type { z } from "zod";
import { isLinkLocal } from "./addresses.ts";
import { ConfigError } from "./config_error.ts";
import { holding, type Override, readOverrides, suggest } from "./env.ts";
import { type Field, fieldsOf, unknownFields } from "./fields.ts";
import { addressesOf, mindNames, mindOf, OWN_MIND } from "./minds.ts";
import { refuseOpenFile } from "./model_auth.ts";
import { withoutUser } from "./ollama_host.ts";
import { promptChoices } from "./personas.ts";
import { withPredecessorDefaults } from "./predecessor.ts";
import { type Config, configSchema } from "./schema.ts";
import { holdsPassword } from "./store_address.ts";
import { shorten } from "@/lib/text.ts";

const FILE_NAME = "vtuber.config.json";
/** How much of a wrong value a message repeats, graphemes. */
const LONGEST_VALUE = 60;

export interface LoadOptions {
  /** The project's folder, or the one a compiled program runs in. Default: the working directory. */
  root?: string;
  /** Default: this process's environment. */
  env?: Record<string, string | undefined>;
}

export interface LoadedConfig {
  config: Config;
  /** The file, absolute, whether it exists or not. */
  path: string;
  /** The program's folder: relative paths of models and cards start at the file's folder or else here. */
  root: string;
  /** Where conversations, downloads and what users bring are kept. A relative `server.dataDir` starts at the file. */
  dataDir: string;
  /** The environment it was read with. */
  env: Record<string, string | undefined>;
  /** What looks like a slip: unknown fields and variables, with the name that may have been meant. */
  warnings: string[];
}

/**
 * Loads the configuration: the defaults, over them the file (`VTUBER_CONFIG`, or `vtuber.config.json` in `root`;
 * comments and trailing commas are welcome), over them the environment.
 *
 * @throws {ConfigError} when a value is wrong, the file is no JSON, or the file that `VTUBER_CONFIG` names is missing
 */
export async function loadConfig(options: LoadOptions = {}): Promise<LoadedConfig> {
  const root = resolve(options.root ?? Deno.cwd());
  const env = options.env ?? Deno.env.toObject();
  const named = env["VTUBER_CONFIG"]?.trim() || undefined;
  const path = named === undefined ? join(root, FILE_NAME) : resolve(root, named);
  const text = await readFile(path, named !== undefined);
  const parsed = parseConfig(text, shown(path, root), env);
  const overridden = readOverrides(env).overrides.map((override) => override.path.join("."));
  const { llm, llms, voice, hearing } = parsed.config;
  const parts = { llm, voice, hearing, ...(overridden.includes("llms") ? {} : keyed("llms", llms)) };
  for (const [part, { auth }] of Object.entries(parts)) {
    const field = `${part}.auth`;
    if (auth !== undefined && !overridden.includes(field)) await refuseOpenFile(path, field);
  }
  if (holdsPassword(parsed.config.store) && !overridden.includes("store")) await refuseOpenFile(path, "store");
  const { bus = "" } = parsed.config;
  if (bus.includes("@") && !overridden.includes("bus")) await refuseOpenFile(path, "bus");
  return { path, root, env, dataDir: resolve(dirname(path), parsed.config.server.dataDir), ...parsed };
}

function keyed<T>(path: string, record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [`${path}.${name}`, value]));
}

/** {@linkcode loadConfig} for text at hand; `name` stands for the file in messages. */
export function parseConfig(
  text: string,
  name: string = FILE_NAME,
  env: Record<string, string | undefined> = {},
): { config: Config; warnings: string[] } {
  const { overrides: all, warnings } = readOverrides(env);
  const file = text.trim() === "" ? { value: {}, lineOf: () => undefined } : readJson(text, name);
  const overrides = holding(all, (path) => valueAt(all.reduce(withOverride, file.value), path));
  const value = overrides.reduce(withOverride, withPredecessorDefaults(file.value));

  const result = configSchema.safeParse(value, { error: expectation });
  const complaints = result.success
    ? [
      ...chosenPrompt(result.data),
      ...namedMinds(result.data),
      ...allowedHosts(result.data),
      ...knownOwner(result.data),
    ]
    : result.error.issues.map((issue) => refine(issue, value));
  if (!result.success || complaints.length > 0) {
    throw new ConfigError(
      complaints.map((issue) => describe(issue, value, { name, lineOf: file.lineOf, overrides })).join("\n"),
    );
  }

  const fields = fieldsOf(configSchema).map((field) => field.path.join("."));
  for (const path of unknownFields(configSchema, file.value)) {
    const field = path.join(".");
    if (field !== "$schema") {
      warnings.push(`${at(name, file.lineOf(path))}: ${field} is not known${suggest(field, fields)}`);
    }
  }
  const { prompt, prompts } = result.data;
  if (prompt !== undefined && !promptChoices(prompts).includes(prompt)) {
    warnings.push(`${at(name, file.lineOf(["prompt"]))}: there is no character ${JSON.stringify(prompt)}`);
  }
  return { config: result.data, warnings };
}

/**
 * What is wrong with a value for one field, as a sentence that begins with the field; undefined when it can be taken.
 */
export function complaintAbout({ path, schema }: Field, value: unknown): string | undefined {
  const issue = schema.safeParse(value, { error: expectation }).error?.issues[0];
  return issue && `${path.join(".")} is ${repeated(path, value)}: it should be ${issue.message}`;
}

interface Complaint {
  path: PropertyKey[];
  /** Completes "it should be …". */
  message: string;
}

interface Source {
  name: string;
  lineOf: (path: string[]) => number | undefined;
  overrides: Override[];
}

async function readFile(path: string, wanted: boolean): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    if (!wanted && cause instanceof Deno.errors.NotFound) return "";
    const why = cause instanceof Deno.errors.NotFound ? "there is no such file" : String(cause);
    throw new ConfigError(`Cannot read the configuration ${path}: ${why}`, { cause });
  }
}

function readJson(text: string, name: string): { value: unknown; lineOf: (path: string[]) => number | undefined } {
  const errors: jsonc.ParseError[] = [];
  const tree = jsonc.parseTree(text.replace(/^\uFEFF/, " "), errors, { allowTrailingComma: true });
  const lineAt = (offset: number) => text.slice(0, offset).split("\n").length;
  const [error] = errors;
  if (error !== undefined || tree === undefined) {
    const what = error === undefined ? "nothing in it" : jsonc.printParseErrorCode(error.error);
    throw new ConfigError(`${at(name, lineAt(error?.offset ?? 0))}: this is not JSON (${what})`);
  }
  if (tree.type !== "object") throw new ConfigError(`${at(name, 1)}: the configuration should be an object, {…}`);
  const lineOf = (path: string[]) => {
    // jsonc-parser tells an index from a key by its type.
    const node = jsonc.findNodeAtLocation(tree, path.map((key) => /^\d+$/.test(key) ? Number(key) : key));
    return node && lineAt((node.parent ?? node).offset);
  };
  return { value: jsonc.getNodeValue(tree), lineOf };
}

/** A copy of `value` with one field replaced, and objects made on the way there where none are. */
function withOverride(value: unknown, { path, value: field }: Override): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return field;
  const object = isObject(value) ? value : {};
  return { ...object, [key]: withOverride(object[key], { path: rest, value: field, variable: "" }) };
}

/** What the schema itself has no words for. */
function expectation(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === "invalid_value") return or(issue.values.map((value) => JSON.stringify(value)));
  if (issue.code !== "invalid_type") return undefined;
  const names: Record<string, string> = {
    boolean: "true or false",
    array: "a list",
    object: "an object",
    record: "an object",
  };
  return names[issue.expected] ?? `a ${issue.expected}`;
}

/** Within a union of text and object, an object's own complaint is nearer to the point than the union's. */
function refine(issue: z.core.$ZodIssue, value: unknown): Complaint {
  if (issue.code === "invalid_union" && isObject(valueAt(value, issue.path))) {
    const inner = issue.errors.flat().find((one) => one.path.length > 0);
    if (inner !== undefined) return { path: [...issue.path, ...inner.path], message: inner.message };
  }
  return issue;
}

function chosenPrompt({ prompt, prompts }: Config): Complaint[] {
  const names = promptChoices(prompts);
  // A file without characters of its own may name one that only another program has: a warning, and no reason to stop.
  if (prompt === undefined || names.includes(prompt) || Object.keys(prompts).length === 0) return [];
  return [{ path: ["prompt"], message: `the name of a character: ${or(names.map((name) => JSON.stringify(name)))}` }];
}

/** Whoever names a language model names one that there is. */
function namedMinds(config: Config): Complaint[] {
  const { llm, llms, prompts } = config;
  const names = mindNames(config);
  const message = `the name of a language model: ${or(names.map((name) => JSON.stringify(name)))}`;
  const named: [path: PropertyKey[], name: string | undefined][] = [
    [["llm", "use"], llm.use],
    ...llm.fallbacks.map((name, index): [PropertyKey[], string] => [["llm", "fallbacks", index], name]),
    ...Object.entries(prompts).map((
      [id, { llm }],
    ): [PropertyKey[], string | undefined] => [["prompts", id, "llm"], llm]),
  ];
  const unknown = named.filter(([, name]) => name !== undefined && !names.includes(name));
  const taken = OWN_MIND in llms
    ? [{
      path: ["llms", OWN_MIND],
      message: `under another name: "${OWN_MIND}" means the one that llm itself describes`,
    }]
    : [];
  return [...unknown.map(([path]) => ({ path, message })), ...taken];
}

function allowedHosts(config: Config): Complaint[] {
  const message = "another address, for this one is link-local or a cloud's own; " +
    "llm.allowLinkLocal lets it be asked all the same";
  return mindNames(config).flatMap((name) => {
    const mind = mindOf(config, name);
    const refused = addressesOf(mind).some((address) => isLinkLocal(new URL(address).hostname));
    if (mind.allowLinkLocal || !refused) return [];
    const path = name === OWN_MIND ? ["llm"] : ["llms", name];
    return [{ path: [...path, mind.hosts.length > 0 ? "hosts" : "host"], message }];
  });
}

/** Where everybody is let in, no proxy that leaves no mark may make an owner of them. */
function knownOwner({ guests, server }: Config): Complaint[] {
  if (guests.access !== "open" || server.token !== undefined) return [];
  return [{ path: ["guests", "access"], message: '"link" or "off" unless server.token is set, by which you come in' }];
}

function describe({ path, message }: Complaint, value: unknown, { name, lineOf, overrides }: Source): string {
  const keys = path.map(String);
  const variable = overrides.find((one) => one.path.every((part, i) => part === keys[i]))?.variable;
  const found = valueAt(value, path);
  const subject = variable ?? `${at(name, lineOf(keys))}: ${keys.join(".")}`;
  const secret = SECRETS.includes(keys.at(-1) ?? "");
  const state = found === undefined ? "is missing" : secret ? "cannot be used" : `is ${repeated(keys, found)}`;
  return `${subject} ${state}: it should be ${message}`;
}

/** Fields that hold a secret. */
const SECRETS = ["token", "auth", "cookieKey", "store", "bus"];

/** A value as a message may repeat it: an address may hold a password, an object a secret. */
function repeated(path: readonly string[], value: unknown): string {
  const isAddress = ["llm", "llms"].includes(path[0] ?? "");
  const open = JSON.stringify(value, (key, inner) => {
    if (SECRETS.includes(key)) return "…";
    return isAddress && typeof inner === "string" ? withoutUser(inner) : inner;
  });
  return shorten(open, LONGEST_VALUE);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function at(name: string, line: number | undefined): string {
  return line === undefined ? name : `${name}:${line}`;
}

function or(words: string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** A path as a person would name it: relative where that is shorter. */
function shown(path: string, root: string): string {
  return dirname(path) === root ? relative(root, path) : path;
}
