/**
 * Where models and cores come from: npm, a URL, a zip, a folder, or what an earlier sync left in a compiled program.
 */
import { isAbsolute, join, relative, resolve } from "node:path";
import { type FileTree, joined, openFolder } from "./file_tree.ts";
import type { ModelSource } from "./model_sources.ts";
import { ModelError } from "./model_error.ts";
import { canBeFound, npmFile } from "./npm.ts";
import { ReadBudget } from "./read_budget.ts";
import type { SourceContext } from "./source_context.ts";
import { openZip } from "./zip.ts";
import { ifThere } from "@/lib/files.ts";
import { mebibytes, UPLOAD_LIMITS } from "@/lib/config/upload_limits.ts";

/**
 * Opens a model's source.
 *
 * @throws {ModelError} of kind `not_found` when nothing is there, saying where it was looked for and what to do
 */
export async function openModel(model: ModelSource, context: SourceContext): Promise<FileTree> {
  const npm = model.source.startsWith("npm:");
  const path = npm ? await npmFile(model.source, context) : await findModelSource(model, context);
  const label = `${model.name} (${npm ? model.source : shown(path)})`;
  const budget = context.budget ?? new ReadBudget({}, context.signal);
  return await ((await Deno.stat(path)).isDirectory ? openFolder : openZip)(path, label, budget);
}

/**
 * Where a model's folder or zip is on disk.
 *
 * @throws {ModelError} of kind `not_found` when nothing is there, saying where it was looked for and what to do
 */
export function findModelSource(model: ModelSource, context: Pick<SourceContext, "roots">): Promise<string> {
  return find(model.source, context, (looked) => {
    const advice = model.advice ?? "put it there, or change its source in the configuration";
    return `Cannot find the model ${model.name}: looked for ${looked}; ${advice}`;
  });
}

/**
 * Reads one file: a Core.
 *
 * @param source a file, a URL or an npm path
 * @param complaint what is wrong with the bytes, if anything, as the end of a sentence
 * @throws {ModelError} when it cannot be had, or `complaint` has one
 */
export async function readSource(
  source: string,
  context: SourceContext,
  complaint: (bytes: Uint8Array) => string | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  if (/^https?:\/\//i.test(source)) return await download(new URL(source), context, complaint);
  const path = source.startsWith("npm:")
    ? await npmFile(source, context)
    : await find(source, context, (looked) => `Cannot find ${source}: looked for ${looked}`);
  try {
    if ((await Deno.stat(path)).size > UPLOAD_LIMITS.coreBytes) throw coreTooBig(path);
    return checked(await Deno.readFile(path), path, complaint);
  } catch (cause) {
    if (cause instanceof ModelError) throw cause;
    throw new ModelError([{ kind: "unreadable", message: `Cannot read ${path}` }], { cause });
  }
}

function checked<T extends Uint8Array>(
  bytes: T,
  from: string,
  complaint: (bytes: Uint8Array) => string | undefined,
): T {
  const wrong = complaint(bytes);
  if (wrong === undefined) return bytes;
  throw new ModelError([{ kind: "bad_file", message: `Cannot use ${from}: it ${wrong}` }]);
}

async function find(
  source: string,
  { roots }: Pick<SourceContext, "roots">,
  complain: (looked: string) => string,
): Promise<string> {
  const candidates = [...new Set(roots.map((root) => isAbsolute(source) ? source : resolve(root, source)))];
  for (const path of candidates) {
    if (await canBeFound(path)) return path;
  }
  throw new ModelError([{ kind: "not_found", message: complain(candidates.join(" and ")) }]);
}

/** Downloads once: the cache answers from then on, with no network. */
async function download(
  url: URL,
  context: SourceContext,
  complaint: (bytes: Uint8Array) => string | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(url.href)));
  const folder = join(context.cacheDir, "url");
  const cached = join(folder, [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
  const known = await ifThere(Deno.readFile(cached));
  if (known !== undefined) return known;
  using _step = context.step(`Downloading ${url.href}`, true);
  try {
    const response = await fetch(url, context.signal === undefined ? {} : { signal: context.signal });
    if (!response.ok) {
      await response.body?.cancel();
      throw new TypeError(`the answer is ${response.status} ${response.statusText}`.trim());
    }
    const bytes = await bodyOf(response, url.href);
    checked(bytes, url.href, complaint);
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeFile(cached, bytes);
    return bytes;
  } catch (cause) {
    context.signal?.throwIfAborted();
    if (cause instanceof ModelError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ModelError([{ kind: "unreadable", message: `Cannot download ${url.href}: ${why}` }], { cause });
  }
}

/** The body of an answer, unless it is too long for a Core. */
async function bodyOf({ body }: Response, from: string): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let read = 0;
  for await (const chunk of body ?? []) {
    read += chunk.length;
    if (read > UPLOAD_LIMITS.coreBytes) throw coreTooBig(from);
    chunks.push(chunk);
  }
  return joined(chunks);
}

function coreTooBig(from: string): ModelError {
  const message = `Cannot use ${from}: it has more than ${mebibytes(UPLOAD_LIMITS.coreBytes)}, so it is no Cubism Core`;
  return new ModelError([{ kind: "too_big", message }]);
}

/** Relative to the working directory where that is shorter to read. */
function shown(path: string): string {
  const short = relative(Deno.cwd(), path);
  return short !== "" && !short.startsWith("..") ? short : path;
}
