/** What is refused before anything is generated, with Ollama's own words. */
import { Buffer } from "node:buffer";
import { findModel, type StubModel } from "./models.ts";
import type { Generation } from "./play.ts";
import type { Api } from "./wire.ts";

export interface Refusal {
  status: number;
  error: string;
}

/** Reads a request body as Ollama's handlers do. */
export function readAsk(api: Api, body: string, models: StubModel[]): Generation | Refusal {
  if (body.trim() === "") return refuse(400, "missing request body");
  let ask: unknown;
  try {
    ask = JSON.parse(body);
  } catch {
    // Go's decoder has other words than V8 for the same fault; a client can only see that it is one.
    return refuse(400, "invalid character 'x' looking for beginning of value");
  }
  const fields = typeof ask === "object" && ask !== null ? ask as Record<string, unknown> : {};
  return wrongType(api, fields) ?? wrongModel(api, fields, models) ?? {
    api,
    model: String(fields.model),
    prompt: promptOf(api, fields),
    told: toldIn(api, fields),
    // Ollama streams unless it is told not to, OpenAI only when it is told to.
    stream: api === "openai" ? fields.stream === true : fields.stream !== false,
    usage: (fields.stream_options as { include_usage?: unknown } | undefined)?.include_usage === true,
  };
}

function wrongType(api: Api, fields: Record<string, unknown>): Refusal | undefined {
  const types: [string, string][] = [["model", "string"], ["stream", "boolean"], ["options", "object"]];
  if (api === "generate") types.push(["prompt", "string"], ["system", "string"]);
  for (const [name, type] of types) {
    const value = fields[name];
    if (value !== undefined && value !== null && typeof value !== type) {
      return refuse(400, `json: cannot unmarshal ${typeof value} into Go struct field ${name} of type ${type}`);
    }
  }
  if (api !== "generate" && fields.messages !== undefined && !Array.isArray(fields.messages)) {
    return refuse(400, `json: cannot unmarshal ${typeof fields.messages} into Go struct field messages`);
  }
  const { keep_alive: keepAlive, options } = fields;
  if (typeof keepAlive === "boolean") return refuse(400, "time: invalid duration");
  if (typeof keepAlive === "string" && !/^-?(0|([\d.]+(ns|us|µs|ms|s|m|h))+)$/.test(keepAlive)) {
    return refuse(400, `time: missing unit in duration "${keepAlive}"`);
  }
  const temperature = (options as { temperature?: unknown } | undefined)?.temperature;
  // A wrong option comes as a failure of the server, not of the request.
  if (typeof temperature === "string") return refuse(500, 'option "temperature" must be of type float32');
  return undefined;
}

function wrongModel(api: Api, fields: Record<string, unknown>, models: StubModel[]): Refusal | undefined {
  const name = typeof fields.model === "string" ? fields.model.trim() : "";
  if (name === "") return api === "generate" ? refuse(404, "model '' not found") : refuse(400, "model is required");
  if (/\s|:$/.test(name)) return refuse(400, "invalid model name");
  const model = findModel(models, name);
  if (model === undefined) return refuse(404, `model '${name}' not found`);
  const can = model.capabilities ?? ["completion"];
  if (can.length > 0 && !can.includes("completion")) return refuse(400, `"${name}" does not support ${api}`);
  if (api === "openai" && !(fields.messages as unknown[] | undefined)?.length) {
    return refuse(400, "[] is too short - 'messages'");
  }
  const thinks = fields.think !== undefined && fields.think !== null && fields.think !== false;
  if (thinks && !can.includes("thinking")) return refuse(400, `"${name}" does not support thinking`);
  return undefined;
}

function promptOf(api: Api, fields: Record<string, unknown>): string {
  if (api === "generate") return typeof fields.prompt === "string" ? fields.prompt : "";
  const messages = Array.isArray(fields.messages) ? fields.messages as { content?: unknown }[] : [];
  return textOf(messages.at(-1)?.content);
}

function toldIn(api: Api, { system, prompt, messages }: Record<string, unknown>): string {
  if (api === "generate") return [system, prompt].filter((text) => typeof text === "string").join("\n");
  return (Array.isArray(messages) ? messages as { content?: unknown }[] : []).map(({ content }) => textOf(content))
    .join("\n");
}

/** A message's text; of one in parts, as OpenAI's protocol has it, those that are text. */
function textOf(content: unknown): string {
  if (!Array.isArray(content)) return String(content ?? "");
  return (content as { text?: unknown }[]).map(({ text }) => text).filter((text) => typeof text === "string").join("");
}

/** The bytes of all images in a request, in the form of either protocol. */
export function imagesIn(body: unknown): Uint8Array[] {
  const { images = [], messages = [] } = (body ?? {}) as { images?: string[]; messages?: Message[] };
  if (!Array.isArray(messages)) return [];
  const shown = messages.flatMap(({ images = [], content }) => [
    ...images,
    ...(Array.isArray(content) ? content : []).map(({ image_url }) => image_url?.url.replace(/^data:[^,]*,/, "")),
  ]);
  return [...images, ...shown].filter((base64) => base64 !== undefined).map((base64) => Buffer.from(base64, "base64"));
}

interface Message {
  images?: string[];
  content?: string | { image_url?: { url: string } }[];
}

function refuse(status: number, error: string): Refusal {
  return { status, error };
}
