/** What servers with OpenAI's protocol tell of their models, each in its way. */
import type { StubModel } from "./models.ts";
import { goJson } from "./wire.ts";

export const SERVER_KINDS = ["ollama", "llamacpp", "lmstudio", "vllm", "koboldcpp", "openrouter", "openai"] as const;

/** Whom the stub plays. */
export type ServerKind = typeof SERVER_KINDS[number];

const OWNERS: Record<ServerKind, string> = {
  ollama: "library",
  llamacpp: "llamacpp",
  lmstudio: "organization_owner",
  vllm: "vllm",
  koboldcpp: "koboldcpp",
  openrouter: "",
  openai: "system",
};

/** `GET /v1/models`. */
export function openAiModels(models: StubModel[], kind: ServerKind): string {
  const data = models.map(({ name, contextLength }) => ({
    id: name,
    object: "model",
    created: 1_767_323_045,
    ...(OWNERS[kind] !== "" && { owned_by: OWNERS[kind] }),
    ...(kind === "vllm" && { root: name, parent: null, max_model_len: contextLength ?? 32_768 }),
    ...(kind === "openrouter" && { context_length: contextLength ?? 32_768, pricing: { prompt: "0" } }),
  }));
  // Without models Go's nil slice shows as null.
  return goJson({ object: "list", data: data.length === 0 ? null : data });
}

/** What else a server of a kind answers to GET, by its path: where it tells how long its context is. */
export function ownPaths(models: StubModel[], kind: ServerKind): Record<string, unknown> {
  const contextLength = models[0]?.contextLength ?? 4096;
  if (kind === "llamacpp") return { "/props": { default_generation_settings: { n_ctx: contextLength } } };
  if (kind === "koboldcpp") return { "/api/extra/true_max_context_length": { value: contextLength } };
  if (kind !== "lmstudio") return {};
  const data = models.map(({ name, contextLength = 4096 }) => ({
    id: name,
    type: "llm",
    state: "loaded",
    max_context_length: contextLength * 8,
    loaded_context_length: contextLength,
  }));
  return { "/api/v0/models": { data, object: "list" } };
}
