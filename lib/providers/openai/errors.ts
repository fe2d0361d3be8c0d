/** What servers with OpenAI's protocol answer instead of words, told so that the reader knows what to do. */
import {
  type Asked,
  errorOfForm,
  errorOfPage,
  errorOfRedirect,
  LATER,
  readSome,
  type ServerWords,
} from "@/lib/providers/http/failures.ts";
import { LlmError } from "@/lib/providers/provider.ts";
import type { LlmServer } from "@/lib/protocol/llm_servers.ts";
import { type ServerError, serverErrorOf } from "./error_body.ts";

/** What errors say of such a server. */
export function serverWords({ name, address, needsKey }: LlmServer): ServerWords {
  const shown = address.replace(/^(https:.*):443(?=\/|$)/, "$1");
  const checkHost = `Check \`llm.host\`: the usual address of ${name} is ${shown}`;
  return {
    name,
    kind: "a server with OpenAI's protocol",
    start: needsKey && address.startsWith("https:") ? checkHost : `Start it, or correct \`llm.host\``,
    checkHost,
    insecure: "Most servers of one's own speak http://, not https://: correct `llm.host`",
    unlock: "Set VTUBER_LLM_AUTH (or `llm.authFile`) to the key that it wants",
  };
}

/** An error's request: with the secret that it must not repeat. */
export interface AskedWithKey extends Asked {
  authorization?: string | undefined;
}

/** Turns an answer with a status other than 2xx into an error. Reads a bounded part of its body. */
export async function errorOfAnswer(response: Response, asked: AskedWithKey): Promise<LlmError> {
  const { status, body } = response;
  if (status >= 300 && status < 400) return await errorOfRedirect(response, asked);
  const text = await readSome(body);
  const said = serverErrorOf(parsed(text), asked.authorization);
  // Servers repeat a key, in part, with "unauthorized": then nothing that they say is shown.
  if (status === 401 || status === 407) return unauthorized(asked, status);
  if (said === undefined) return errorOfPage(text, status, asked);
  return errorOfSaid(said, asked, status);
}

/** Turns what came within a stream, or as a whole answer, into an error: it has one, in whatever form. */
export function errorOfValue(value: unknown, asked: AskedWithKey): LlmError {
  const said = serverErrorOf(value, asked.authorization);
  return said === undefined ? errorOfForm(asked) : errorOfSaid(said, asked);
}

/** Whether a server that knows no `stream_options` refuses to be asked for the counts. */
export function refusesUsage({ status, cause }: LlmError): boolean {
  const said = cause instanceof Error ? cause.message : "";
  return (status === 400 || status === 422 || status === 500) &&
    /stream_options|include_usage|extra (inputs|fields|arguments)|(unknown|unrecogni[sz]ed|unexpected|unsupported) (field|argument|parameter|propert|key)/i
      .test(said);
}

function errorOfSaid({ message, kind }: ServerError, asked: AskedWithKey, status?: number): LlmError {
  const { name } = asked.server;
  const number = status ?? (Number(kind.split(" ")[0]) || undefined);
  const cause = new Error(`${message} ${kind}`.trim());
  const error = (code: LlmError["code"], text: string, hint: string) =>
    new LlmError(code, said(text, message), { cause, hint, ...(status !== undefined && { status }) });
  const all = `${message} ${kind}`;

  if (number === 401 || /invalid_api_key|incorrect api key|\bunauthori[sz]ed\b/i.test(all)) {
    return unauthorized(asked, status);
  }
  if (number === 402 || /insufficient_quota|billing|credits/i.test(all)) {
    return error(
      "llm_refused",
      `${name} wants to be paid first`,
      "Look at your account there, or choose another model",
    );
  }
  if (
    /(exceed|longer|larger|maximum|too long).*context|context.*(exceed|overflow|too long|too small)|context_length/i
      .test(all)
  ) {
    return error("context_full", `The conversation is too long for ${asked.model}`, "Start a new conversation");
  }
  if (
    /model_not_found|model.*(not found|does not exist|not exist)|no models? (is |are )?loaded|not a valid model/i.test(
      all,
    )
  ) {
    return error("model_missing", `Model ${asked.model} is not there`, `Choose one that ${name} has, or load it there`);
  }
  if (/out of memory|insufficient memory|not enough memory|cuda error/i.test(all)) {
    return error("llm_out_of_memory", `${name} lacks memory`, "Close other programs, or choose a smaller model");
  }
  if (/loading model/i.test(all)) {
    return error("llm_busy", `${name} is loading its model`, LATER);
  }
  if (number === 429 || number === 503 || /\bbusy\b|overloaded|rate.?limit/i.test(all)) {
    return error("llm_busy", `${name} is busy`, LATER);
  }
  if (number === 403) return error("llm_refused", `${name} refuses`, "Choose another model, or look at your account");
  if (number === 404 || number === 405) {
    return new LlmError("llm_wrong_address", `${asked.host} has no POST /v1/chat/completions (${number})`, {
      cause,
      hint: asked.server.checkHost,
      ...(status !== undefined && { status }),
    });
  }
  return error("llm_failed", `${name} failed`, `Try again; ${name}'s log says more`);
}

/** The server holds the answer, or the rest of it, back. */
export function filtered({ server: { name } }: Asked): LlmError {
  return new LlmError("llm_refused", `${name} holds the answer back by its content filter`, {
    hint: "Say it in other words, or choose another model",
  });
}

function unauthorized({ host, authorization, server }: AskedWithKey, status: number | undefined): LlmError {
  const what = authorization === undefined ? "wants a key" : "does not take this key";
  return new LlmError("llm_unauthorized", `${server.name} at ${host} ${what}`, {
    hint: server.unlock,
    ...(status !== undefined && { status }),
  });
}

function said(text: string, message: string): string {
  return message === "" ? text : `${text}: ${message}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // No form of such servers: the caller words it as a foreign page.
  }
}
