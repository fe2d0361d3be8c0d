import type { SentMessage } from "@/lib/providers/images.ts";
import { STOP_WORDS, transcriptOf } from "./transcript.ts";

/** How Ollama is asked; what is absent is left to Ollama. */
export interface RequestSettings extends LoadingSettings {
  api: "generate" | "chat";
  think?: boolean | "low" | "medium" | "high" | "max";
}

/** How a model is loaded, and for how long. */
interface LoadingSettings {
  /** Seconds, or a Go duration such as "10m". */
  keepAlive?: number | string | undefined;
  /** Ollama's model options, such as `temperature` or `num_ctx`. */
  options?: Record<string, unknown>;
}

/** The JSON of a request. A lone user message in generate mode gives exactly `{model, prompt, stream}`. */
export function requestBody(
  { model, messages }: { model: string; messages: readonly SentMessage[] },
  { api, think, keepAlive, options: wanted = {} }: RequestSettings,
): Record<string, unknown> {
  const isTranscript = api === "generate" && spokenOf(messages).length > 1;
  const options = isTranscript ? withStopWords(wanted) : wanted;
  return {
    model,
    ...(api === "chat" ? { messages: messages.map(messageOf) } : promptOf(messages)),
    stream: true,
    ...(think === undefined ? {} : { think }),
    ...loadingFields({ keepAlive, options }),
  };
}

/** The JSON that loads a model and asks it nothing. The options are those of every prompt: others would load it anew. */
export function preloadBody(model: string, settings: LoadingSettings): Record<string, unknown> {
  return {
    model,
    stream: false,
    ...loadingFields(settings),
  };
}

function loadingFields({ keepAlive, options = {} }: LoadingSettings): Record<string, unknown> {
  return {
    ...(keepAlive === undefined ? {} : { keep_alive: duration(keepAlive) }),
    ...(Object.keys(options).length === 0 ? {} : { options }),
  };
}

function withStopWords(options: Record<string, unknown>): Record<string, unknown> {
  const { stop } = options;
  const wanted = typeof stop === "string" ? [stop] : Array.isArray(stop) ? stop : [];
  return { ...options, stop: [...wanted, ...STOP_WORDS] };
}

/** Ollama refuses a number in a string ("time: missing unit in duration"), which is how environments give it. */
function duration(value: number | string): number | string {
  return typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value;
}

/** A message as `/api/chat` has it. */
function messageOf({ role, content, images }: SentMessage): Record<string, unknown> {
  return { role, content, ...(images && { images: images.map(({ base64 }) => base64) }) };
}

/** The conversation as `prompt` and `system`: one message as it stands, several as a transcript to be continued. */
function promptOf(messages: readonly SentMessage[]): { prompt: string; system?: string; images?: string[] } {
  const system = messages.filter(({ role }) => role === "system").map(({ content }) => content).join("\n\n");
  const spoken = spokenOf(messages);
  const [only] = spoken;
  const prompt = only !== undefined && spoken.length === 1 ? only.content : transcriptOf(spoken);
  const images = messages.flatMap(({ images = [] }) => images.map(({ base64 }) => base64));
  return { prompt, ...(system !== "" && { system }), ...(images.length > 0 && { images }) };
}

function spokenOf(messages: readonly SentMessage[]): SentMessage[] {
  return messages.filter(({ role }) => role !== "system");
}
