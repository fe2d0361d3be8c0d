/**
 * Ollama's ways of failing, in words that tell the user what to do. What somebody else has answered is never repeated:
 * only Ollama's own `error`, in its own shape, and where a redirect leads.
 */
import { LlmError } from "@/lib/providers/provider.ts";
import { withoutUser } from "@/lib/config/ollama_host.ts";

/** What a request was about, for the words of its error. */
export interface Asked {
  /** Without a password: see `withoutUser()`. */
  host: string;
  model: string;
}

/** More of an error's body than this is not read. */
const MAX_ERROR_BYTES = 64 * 1024;
/** More of what Ollama says than this is not shown. */
const MAX_SHOWN = 300;

/** Turns an answer with a status other than 2xx into an error. Reads a bounded part of its body. */
export async function errorOfAnswer({ status, headers, body }: Response, asked: Asked): Promise<LlmError> {
  if (status >= 300 && status < 400) {
    await body?.cancel();
    const location = headers.get("location");
    return wrongPlace(`${asked.host} redirects${location === null ? "" : ` to ${placeOf(location)}`}`, status);
  }
  const text = await readSome(body);
  const said = parseError(text);
  if (said === undefined) return errorOfPage(text, status, asked);
  if (status === 401) return signIn(said.signInUrl, asked, status);
  if (status === 403) {
    return new LlmError("llm_refused", `Ollama refuses: ${said.text}`, {
      status,
      hint: "Choose a model on this machine",
    });
  }
  if (status === 404) return missing(said.text, asked, status);
  if (status === 503 || status === 429) {
    return new LlmError("llm_busy", `Ollama is busy: ${said.text}`, { status, hint: "Try again in a moment" });
  }
  return errorOfText(said.text, asked, status);
}

/** Turns the `error` of a line, or of a whole answer, into an error. */
export function errorOfValue(value: unknown, asked: Asked): LlmError {
  const text = textOfError(value);
  return text === undefined ? notOllama(asked) : errorOfText(text, asked);
}

function errorOfText(text: string, asked: Asked, status?: number): LlmError {
  const options = status === undefined ? {} : { status };
  if (/not found, try pulling/.test(text)) return missing(text, asked, status);
  if (/unauthorized/i.test(text)) return signIn(undefined, asked, status);
  if (/\bmemory\b/i.test(text)) {
    const hint = "Close other programs, or choose a smaller model";
    return new LlmError("llm_out_of_memory", `Ollama lacks memory: ${text}`, { ...options, hint });
  }
  if (/longer than the context/.test(text)) {
    const hint = "Start a new conversation, or raise `num_ctx` in the options";
    return new LlmError("context_full", `The conversation is too long for ${asked.model}: ${text}`, {
      ...options,
      hint,
    });
  }
  if (/server busy/.test(text)) {
    return new LlmError("llm_busy", `Ollama is busy: ${text}`, { ...options, hint: "Try again in a moment" });
  }
  return new LlmError("llm_failed", `Ollama failed: ${text}`, { ...options, hint: hintFor(text) });
}

function hintFor(text: string): string {
  if (/does not support thinking/.test(text)) {
    return "Leave `think` out of the configuration, or choose a model that thinks";
  }
  if (/does not support (chat|generate)|image generation/.test(text)) return "Choose a model that can talk";
  if (/^option |invalid duration|missing unit|invalid model name/.test(text)) return "Correct it in the configuration";
  if (/runner|unexpected EOF|unexpectedly stopped/.test(text)) return "Try again; if it fails again, restart Ollama";
  return "Try again; Ollama's log says more";
}

/** An answer that is not Ollama's JSON: a refusal without a body, another program, a proxy's page. */
function errorOfPage(text: string, status: number, asked: Asked): LlmError {
  if (status === 403 && text.trim() === "") {
    const hint = "Use 127.0.0.1 as its address, or add this one to OLLAMA_ORIGINS";
    return new LlmError("llm_refused", `Ollama at ${asked.host} refuses our address (403)`, { status, hint });
  }
  if (status === 401 || status === 407) {
    const hint = "Set VTUBER_LLM_AUTH (or `llm.authFile`) to the user:password or the token that it wants";
    return new LlmError("llm_unauthorized", `${asked.host} wants a password or a token (${status})`, { status, hint });
  }
  if (status === 503 || status === 429) {
    return new LlmError("llm_busy", `${asked.host} is busy (${status})`, { status, hint: "Try again in a moment" });
  }
  if (status === 502 || status === 504) {
    const hint = "Start Ollama behind it, or correct `llm.host`";
    return new LlmError("llm_bad_gateway", `A proxy at ${asked.host} cannot reach Ollama (${status})`, {
      status,
      hint,
    });
  }
  if (status >= 500 && text.trim() === "") {
    const hint = "Try again; Ollama's log says more";
    return new LlmError("llm_failed", `Ollama failed without a word (${status})`, { status, hint });
  }
  return wrongPlace(`${asked.host} answers, but it is not Ollama (${status})`, status);
}

/**
 * The JSON object that a text of Ollama's holds: an answer, or one of its lines.
 *
 * @throws {LlmError} when it holds anything else
 */
export function parseObject(text: string, asked: Asked): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw notOllama(asked); // The cause would repeat the text.
  }
  if (typeof value !== "object" || value === null) throw notOllama(asked);
  return value;
}

/** What came in an answer that began well is no JSON of Ollama's, as proxies send. */
function notOllama(asked: Asked): LlmError {
  return new LlmError("llm_wrong_address", `${asked.host} answers, but it is not Ollama`, { hint: CHECK_HOST });
}

const CHECK_HOST = "Check `llm.host` (OLLAMA_HOST): Ollama's usual address is http://127.0.0.1:11434";

function wrongPlace(message: string, status: number): LlmError {
  return new LlmError("llm_wrong_address", message, { status, hint: CHECK_HOST });
}

function missing(text: string, asked: Asked, status?: number): LlmError {
  const options = status === undefined ? {} : { status };
  if (asked.model === "") {
    return new LlmError("model_missing", "No model is chosen", {
      ...options,
      hint: "Set `llm.model`, such as qwen2.5",
    });
  }
  const cause = new Error(text);
  return new LlmError("model_missing", `Model ${asked.model} is not there`, {
    ...options,
    cause,
    hint: `\`ollama pull ${asked.model}\``,
  });
}

function signIn(url: string | undefined, asked: Asked, status?: number): LlmError {
  return new LlmError("sign_in", `Model ${asked.model} runs in Ollama's cloud and wants you to sign in`, {
    ...(status === undefined ? {} : { status }),
    hint: url === undefined ? "`ollama signin`" : `\`ollama signin\`, or open ${url}`,
  });
}

/** Why no answer came at all. Runtimes say it in prose only, so the prose is what there is to go by. */
export function errorOfFetch(cause: unknown, asked: Asked): LlmError {
  if (cause instanceof LlmError) return cause;
  const text = proseOf(cause);
  if (/certificate|\btls\b|\bssl\b|corrupt message|invalid peer/i.test(text)) {
    const hint = "Ollama itself speaks http://, not https://: correct `llm.host` (OLLAMA_HOST)";
    return new LlmError("llm_unreachable", `No secure connection to ${asked.host}`, { cause, hint });
  }
  if (/dns|lookup|resolve|name or service not known/i.test(text)) {
    return new LlmError("llm_unreachable", `No machine is known by the name in ${asked.host}`, {
      cause,
      hint: CHECK_HOST,
    });
  }
  if (/invalid url|bad port|blocked/i.test(text)) {
    return new LlmError("llm_unreachable", `${asked.host} is no address to connect to`, { cause, hint: CHECK_HOST });
  }
  return new LlmError("llm_unreachable", `Ollama is not running at ${asked.host}`, {
    cause,
    hint: "Start it with `ollama serve`",
  });
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
export function incomplete(asked: Asked, cause?: unknown): LlmError {
  const message = `The answer of ${asked.model} broke off before its end`;
  return new LlmError("incomplete", message, { cause, hint: "What came is kept; ask again for a whole answer" });
}

export function timedOut(asked: Asked, limitMs: number, started: boolean): LlmError {
  const limit = limitMs >= 1000 ? `${Math.round(limitMs / 1000)} s` : `${limitMs} ms`;
  return started
    ? new LlmError("timeout", `Nothing more came from Ollama for ${limit}`, {
      hint: "Try again; restart Ollama if it hangs",
    })
    : new LlmError("timeout", `No answer of ${asked.model} began within ${limit}`, {
      hint: "A large model loads slowly: try again, choose a smaller one, or restart Ollama if it hangs",
    });
}

/** Where Ollama's cloud has people sign in. */
const SIGN_IN = "https://ollama.com/";

interface Said {
  text: string;
  signInUrl?: string;
}

function parseError(text: string): Said | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not Ollama's JSON: the caller words it as a foreign page.
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { error, signin_url: url } = value as { error?: unknown; signin_url?: unknown };
  const said = textOfError(error);
  if (said === undefined) return undefined;
  return { text: said, ...(typeof url === "string" && url.startsWith(SIGN_IN) ? { signInUrl: url } : {}) };
}

/** `error` is a string as a rule; it may hold JSON text of the runner, or be an object as in /v1. */
function textOfError(error: unknown): string | undefined {
  if (typeof error === "string") {
    const inner = error.startsWith("{") ? parseError(error)?.text : undefined;
    return clip(inner ?? error);
  }
  const message = (error as { message?: unknown } | null | undefined)?.message;
  return typeof message === "string" ? clip(message) : undefined;
}

/** Where a redirect leads, without what may be secret in it. */
function placeOf(location: string): string {
  return clip(withoutUser(location.replace(/[?#].*$/s, "")));
}

function clip(text: string): string {
  const characters = Array.from(text.slice(0, MAX_SHOWN * 2));
  return characters.length > MAX_SHOWN ? `${characters.slice(0, MAX_SHOWN).join("")}…` : text;
}

async function readSome(body: ReadableStream<Uint8Array> | null): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const bytes of body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    if ((size += bytes.length) > MAX_ERROR_BYTES) break;
  }
  return text;
}
