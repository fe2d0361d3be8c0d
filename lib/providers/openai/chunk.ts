/** What a part of an answer says, as the various servers write it. */

export interface Said {
  text: string;
  thinking: string;
  /** Why the answer is over, in the server's word; absent while it is not. */
  reason?: string;
  usage?: { promptTokens?: number; outputTokens?: number };
  /** True where it tells of a failure. */
  failed: boolean;
}

/** What is read of an object. Fields are checked where they are used. */
interface Chunk {
  choices?: {
    delta?: Delta | null;
    message?: Delta | null;
    text?: unknown;
    finish_reason?: unknown;
    error?: unknown;
  }[];
  usage?: { prompt_tokens?: unknown; completion_tokens?: unknown } | null;
  error?: unknown;
  /** Older vLLM: "error". */
  object?: unknown;
}

interface Delta {
  content?: unknown;
  refusal?: unknown;
  reasoning_content?: unknown;
  reasoning?: unknown;
}

/** Reads a chunk of a stream, or a whole answer. */
export function readChunk(value: object): Said {
  const { choices, usage, error, object } = value as Chunk;
  const choice = Array.isArray(choices) ? choices[0] ?? undefined : undefined;
  // In a stream the rest of the message comes as `delta`; in a whole answer all of it as `message`.
  const delta = choice?.delta ?? choice?.message ?? undefined;
  const reason = choice?.finish_reason;
  const counts = countsOf(usage);
  return {
    text: textOf(delta?.content) || textOf(delta?.refusal) || textOf(choice?.text),
    thinking: textOf(delta?.reasoning_content) || textOf(delta?.reasoning) || thoughtOf(delta?.content),
    ...(typeof reason === "string" && reason !== "" && { reason }),
    ...(counts !== undefined && { usage: counts }),
    failed: isThere(error) || isThere(choice?.error) || object === "error",
  };
}

function isThere(error: unknown): boolean {
  return error !== undefined && error !== null && error !== false && error !== "";
}

function countsOf(usage: Chunk["usage"]): Said["usage"] {
  if (typeof usage !== "object" || usage === null) return undefined;
  const { prompt_tokens: prompt, completion_tokens: output } = usage;
  return {
    ...(typeof prompt === "number" && prompt > 0 && { promptTokens: prompt }),
    ...(typeof output === "number" && output > 0 && { outputTokens: output }),
  };
}

/** Content is text, or a list of parts of which some are. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part: { type?: unknown; text?: unknown }) => part?.type === "text" ? textOf(part.text) : "")
    .join("");
}

/** Mistral's thoughts are parts of the content. */
function thoughtOf(content: unknown): string {
  if (!Array.isArray(content)) return "";
  return content.map((part: { type?: unknown; thinking?: unknown }) =>
    part?.type === "thinking" ? textOf(part.thinking) : ""
  ).join("");
}
