/**
 * How servers of language models fail, in words that tell the reader what to do. What somebody else than the server has
 * answered is never repeated; of a redirect, where it leads.
 */
import { LlmError } from "@/lib/providers/provider.ts";
import { withoutUser } from "@/lib/config/ollama_host.ts";

/** What errors say of a kind of server. */
export interface ServerWords {
  /** What people call it, such as "Ollama". */
  name: string;
  /** What it is, such as "an OpenAI-compatible server". */
  kind: string;
  /** How it is started. */
  start: string;
  /** What to do where something else is at the address. */
  checkHost: string;
  /** What to do where no secure connection comes about. */
  insecure: string;
  /** What to do where a password or a key is wanted. */
  unlock: string;
}

/** What a request was about. */
export interface Asked {
  server: ServerWords;
  /** Without a password: see `withoutUser()`. */
  host: string;
  model: string;
}

/** More of an error's body than this is not read. */
const MAX_ERROR_BYTES = 64 * 1024;
/** More of what a server says than this is not shown. */
const MAX_SHOWN = 300;

/** An answer that sends elsewhere. */
export async function errorOfRedirect({ status, headers, body }: Response, asked: Asked): Promise<LlmError> {
  await body?.cancel();
  const location = headers.get("location");
  return wrongPlace(`${asked.host} redirects${location === null ? "" : ` to ${placeOf(location)}`}`, status, asked);
}

/** An answer with a status other than 2xx that is not in the server's own form: of another program, or of a proxy. */
export function errorOfPage(text: string, status: number, asked: Asked): LlmError {
  const { host, server } = asked;
  if (status === 401 || status === 407) {
    return new LlmError("llm_unauthorized", `${host} wants a password or a token (${status})`, {
      status,
      hint: server.unlock,
    });
  }
  if (status === 503 || status === 429) {
    return new LlmError("llm_busy", `${host} is busy (${status})`, { status, hint: LATER });
  }
  if (status === 502 || status === 504) {
    const hint = `Start ${server.name} behind it, or correct \`llm.host\``;
    return new LlmError("llm_bad_gateway", `A proxy at ${host} cannot reach ${server.name} (${status})`, {
      status,
      hint,
    });
  }
  if (status >= 500 && text.trim() === "") {
    const hint = `Try again; ${server.name}'s log says more`;
    return new LlmError("llm_failed", `${server.name} failed without a word (${status})`, { status, hint });
  }
  return wrongPlace(`${host} answers, but it is not ${server.kind} (${status})`, status, asked);
}

/** What to do where a server has too much to do. */
export const LATER = "Try again in a moment";

/** What came in an answer that began well is not in the server's form, as proxies send. */
export function errorOfForm({ host, server }: Asked): LlmError {
  return new LlmError("llm_wrong_address", `${host} answers, but it is not ${server.kind}`, { hint: server.checkHost });
}

function wrongPlace(message: string, status: number, { server }: Asked): LlmError {
  return new LlmError("llm_wrong_address", message, { status, hint: server.checkHost });
}

/** Why no answer came at all. Runtimes say it in prose only, so the prose is what there is to go by. */
export function errorOfFetch(cause: unknown, { host, server }: Asked): LlmError {
  if (cause instanceof LlmError) return cause;
  const text = proseOf(cause);
  const because = (message: string, hint: string) => new LlmError("llm_unreachable", message, { cause, hint });
  if (/certificate|\btls\b|\bssl\b|corrupt message|invalid peer/i.test(text)) {
    return because(`No secure connection to ${host}`, server.insecure);
  }
  if (/dns|lookup|resolve|name or service not known/i.test(text)) {
    return because(`No machine is known by the name in ${host}`, server.checkHost);
  }
  if (/invalid url|bad port|blocked/i.test(text)) {
    return because(`${host} is no address to connect to`, server.checkHost);
  }
  return because(`${server.name} is not running at ${host}`, server.start);
}

/** True when asking again could help: the connection was made and broke before any byte came back. */
export function brokeBeforeAnswer(error: unknown): boolean {
  return !(error instanceof LlmError) &&
    !/\(Connect\)|cannot connect|refused|invalid url|blocked/i.test(proseOf(error));
}

/** What an error and its causes say. */
function proseOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${proseOf(error.cause)}`;
}

/** The stream is over, the answer is not. */
export function incomplete({ model }: Asked, cause?: unknown): LlmError {
  const message = `The answer of ${model} broke off before its end`;
  return new LlmError("incomplete", message, { cause, hint: "What came is kept; ask again for a whole answer" });
}

/** Nothing, or nothing more, came in time. */
export function timedOut({ model, server: { name } }: Asked, limitMs: number, started: boolean): LlmError {
  const limit = limitMs >= 1000 ? `${Math.round(limitMs / 1000)} s` : `${limitMs} ms`;
  return started
    ? new LlmError("timeout", `Nothing more came from ${name} for ${limit}`, {
      hint: `Try again; restart ${name} if it hangs`,
    })
    : new LlmError("timeout", `No answer of ${model} began within ${limit}`, {
      hint: `A large model loads slowly: try again, choose a smaller one, or restart ${name} if it hangs`,
    });
}

/** @throws {LlmError} where nothing is asked: servers would load their model and say nothing */
export function refuseEmpty(messages: readonly { content: string }[]): void {
  if ((messages.at(-1)?.content ?? "").trim() !== "") return;
  throw new LlmError("empty_prompt", "Cannot answer an empty prompt", { hint: "Write something first" });
}

/** Where a redirect leads, without what may be secret in it. */
function placeOf(location: string): string {
  return clip(withoutUser(location.replace(/[?#].*$/s, "")));
}

/** The beginning of what a server says, as much as is shown. */
export function clip(text: string): string {
  const characters = Array.from(text.slice(0, MAX_SHOWN * 2));
  return characters.length > MAX_SHOWN ? `${characters.slice(0, MAX_SHOWN).join("")}…` : text;
}

/** The beginning of an error's body. */
export async function readSome(body: ReadableStream<Uint8Array> | null): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const bytes of body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    if ((size += bytes.length) > MAX_ERROR_BYTES) break;
  }
  return text;
}
