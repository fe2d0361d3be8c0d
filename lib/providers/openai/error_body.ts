/** Errors in the forms of servers with OpenAI's protocol. */
import { z } from "zod";

/** How much of a server's own words is repeated, in UTF-16 units. */
const MAX_WORDS = 200;

const coded = z.object({
  message: z.string(),
  code: z.union([z.string(), z.number()]).nullish(),
  type: z.string().nullish(),
});

/** The error itself, in whatever stands around it. */
const errorValue = z.union([
  coded.transform(({ message, code, type }) => ({ message, kind: [code, type].filter(Boolean).join(" ") })),
  // KoboldCpp.
  z.object({ msg: z.string(), type: z.string().nullish() }).transform(({ msg, type }) => ({
    message: msg,
    kind: type ?? "",
  })),
  z.string().transform((message) => ({ message, kind: "" })),
  // FastAPI, where it checks what it is asked.
  z.array(z.object({ msg: z.string(), loc: z.array(z.union([z.string(), z.number()])).optional() })).nonempty()
    .transform((list) => ({
      message: list.map(({ msg, loc }) => [loc?.at(-1), msg].filter((part) => part !== undefined).join(": ")).join(
        "; ",
      ),
      kind: "",
    })),
]);

/** OpenAI, llama.cpp, LM Studio, LocalAI and newer vLLM: `error`. FastAPI and KoboldCpp: `detail`. Older vLLM: bare. */
const errorBody = z.union([
  z.object({ error: errorValue }).transform(({ error }) => error),
  z.object({ detail: errorValue }).transform(({ detail }) => detail),
  coded.transform(({ message, code, type }) => ({ message, kind: [code, type].filter(Boolean).join(" ") })),
]);

export interface ServerError {
  /** In the server's words, on one line. */
  message: string;
  /** Its code and type, such as "model_not_found invalid_request_error"; empty where it has none. */
  kind: string;
}

/** What of a text looks like a key: servers repeat them with what was wrong. */
const KEYS = /\b(?:sk|key|hf|gsk)[-_][\w*.…-]{6,}/g;

/**
 * The error that a parsed body holds; undefined where it is in no such form.
 *
 * @param secret the `Authorization` header it was asked with: words that repeat it are not
 */
export function serverErrorOf(value: unknown, secret?: string): ServerError | undefined {
  const { data } = errorBody.safeParse(value);
  if (data === undefined) return undefined;
  const message = data.message.replace(/\s+/g, " ").trim();
  const known = secret?.replace(/^\w+ /, "");
  if (known !== undefined && message.includes(known)) return { message: "", kind: "" };
  return { message: message.replace(KEYS, "…").slice(0, MAX_WORDS), kind: data.kind };
}
