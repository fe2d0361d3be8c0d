/**
 * Ollama's ways of failing, in words that tell the user what to do. What somebody else has answered is never repeated:
 * only Ollama's own `error`, in its own shape.
 */
import {
  type Asked,
  clip,
  errorOfForm,
  errorOfPage,
  errorOfRedirect,
  LATER,
  readSome,
  type ServerWords,
} from "@/lib/providers/http/failures.ts";
import { LlmError } from "@/lib/providers/provider.ts";

export const OLLAMA_WORDS: ServerWords = {
  name: "Ollama",
  kind: "Ollama",
  start: "Start it with `ollama serve`",
  checkHost: "Check `llm.host` (OLLAMA_HOST): Ollama's usual address is http://127.0.0.1:11434",
  insecure: "Ollama itself speaks http://, not https://: correct `llm.host` (OLLAMA_HOST)",
  unlock: "Set VTUBER_LLM_AUTH (or `llm.authFile`) to the user:password or the token that it wants",
};

/** Turns an answer with a status other than 2xx into an error. Reads a bounded part of its body. */
export async function errorOfAnswer(response: Response, asked: Asked): Promise<LlmError> {
  const { status, body } = response;
  if (status >= 300 && status < 400) return await errorOfRedirect(response, asked);
  const text = await readSome(body);
  const said = parseError(text);
  if (said === undefined && status === 403 && text.trim() === "") {
    const hint = "Use 127.0.0.1 as its address, or add this one to OLLAMA_ORIGINS";
    return new LlmError("llm_refused", `Ollama at ${asked.host} refuses our address (403)`, { status, hint });
  }
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
    return new LlmError("llm_busy", `Ollama is busy: ${said.text}`, { status, hint: LATER });
  }
  return errorOfText(said.text, asked, status);
}

/** Turns the `error` of a line, or of a whole answer, into an error. */
export function errorOfValue(value: unknown, asked: Asked): LlmError {
  const text = textOfError(value);
  return text === undefined ? errorOfForm(asked) : errorOfText(text, asked);
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
    return new LlmError("llm_busy", `Ollama is busy: ${text}`, { ...options, hint: LATER });
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
    throw errorOfForm(asked); // The cause would repeat the text.
  }
  if (typeof value !== "object" || value === null) throw errorOfForm(asked);
  return value;
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
