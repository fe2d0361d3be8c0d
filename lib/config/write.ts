import * as jsonc from "jsonc-parser";
import { basename } from "node:path";
import { ConfigError } from "./config_error.ts";
import { parseConfig } from "./load.ts";
import { defaultsToKeep } from "./predecessor.ts";
import { ifThere, writeWhole } from "@/lib/files.ts";

/** One field to be changed. */
export interface Change {
  /** Where the field is, such as `["llm", "model"]`. */
  path: string[];
  /** Its new value; `undefined` takes the field out, so that the default holds again. */
  value: unknown;
}

/**
 * Writes changed fields back to the configuration's file. Comments, order, unknown fields and the way it is indented
 * stay as they are; a file that is not there yet is made.
 *
 * @returns whether the file changed
 * @throws {ConfigError} when a value is wrong; the file is as it was then
 */
export async function writeConfig(path: string, changes: readonly Change[]): Promise<boolean> {
  const file = await realFile(path);
  const text = changeConfig(await readConfigText(file), changes);
  parseConfig(text, basename(path));
  return await writeWhole(file, text, await modeOf(file));
}

/** The text of the file with the changes in it. What it leaves unsaid goes on meaning what it meant. */
export function changeConfig(text: string, changes: readonly Change[]): string {
  const mark = text.startsWith("\uFEFF") ? "\uFEFF" : "";
  const start = text.slice(mark.length).trim() === "" ? "{}\n" : text.slice(mark.length);
  const changed = withChanges(start, changes);
  return mark + withChanges(changed, defaultsToKeep(jsonc.parse(start), jsonc.parse(changed), changes));
}

function withChanges(text: string, changes: readonly Change[]): string {
  return changes.reduce((current, { path, value }) => {
    return jsonc.applyEdits(current, jsonc.modify(current, path, value, { formattingOptions: styleOf(current) }));
  }, text);
}

/** Indentation and line ends as the file has them. */
function styleOf(text: string): jsonc.FormattingOptions {
  const indent = /^([ \t]+)\S/m.exec(text)?.[1] ?? "  ";
  return { insertSpaces: !indent.startsWith("\t"), tabSize: indent.length, eol: text.includes("\r\n") ? "\r\n" : "\n" };
}

/** A link to the file stays a link: what it points to is replaced. */
async function realFile(path: string): Promise<string> {
  return await looked(path, Deno.realPath(path)) ?? path;
}

/** Who may read it stays as it was: it may hold a secret. */
async function modeOf(file: string): Promise<{ mode?: number }> {
  const mode = (await looked(file, Deno.stat(file)))?.mode ?? null;
  return mode === null ? {} : { mode: mode & 0o777 };
}

/** The file's text; nothing where there is none. */
export async function readConfigText(path: string): Promise<string> {
  return await looked(path, Deno.readTextFile(path)) ?? "";
}

async function looked<T>(path: string, read: Promise<T>): Promise<T | undefined> {
  try {
    return await ifThere(read);
  } catch (cause) {
    throw new ConfigError(`Cannot change the configuration ${path}`, { cause });
  }
}
