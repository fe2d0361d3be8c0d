import type { SentMessage } from "@/lib/providers/images.ts";

/** How a server is asked; what is absent is left to it. */
export interface RequestSettings {
  /** Of {@linkcode LLM_SERVERS}: what a server has beyond OpenAI's protocol. */
  server: string;
  think?: boolean | "low" | "medium" | "high" | "max";
  /** Further fields, such as `temperature`. */
  options?: Record<string, unknown>;
}

/** Servers that hand `chat_template_kwargs` on to the model's template. */
const WITH_TEMPLATE_FIELDS = ["llamacpp", "vllm"];

/** @param usage whether to ask for the counts of tokens */
export function requestBody(
  { model, messages }: { model: string; messages: readonly SentMessage[] },
  { server, think, options }: RequestSettings,
  usage: boolean,
): Record<string, unknown> {
  // An answer that has been begun is gone on with; vLLM would begin another one behind it.
  const goesOn = server === "vllm" && messages.at(-1)?.role === "assistant";
  return {
    model,
    messages: messages.map(messageOf),
    stream: true,
    ...(usage && { stream_options: { include_usage: true } }),
    ...thinkingFields(server, think),
    ...(goesOn && { add_generation_prompt: false, continue_final_message: true }),
    ...options,
  };
}

/** A message with images has parts; one without stays the text that every server knows. */
function messageOf({ role, content, images }: SentMessage): Record<string, unknown> {
  if (images === undefined) return { role, content };
  const shown = images.map(({ type, base64 }) => ({
    type: "image_url",
    image_url: { url: `data:${type};base64,${base64}` },
  }));
  return { role, content: [{ type: "text", text: content }, ...shown] };
}

function thinkingFields(server: string, think: RequestSettings["think"]): Record<string, unknown> {
  if (think === undefined) return {};
  if (typeof think === "string") return { reasoning_effort: think === "max" ? "high" : think };
  return WITH_TEMPLATE_FIELDS.includes(server) ? { chat_template_kwargs: { enable_thinking: think } } : {};
}
