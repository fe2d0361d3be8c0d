/**
 * What a server, or a proxy before it, wants to see before it lets anybody through (`llm.auth`, `voice.auth`,
 * `hearing.auth`). It is a secret: it is told to that server alone, in a header, and is never part of a message.
 */
import { Buffer } from "node:buffer";
import { resolve } from "node:path";
import { ConfigError } from "./config_error.ts";

/** What takes the place of a field in a file. */
const VARIABLES: Readonly<Record<string, string>> = {
  "llm.auth": "VTUBER_LLM_AUTH",
  store: "VTUBER_STORE",
  bus: "VTUBER_BUS",
};
/** Readable or writable by anybody but the owner, as `chmod` counts. */
const OTHERS = 0o077;

/**
 * The `Authorization` header for a secret as it was written: `user:password`, a token, or either with its scheme
 * before it, as in `Bearer …`. Undefined for what cannot be one.
 */
export function authorizationOf(secret: string): string | undefined {
  const [, scheme = "", rest = ""] = /^(?:(basic|bearer)\s+)?(.*)$/is.exec(secret.trim()) ?? [];
  const isUser = rest.includes(":") && scheme.toLowerCase() !== "bearer";
  if (isUser) return `Basic ${Buffer.from(rest).toString("base64")}`;
  if (!/^[\x21-\x7e]+$/.test(rest)) return undefined;
  // "Basic" without a colon is encoded already.
  return `${scheme.toLowerCase() === "basic" ? "Basic" : "Bearer"} ${rest}`;
}

/** Where a secret is written down. */
export interface WrittenAuth {
  auth?: string | undefined;
  authFile?: string | undefined;
}

/**
 * The `Authorization` header for a server, or undefined where none is configured.
 *
 * @param part of the configuration, such as `llm`, for messages
 * @param folder what `authFile` is relative to
 * @throws {ConfigError} as {@linkcode readSecretFile} does
 */
export async function authorizationFor(
  { auth, authFile }: WrittenAuth,
  part: string,
  folder: string,
): Promise<string | undefined> {
  if (auth !== undefined) return authorizationOf(auth);
  if (authFile === undefined) return undefined;
  return authorizationOf(await readSecretFile(resolve(folder, authFile), `${part}.authFile`));
}

/**
 * The secret that a file holds, and nothing else.
 *
 * @param field which names the file, for messages
 * @throws {ConfigError} when it cannot be read, others may read it, or it holds no secret
 */
export async function readSecretFile(path: string, field: string): Promise<string> {
  let text: string;
  try {
    await refuseOpenFile(path, field);
    text = (await Deno.readTextFile(path)).trim();
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    const why = cause instanceof Deno.errors.NotFound ? "there is no such file" : String(cause);
    throw new ConfigError(`Cannot read ${field} ${path}: ${why}`, { cause });
  }
  if (authorizationOf(text) === undefined) {
    throw new ConfigError(`Cannot use ${field} ${path}: it should hold user:password or a token, and nothing else`);
  }
  return text;
}

/**
 * @param field what is kept in the file, for the message
 * @throws {ConfigError} when others than its owner may read a file. Windows does not tell.
 */
export async function refuseOpenFile(path: string, field: string): Promise<void> {
  const { mode } = await Deno.stat(path);
  if (mode === null || Deno.build.os === "windows" || (mode & OTHERS) === 0) return;
  throw new ConfigError(
    `Cannot use ${field} in ${path}: others on this machine can read the file. Run chmod 600 on it` +
      (field in VARIABLES ? `, or set the variable ${VARIABLES[field]} instead` : ""),
  );
}
