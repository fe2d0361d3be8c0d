/** Ollama, as the registry has it. */
import { OllamaProvider } from "./ollama.ts";
import { pull } from "./pull.ts";
import { isCloudName, OllamaMonitor } from "./status.ts";
import { withoutUser } from "@/lib/config/ollama_host.ts";
import type { ConfiguredProvider, ProviderDefinition, ProviderSettings } from "@/lib/providers/provider.ts";

export const OLLAMA: ProviderDefinition = {
  id: "ollama",
  displayName: "Ollama",
  setup: {
    command: "ollama serve",
    download: "https://ollama.com/download",
    library: { address: "ollama.com/library", examples: "llama3.2, qwen2.5:3b" },
  },
  command: { program: "ollama", args: ["serve"], env: (address) => ({ OLLAMA_HOST: withoutUser(address) }) },
  create,
};

function create({ llm, limits, authorization, onCounted }: ProviderSettings): ConfiguredProvider {
  const { host, model, allowLinkLocal, contextLength, think, keepAlive, vision } = llm;
  const access = { host, allowLinkLocal, authorization };
  // A context that is filled further than Ollama loads it would be cut without a word.
  const options = contextLength === undefined ? llm.options : { num_ctx: contextLength, ...llm.options };
  const { num_ctx } = options;
  const askedContext = typeof num_ctx === "number" && num_ctx > 0 ? num_ctx : undefined;
  const monitor = new OllamaMonitor({ ...access, model, askedContext, vision });
  const provider = new OllamaProvider({
    ...access,
    api: llm.api,
    ...(think !== undefined && { think }),
    ...(keepAlive !== undefined && { keepAlive }),
    options,
    canThink: () => monitor.latest?.capabilities?.includes("thinking"),
    ...(onCounted && { onCounted }),
    firstByteMs: limits.firstByteSeconds * 1_000,
    idleMs: limits.idleSeconds * 1_000,
    maxLineBytes: limits.lineBytes,
  });
  return {
    name: provider.name,
    generate: (request, options) => provider.generate(request, options),
    probe: (options) => provider.probe(options),
    monitor,
    async preload(options) {
      await monitor.refresh();
      // What runs elsewhere is not loaded; what is not kept would be let go of at once.
      if (monitor.loaded !== undefined || isCloudName(model) || Number.parseFloat(String(keepAlive)) === 0) return;
      await provider.preload(model, options);
      // Now it is known with how much context.
      await monitor.refresh();
    },
    pull: (model, options) => pull(model, access, options),
  };
}
