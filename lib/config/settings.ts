/** The part of the configuration that a page may see and change, as the schema describes it. */
import { z } from "zod";
import { ConfigError } from "./config_error.ts";
import { type Override, readText } from "./env.ts";
import { type Field, fieldsOf } from "./fields.ts";
import { complaintAbout } from "./load.ts";
import { addressesOf, chosenMind, mindNames, mindOf, OWN_MIND } from "./minds.ts";
import { OPTION_NAMES, takesOption } from "./model_options.ts";
import { parseOllamaHost, withoutUser } from "./ollama_host.ts";
import { type Config, configSchema, type Mind } from "./schema.ts";
import type { Change } from "./write.ts";
import type { SettingField } from "@/lib/protocol/calls.ts";

/**
 * What a page may change: fields, and objects with all their fields. No secrets, nothing that names code to be loaded
 * or folders to be read, no lists of models and characters, which have ways of their own.
 */
const CHANGEABLE = [
  "model",
  "timeScale",
  "prompt",
  "llm.use",
  "llm.provider",
  "llm.model",
  "llm.host",
  "llm.api",
  "llm.fallback",
  "llm.think",
  "llm.vision",
  "llm.keepAlive",
  "llm.preload",
  "llm.contextLength",
  ...OPTION_NAMES.map((name) => `llm.options.${name}`),
  "llm.wsPath",
  "emotions.classifier",
  "avatar",
  "ui",
  "limits.firstByteSeconds",
  "limits.idleSeconds",
  "log.level",
  "server.port",
  "server.host",
  "guests.access",
  "voice.engine",
  "voice.voice",
  "voice.rate",
  "voice.pitch",
  "voice.volume",
  "voice.speak",
  "hearing.engine",
  "hearing.mode",
  "hearing.wakeWord",
  "hearing.patience",
  "hearing.early",
  "hearing.bargeIn",
  "hearing.language",
];

/** Fields that every language model has: pages see and change those of the one that is in use. */
const OF_MIND = [
  "provider",
  "model",
  "host",
  "api",
  "think",
  "vision",
  "keepAlive",
  "preload",
  "contextLength",
  "options",
];

/** Options of its server, each a setting of its own. */
const isOption = (path: readonly string[]) => path.length === 3 && path[0] === "llm" && path[1] === "options";

/** What the server takes up only when it starts. */
const AT_START = ["server", "llm.wsPath"];

export interface SettingsSource {
  /** What the file and the environment say. */
  config: Config;
  overrides: readonly Override[];
  /** Values to choose from where the schema knows only text, by dotted path. */
  choices?: Readonly<Record<string, string[]>>;
}

/**
 * The fields a page may change, in the schema's order. Those of `llm` that every language model has are those of the one
 * in use, whatever its name.
 */
export function settingFields({ config, overrides, choices = {} }: SettingsSource): SettingField[] {
  const inUse = mindOf(config, chosenMind(config));
  const defaults = configSchema.parse({ llm: { provider: inUse.provider } });
  defaults.llm.provider = configSchema.parse({}).llm.provider;
  return changeableFields().filter(({ path }) => applies(path, config, inUse)).map(({ path, schema }) => {
    const description = describe(schema, choices[path.join(".")]);
    const place = placeOf(path, config);
    const variable = overrideOf(place, overrides)?.variable;
    return {
      path,
      ...description,
      value: shownValue(config, place, description.kind),
      default: shownValue(defaults, path, description.kind),
      ...(variable !== undefined && { variable }),
      restart: needsRestart(path),
    };
  });
}

/**
 * Reads what a page wants to change. `null` takes a field out, so that its default holds again; a text is read as it
 * would be from an environment variable, so that `"2"` is a number where one is wanted.
 *
 * @throws {ConfigError} when a field cannot be changed by a page, an environment variable decides it, or a value is wrong
 */
export function readChanges(
  asked: readonly { path: string[]; value?: unknown }[],
  overrides: readonly Override[],
): Change[] {
  const fields = changeableFields();
  return asked.map(({ path, value }) => {
    const name = path.join(".");
    const field = fields.find((field) => field.path.join(".") === name);
    if (field === undefined) throw new ConfigError(`Cannot change ${name || "nothing"}: it is no setting of the page`);
    refuseOverridden(path, overrides);
    return { path: field.path, value: readValue(field, value) };
  });
}

/**
 * Changes where they belong: fields of the language model go to the one that is in use.
 *
 * @param config what holds now
 * @throws {ConfigError} when an environment variable decides a field there
 */
export function inPlace(changes: readonly Change[], config: Config, overrides: readonly Override[]): Change[] {
  const use = changes.find(({ path }) => path.join(".") === "llm.use");
  const next = use === undefined ? config : { ...config, llm: { ...config.llm, use: use.value as string | undefined } };
  const placed = changes.map(({ path, value }) => {
    const place = placeOf(path, next);
    refuseOverridden(place, overrides);
    return { path: place, value };
  });
  return [...placed, ...usualAddressFor(changes, next, overrides)];
}

/** Another kind of server listens elsewhere: the address that was written for the one before goes with it. */
function usualAddressFor(changes: readonly Change[], next: Config, overrides: readonly Override[]): Change[] {
  const names = changes.map(({ path }) => path.join("."));
  const host = placeOf(["llm", "host"], next);
  const isAsked = names.includes("llm.provider") && !names.includes("llm.host");
  return isAsked && overrideOf(host, overrides) === undefined ? [{ path: host, value: undefined }] : [];
}

/**
 * Changes with what pages do not see: a new address of the same host keeps the user and the password of the old one.
 *
 * @param written the language model in use, as it is now
 */
export function withKnownUser(changes: readonly Change[], written: Pick<Mind, "host">): Change[] {
  const before = new URL(written.host);
  return changes.map((change) => {
    if (change.path.join(".") !== "llm.host" || change.value === undefined) return change;
    const { host } = configSchema.parse({ llm: { host: change.value } }).llm;
    const after = new URL(host);
    if (after.origin !== before.origin || after.username !== "") return change;
    if (before.username === "" && before.password === "") return change;
    const { user } = parseOllamaHost(written.host);
    return { ...change, value: host.replace("://", `://${user}@`) };
  });
}

/** Fields by which a page may send the questions to another host. */
const LEADS_ELSEWHERE = ["host", "provider"];

/**
 * Looks at what a page's changes come to, the environment included.
 *
 * @throws {ConfigError} when `auth`, which belongs to one host, would go to another one
 */
export function refuseMovedSecrets(changes: readonly Change[], next: Config, before: Config): void {
  const asked = changes.filter(({ path }) => path[0]?.startsWith("llm") && LEADS_ELSEWHERE.includes(path.at(-1) ?? ""));
  if (asked.length === 0) return;
  for (const name of mindNames(before)) {
    const [was, is] = [mindOf(before, name), mindOf(next, name)];
    if (was.auth === undefined && was.authFile === undefined) continue;
    if (is.auth !== was.auth || is.authFile !== was.authFile) continue;
    const hosts = addressesOf(was).map((address) => new URL(address));
    const isKnown = (address: string) => hosts.some(({ origin }) => origin === new URL(address).origin);
    if (addressesOf(is).every(isKnown)) continue;
    const part = name === OWN_MIND ? "llm" : `llms.${name}`;
    throw new ConfigError(
      `Cannot change ${part}.host to another host: ${part}.auth is for ${hosts.map(({ host }) => host).join(", ")} ` +
        "alone. Change both in the configuration's file",
    );
  }
}

/** @throws {ConfigError} when an environment variable decides the field: what the file says would have no effect */
export function refuseOverridden(path: readonly string[], overrides: readonly Override[]): void {
  const override = overrideOf(path, overrides);
  if (override === undefined) return;
  throw new ConfigError(
    `Cannot change ${path.join(".")}: the environment variable ${override.variable} decides it. ` +
      `Change it there, or start without it`,
  );
}

/** Whether a changed field takes effect only at the next start. */
export function needsRestart(path: readonly string[]): boolean {
  return isAmong(path, AT_START);
}

/** Whether a field means anything now. */
function applies(path: readonly string[], { llms }: Config, inUse: Mind): boolean {
  const name = path.join(".");
  if (name === "llm.use") return Object.keys(llms).length > 0;
  // One that the file has for a server which does not know it is shown, so that it can be taken out.
  const option = isOption(path) ? path.at(-1)! : undefined;
  if (option !== undefined) return takesOption(inUse.provider, option) || inUse.options[option] !== undefined;
  return name !== "llm.host" || inUse.hosts.length === 0;
}

/** Where the file has a field that pages know as one of `llm`. */
function placeOf(path: readonly string[], config: Pick<Config, "llm" | "llms" | "prompts">): string[] {
  const inUse = chosenMind(config);
  const [first, field = ""] = path;
  const isElsewhere = first === "llm" && OF_MIND.includes(field) && inUse !== OWN_MIND;
  return isElsewhere ? ["llms", inUse, ...path.slice(1)] : [...path];
}

function changeableFields(): Field[] {
  return fieldsOf(configSchema).filter(({ path }) => isAmong(path, CHANGEABLE));
}

function isAmong(path: readonly string[], names: readonly string[]): boolean {
  const name = path.join(".");
  return names.some((one) => name === one || name.startsWith(`${one}.`));
}

function overrideOf(path: readonly string[], overrides: readonly Override[]): Override | undefined {
  return overrides.find((override) => override.path.every((part, index) => part === path[index]));
}

function readValue(field: Field, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  const read = typeof value === "string" ? readText(value, field.schema) : value;
  const complaint = complaintAbout(field, read);
  if (complaint !== undefined) throw new ConfigError(complaint);
  return read;
}

type Description = Pick<SettingField, "description" | "kind" | "choices" | "least" | "most">;

/** The parts of a JSON schema that tell what a field takes. */
interface Taken {
  description?: string;
  type?: string;
  enum?: unknown[];
  anyOf?: Taken[];
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
}

function describe(schema: z.ZodType, names?: string[]): Description {
  const json = z.toJSONSchema(schema, { io: "input" }) as Taken;
  const { description = "", type } = json;
  const choices = names ?? choicesOf(json);
  if (choices !== undefined) return { description, kind: "choice", choices };
  if (type === "boolean") return { description, kind: "boolean" };
  if (type !== "number" && type !== "integer") return { description, kind: "text" };
  const least = json.minimum ?? json.exclusiveMinimum;
  const { maximum: most } = json;
  return { description, kind: "number", ...(least !== undefined && { least }), ...(most !== undefined && { most }) };
}

/** Every value there is, where they can be counted: of an enumeration, or of one with yes and no beside it. */
function choicesOf(json: Taken): string[] | undefined {
  if (json.enum !== undefined) return json.enum.map(String);
  const parts = json.anyOf?.map((part) => part.type === "boolean" ? ["true", "false"] : choicesOf(part));
  return parts?.every((part) => part !== undefined) ? parts.flat() : undefined;
}

/** A field's value as its kind has it: text for text and choices, whatever else the schema would take. */
function shownValue(config: Config, path: readonly string[], kind: SettingField["kind"]): unknown {
  const value = path.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], config) ?? null;
  if (path.at(-1) === "host" && path[0] !== "server") return withoutUser(String(value));
  return value !== null && (kind === "text" || kind === "choice") ? String(value) : value;
}
