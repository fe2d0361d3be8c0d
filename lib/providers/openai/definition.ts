/** Servers with OpenAI's protocol, as the registry has them. */
import { LLM_SERVERS, type LlmServer } from "@/lib/protocol/llm_servers.ts";
import type { ConfiguredProvider, ProviderDefinition, ProviderSettings } from "@/lib/providers/provider.ts";
import type { ServerSetup } from "@/lib/protocol/calls.ts";
import { OpenAiProvider } from "./openai.ts";
import { OpenAiMonitor } from "./status.ts";

/** How a reader gets a server, and starts it. */
const SETUPS: Readonly<Record<string, ServerSetup>> = {
  llamacpp: { command: "llama-server -m model.gguf", download: "https://github.com/ggml-org/llama.cpp/releases" },
  lmstudio: { command: "lms server start", download: "https://lmstudio.ai/download" },
  vllm: { command: "vllm serve <model> --port 8001", download: "https://docs.vllm.ai" },
  koboldcpp: { command: "koboldcpp --model model.gguf", download: "https://github.com/LostRuins/koboldcpp/releases" },
  jan: { download: "https://jan.ai/download" },
  textgen: { command: "./start_linux.sh --api", download: "https://github.com/oobabooga/text-generation-webui" },
  localai: { command: "local-ai run", download: "https://localai.io" },
};

export const OPENAI_SERVERS: readonly ProviderDefinition[] = LLM_SERVERS.map((server) => {
  const setup = SETUPS[server.id];
  return {
    id: server.id,
    displayName: server.name,
    ...(setup && { setup }),
    create: (settings) => create(server, settings),
  };
});

function create(server: LlmServer, { llm, limits, authorization, onCounted }: ProviderSettings): ConfiguredProvider {
  const { host, model, allowLinkLocal, contextLength, think, vision } = llm;
  const access = { server, host, allowLinkLocal, authorization };
  const monitor = new OpenAiMonitor({ ...access, model, contextLength, vision });
  const provider = new OpenAiProvider({
    ...access,
    ...(think !== undefined && { think }),
    options: llm.options,
    ...(onCounted && { onCounted }),
    firstByteMs: limits.firstByteSeconds * 1_000,
    idleMs: limits.idleSeconds * 1_000,
    maxLineBytes: limits.lineBytes,
  });
  return {
    name: provider.name,
    // A server with one model answers with that, whatever it is asked for.
    get model() {
      return monitor.latest?.model;
    },
    generate: (request, options) => provider.generate(request, options),
    probe: (options) => provider.probe(options),
    monitor,
  };
}
