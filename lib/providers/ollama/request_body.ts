import type { ChatMessage, GenerateRequest } from "@/lib/providers/provider.ts";

/** How Ollama is asked; what is absent is left to Ollama. */
export interface RequestSettings {
  api: "generate" | "chat";
  think?: boolean | "low" | "medium" | "high" | "max";
  /** Seconds, or a Go duration such as "10m". */
  keepAlive?: number | string;
  /** Ollama's model options, such as `temperature` or `num_ctx`. */
  options?: Record<string, unknown>;
}

/** The JSON of a request. A lone user message in generate mode gives exactly `{model, prompt, stream}`. */
export function requestBody(
  { model, messages }: GenerateRequest,
  { api, think, keepAlive, options }: RequestSettings,
): Record<string, unknown> {
  return {
    model,
    ...(api === "chat" ? { messages } : promptOf(messages)),
    stream: true,
    ...(think === undefined ? {} : { think }),
    ...(keepAlive === undefined ? {} : { keep_alive: duration(keepAlive) }),
    ...(options === undefined || Object.keys(options).length === 0 ? {} : { options }),
  };
}

/** Ollama refuses a number in a string ("time: missing unit in duration"), which is how environments give it. */
function duration(value: number | string): number | string {
  return typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value;
}

/** The conversation as `prompt` and `system`: one message as it stands, several as a transcript to be continued. */
function promptOf(messages: readonly ChatMessage[]): { prompt: string; system?: string } {
  const system = messages.filter(({ role }) => role === "system").map(({ content }) => content).join("\n\n");
  const spoken = messages.filter(({ role }) => role !== "system");
  const [only] = spoken;
  const prompt = only !== undefined && spoken.length === 1
    ? only.content
    : [...spoken.map(({ role, content }) => `${role === "user" ? "User" : "Assistant"}: ${content}`), "Assistant:"]
      .join("\n");
  return system === "" ? { prompt } : { prompt, system };
}
