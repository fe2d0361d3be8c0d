/**
 * Files that may change between two starts (Cubism Core, models), served so that browsers keep them:
 * Fresh's own static files tell browsers to store nothing that has no build key.
 */
import mime from "mime";
import { sep } from "node:path";
import { plainParts } from "./paths.ts";
import { rangeOf, readRange } from "./range.ts";

/** What a browser only shows, plays or reads, whoever made it. */
const INERT = /^(image\/(png|jpeg|webp)|audio\/[\w.+-]+|application\/json)$/;

export interface ServeOptions {
  /** The files are not ours: none of them may run as our page or our script does. Default: false. */
  foreign?: boolean;
  /** What is at its address will never change: browsers need not ask again. Default: false. */
  immutable?: boolean;
}

/**
 * Answers a GET or HEAD with the file at `path` (still percent-encoded, relative) below `root`, if there is one.
 * 304 when the client has it already, 404 for whatever is not a plain file there, 206 and 416 for a part of it.
 */
export async function serveFile(
  request: Request,
  root: string | undefined,
  path: string,
  { foreign = false, immutable = false }: ServeOptions = {},
): Promise<Response> {
  const parts = plainParts(path);
  const file = root !== undefined && parts && await fileBelow(root, parts);
  const info = file ? await Deno.stat(file).catch(missing) : undefined;
  if (!file || !info?.isFile) return new Response("Not found", { status: 404 });
  const version = `"${info.size.toString(36)}-${(info.mtime?.getTime() ?? 0).toString(36)}"`;
  // Two versions may have a size and a time in common, unless there is only one.
  const etag = immutable ? version : `W/${version}`;
  const headers = new Headers({
    etag,
    "accept-ranges": "bytes",
    "cache-control": immutable ? "public, max-age=31536000, immutable" : "no-cache",
  });
  if (request.headers.get("if-none-match")?.includes(etag)) return new Response(null, { status: 304, headers });
  const type = mime.getType(file) ?? "application/octet-stream";
  headers.set("content-type", foreign && !INERT.test(type) ? "application/octet-stream" : type);
  const range = rangeOf(request, info.size, etag);
  if (range === "unsatisfiable") {
    const told = { "accept-ranges": "bytes", "content-range": `bytes */${info.size}` };
    return new Response(null, { status: 416, headers: told });
  }
  if (range !== undefined) {
    headers.set("content-range", `bytes ${range.start}-${range.end}/${info.size}`);
    headers.set("content-length", String(range.end - range.start + 1));
    return new Response(await readRange(file, range), { status: 206, headers });
  }
  headers.set("content-length", String(info.size));
  if (request.method === "HEAD") return new Response(null, { headers });
  const opened = await Deno.open(file);
  return new Response(opened.readable, { headers });
}

/** The real path of a file; undefined when there is none, or a link leads out of `root`. */
async function fileBelow(root: string, parts: string[]): Promise<string | undefined> {
  const file = await Deno.realPath(`${root}/${parts.join("/")}`).catch(missing);
  if (file === undefined) return undefined;
  return file.startsWith(await Deno.realPath(root) + sep) ? file : undefined;
}

function missing(error: unknown): undefined {
  // A name that is a folder's with something behind it, or far too long, is no file either.
  if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
  if (error instanceof Error && "code" in error && error.code === "ENAMETOOLONG") return undefined;
  throw error;
}
