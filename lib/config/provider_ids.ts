/**
 * The ids of the providers in `lib/providers/registry.ts`, which this room may not import: what `llm.provider` may be.
 * A test holds the two together.
 */
import { LLM_SERVERS } from "@/lib/protocol/llm_servers.ts";

export const PROVIDER_IDS: readonly string[] = ["ollama", "demo", ...LLM_SERVERS.map(({ id }) => id)];

/** Where the server of a provider listens unless the configuration says it. */
export function usualAddress(provider: string): string {
  return LLM_SERVERS.find(({ id }) => id === provider)?.address ?? "http://127.0.0.1:11434";
}
