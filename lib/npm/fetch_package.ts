/** Brings a package from its registry by HTTP, for a program that has no client of npm. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { NpmError } from "./npm_error.ts";
import { type Registry, registryOf } from "./registry.ts";
import { unpack } from "@/lib/downloads/unpack.ts";
import { bodyBytes } from "@/lib/providers/http/body_bytes.ts";
import { Watchdog } from "@/lib/providers/http/watchdog.ts";

/** Longest silence of a registry, in milliseconds. */
const IDLE_MS = 30_000;

/** What a registry tells of a package, as far as it is needed. */
const ABOUT = z.object({ versions: z.record(z.string(), z.unknown()) });
const VERSION = z.object({ dist: z.object({ tarball: z.url(), integrity: z.string() }) });

export interface FetchPackageOptions {
  signal: AbortSignal;
  /** Default: as this machine has it configured. */
  registry?: Registry;
  /** Default: 30 s. */
  idleMs?: number;
}

/**
 * Brings a package into `node_modules` of a folder that is there, without what it depends on.
 *
 * @throws {NpmError} when the registry does not have it, or what comes is not what the registry has told
 * @throws {DownloadError} when it cannot be unpacked
 * @throws the reason of `signal`
 */
export async function fetchPackage(
  name: string,
  version: string,
  folder: string,
  { signal, registry: given, idleMs = IDLE_MS }: FetchPackageOptions,
): Promise<void> {
  const registry = given ?? registryOf(name);
  const archive = join(folder, "package.tgz");
  try {
    const { tarball, integrity } = await distOf(name, version, registry, { signal, idleMs });
    const digest = await save(bytesOf(tarball, registry, { signal, idleMs }), archive);
    if (!integrity.split(/\s+/).includes(digest)) {
      throw new NpmError(`${tarball} is not what ${registry.url} has told: it is ${digest} instead of ${integrity}`);
    }
  } catch (cause) {
    signal.throwIfAborted();
    throw new NpmError(`Cannot download ${name} ${version} from npm: ${messageOf(cause)}`, { cause });
  }
  await unpack({ archive, format: "tar.gz", folder: join(folder, "node_modules", name) }, { signal, onBytes() {} });
  await Deno.remove(archive);
}

type Reading = Required<Pick<FetchPackageOptions, "signal" | "idleMs">>;

/** Where the archive of a version is, and its checksum. */
async function distOf(name: string, version: string, registry: Registry, reading: Reading) {
  const url = registry.url + name.replace("/", "%2f");
  const text = new TextDecoder();
  let json = "";
  for await (const chunk of bytesOf(url, registry, reading)) json += text.decode(chunk, { stream: true });
  const about = ABOUT.safeParse(JSON.parse(json));
  if (!about.success) throw new NpmError(`${url} does not tell its versions`);
  const found = VERSION.safeParse(about.data.versions[version]);
  if (!found.success) throw new NpmError(`${url} does not tell where this version is, and its checksum`);
  return found.data.dist;
}

/**
 * What an address answers with.
 *
 * @throws {NpmError} when that is a refusal, or the host falls silent
 */
async function* bytesOf(url: string, registry: Registry, { signal, idleMs }: Reading): AsyncGenerator<Uint8Array> {
  const silence = new AbortController();
  const reason = new NpmError(`${url} has stood still for ${Math.round(idleMs / 1_000)} s`);
  const watchdog = new Watchdog(() => silence.abort(reason));
  const either = AbortSignal.any([signal, silence.signal]);
  try {
    watchdog.begin(idleMs);
    for await (const chunk of bodyBytes(await ask(url, registry, either), { signal: either })) {
      watchdog.end();
      yield chunk;
      watchdog.begin(idleMs);
    }
  } finally {
    watchdog.stop();
  }
}

async function ask(url: string, { url: ours, authorization }: Registry, signal: AbortSignal): Promise<Response> {
  const headers = new Headers({ accept: "application/vnd.npm.install-v1+json, application/json;q=0.9, */*;q=0.5" });
  // An archive may lie with somebody else, whom that does not concern.
  if (authorization !== undefined && url.startsWith(ours)) headers.set("authorization", authorization);
  const response = await fetch(url, { headers, signal });
  if (response.ok) return response;
  await response.body?.cancel();
  throw new NpmError(`${url} answers ${response.status}`);
}

/** Writes bytes to a file. Gives their checksum as registries write them. */
async function save(bytes: AsyncIterable<Uint8Array>, path: string): Promise<string> {
  const hash = createHash("sha512");
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  for await (const chunk of bytes) {
    hash.update(chunk);
    for (let written = 0; written < chunk.length;) written += await file.write(chunk.subarray(written));
  }
  return `sha512-${hash.digest("base64")}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
