/** Language models, and who has them. */
import { z } from "zod";
import { authorizationOf } from "@/lib/config/model_auth.ts";
import { modelOptions } from "@/lib/config/model_options.ts";
import { PROVIDER_IDS, usualAddress } from "@/lib/config/provider_ids.ts";
import { DECLARED_PATHS } from "@/lib/protocol/roles.ts";
import { connectable, PLAIN_PATH, SECRET, text, whole } from "./fields.ts";

const DURATION = 'seconds, or a duration such as "10m"';

const GO_DURATION = /^-?(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/;

/** Paths the server answers itself: the socket cannot live there. */
const RESERVED_PATHS = DECLARED_PATHS.filter((path) => !path.endsWith("/*"));

const RESERVED_FOLDERS = DECLARED_PATHS.filter((path) => path.endsWith("/*")).map((path) => path.slice(0, -2));

/** A language model and who has it. */
const mindFields = {
  provider: z.enum(PROVIDER_IDS).default("ollama").describe(
    "Who answers: Ollama, the built-in demo, or a server with OpenAI's protocol: llama.cpp, LM Studio, vLLM, KoboldCpp, Jan, text-generation-webui (textgen), LocalAI, OpenAI, OpenRouter, or another one (openai-compatible).",
  ),
  model: text("the name of a model, such as qwen2.5").default("qwen2.5").describe("The language model."),
  host: z.string().transform(connectable).optional().describe(
    "Where the language model's server listens, with a path where it lies below one; as usual for it when absent. OLLAMA_HOST takes its place when set, for Ollama alone, and is read as Ollama reads it.",
  ),
  hosts: z.array(z.string().transform(connectable), { error: "a list of addresses" }).default([]).describe(
    "Addresses of several servers that have the same model and share the work, in place of host.",
  ),
  auth: z.string().refine((secret) => authorizationOf(secret) !== undefined, SECRET).optional().describe(
    "What that server, or a proxy before it, wants: user:password, or a key. A secret: set VTUBER_LLM_AUTH, or authFile, or let nobody else read this file.",
  ),
  authFile: text("a file").optional().describe(
    "A file that holds what auth says, and that only its owner can read; relative to this file's folder.",
  ),
  allowLinkLocal: z.boolean().default(false).describe(
    "Whether host may be a link-local address (169.254.0.0/16, fe80::/10) or one at which a cloud tells its secrets.",
  ),
  api: z.enum(["generate", "chat"]).default("chat")
    .describe("Which of Ollama's interfaces is asked: chat (messages) or generate (a lone prompt)."),
  think: z.union([z.boolean(), z.enum(["low", "medium", "high", "max"])], {
    error: 'true, false, "low", "medium", "high" or "max"',
  }).optional().describe(
    "Whether a thinking model thinks first, and how long. Left to the server when absent, and left out for a model that cannot think.",
  ),
  vision: z.boolean().optional().describe(
    "Whether the model can see images, where its server does not tell. Ollama tells.",
  ),
  keepAlive: z.union([z.number({ error: DURATION }), z.string().regex(GO_DURATION, { error: DURATION })], {
    error: DURATION,
  }).optional().describe(
    "How long Ollama keeps the model loaded: seconds, or a duration such as 10m; -1 for ever.",
  ),
  preload: z.boolean().default(true).describe(
    "Whether the model is loaded while the first message is being written, where its server loads models when they are asked for, as Ollama does.",
  ),
  contextLength: whole(256, 10_000_000).optional()
    .describe("Context length in tokens. Asked from the server when absent."),
  options: modelOptions.prefault({})
    .describe("Further options for the server, such as temperature, as its documentation names them."),
};

export const mind = z.object(mindFields).transform(withUsualHost);

export const llm = z.object({
  ...mindFields,
  use: text("one of llms").optional().describe(
    "Which of llms answers, in place of the one that is described here. A character may name another one.",
  ),
  fallbacks: z.array(text("one of llms, or llm"), { error: "a list of names" }).default([]).describe(
    "Who answers, one after the other, when the chosen language model cannot be reached: names of llms, or llm for the one that is described here.",
  ),
  fallback: z.enum(["demo", "none"]).default("demo")
    .describe("Who answers when no language model can be reached: the built-in demo, or nobody."),
  wsPath: z.string().transform(wsPath).default("/ws").describe("The path of the WebSocket."),
}).transform(withUsualHost);

function withUsualHost<T extends { provider: string; host?: string | undefined }>(mind: T): T & { host: string } {
  return { ...mind, host: mind.host ?? usualAddress(mind.provider) };
}

function wsPath(value: string, context: z.RefinementCtx): string {
  const path = value.startsWith("/") ? value : `/${value}`;
  const reserved = RESERVED_PATHS.some((taken) => taken === path) ||
    RESERVED_FOLDERS.some((folder) => path === folder || path.startsWith(`${folder}/`));
  if (reserved || !PLAIN_PATH.test(path)) {
    const message = `a path such as "/ws" that the page does not use itself (${
      [...RESERVED_PATHS.slice(1), ...RESERVED_FOLDERS].join(", ")
    } are taken)`;
    context.addIssue({ code: "custom", message, input: value });
    return z.NEVER;
  }
  return path;
}
