/**
 * The ids of the providers in `lib/providers/registry.ts`, which this room may not import: what `llm.provider` may be.
 * A test holds the two together.
 */
export const PROVIDER_IDS: readonly string[] = ["ollama", "demo"];
