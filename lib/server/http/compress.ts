/** Text and models travel compressed: from what the build has prepared, else compressed once and remembered. */
import { createHash } from "node:crypto";
// @ts-types="@/lib/negotiator.d.ts"
import Negotiator from "negotiator";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { ifThere } from "@/lib/files.ts";

/** The better one first. */
const ENCODINGS = ["br", "gzip"] as const;

export type Encoding = typeof ENCODINGS[number];
export type Handler = (request: Request, info?: Deno.ServeHandlerInfo) => Response | Promise<Response>;

const COMPRESSIBLE = /^(text\/|image\/svg\+xml|application\/(json|javascript|manifest\+json|octet-stream|wasm))/;
/** Smaller bodies gain nothing. Bytes. */
const MINIMUM = 512;
/** Bytes of compressed bodies kept in memory. */
const MEMORY = 32 * 1024 * 1024;

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

/** Compresses with the given brotli quality (0 to 11), or with gzip's default. */
export async function compressBody(
  body: Uint8Array,
  encoding: Encoding,
  quality: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (encoding === "gzip") return new Uint8Array(await zip(body));
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: body.length };
  return new Uint8Array(await brotli(body, { params }));
}

/** The encoding to use for a client's Accept-Encoding header: of those that it takes, the one that makes less of it. */
function chooseEncoding(accept: string | null): Encoding | undefined {
  const taken = new Negotiator({ headers: { "accept-encoding": accept ?? "" } }).encodings(ENCODINGS);
  return ENCODINGS.find((encoding) => taken.includes(encoding));
}

/** Name under which the build keeps the compressed form of `body`. */
export function preparedName(body: Uint8Array, encoding: Encoding): string {
  return `${createHash("sha256").update(body).digest("hex")}.${encoding}`;
}

/** True for text, and for what else shrinks. */
export function isCompressibleType(type: string): boolean {
  return COMPRESSIBLE.test(type);
}

/** True for a response that is worth compressing and not yet compressed. */
function isCompressible(response: Response): boolean {
  const { headers } = response;
  const length = headers.get("content-length");
  return response.status === 200 && response.body !== null && !headers.has("content-encoding") &&
    isCompressibleType(headers.get("content-type") ?? "") && (length === null || Number(length) >= MINIMUM);
}

/**
 * Wraps a handler so that its answers are compressed.
 *
 * @param prepared folder that the build has filled by {@linkcode preparedName}; it need not be there
 */
export function compressed(handler: Handler, prepared: string): Handler {
  const memory = new Map<string, Uint8Array<ArrayBuffer>>();
  let remembered = 0;

  async function bodyOf(response: Response, path: string, encoding: Encoding): Promise<Uint8Array<ArrayBuffer>> {
    const etag = response.headers.get("etag");
    if (etag === null) return await compressBody(await response.bytes(), encoding, 4);
    const key = `${encoding} ${etag} ${path}`;
    const known = memory.get(key);
    if (known !== undefined) {
      await response.body?.cancel();
      return known;
    }
    const body = await response.bytes();
    const packed = await ifThere(Deno.readFile(`${prepared}/${preparedName(body, encoding)}`)) ??
      await compressBody(body, encoding, 5);
    memory.set(key, packed);
    remembered += packed.length;
    for (const [oldest, { length }] of memory) {
      if (remembered <= MEMORY) break;
      memory.delete(oldest);
      remembered -= length;
    }
    return packed;
  }

  return async (request, info) => {
    const response = await handler(request, info);
    // A part of a file is one of what is not compressed, which its cache has to know.
    const isPart = response.status === 206;
    if (!isPart && !isCompressible(response)) return response;
    const headers = new Headers(response.headers);
    headers.append("vary", "Accept-Encoding");
    if (isPart) return new Response(response.body, { status: 206, headers });
    const encoding = chooseEncoding(request.headers.get("accept-encoding"));
    if (encoding === undefined) return new Response(response.body, { status: response.status, headers });
    const body = await bodyOf(response, new URL(request.url).pathname, encoding);
    headers.set("content-encoding", encoding);
    // Other bytes than those that parts are of.
    headers.delete("accept-ranges");
    const etag = headers.get("etag");
    if (etag?.startsWith('"')) headers.set("etag", `W/${etag}`);
    headers.set("content-length", String(body.length));
    return new Response(body, { status: response.status, headers });
  };
}
