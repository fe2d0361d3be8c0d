/**
 * The language models that a configuration describes, by name: that of `llm` itself, and those of `llms`. `llm` stays
 * the object that it always was, with `llm.use` beside its fields, so that every earlier file, and every variable such as
 * `VTUBER_LLM_MODEL`, means what it meant.
 */
import type { Config, Mind } from "./schema.ts";

/** The name of the one that `llm` itself describes. */
export const OWN_MIND = "llm";

/** All names, that of `llm` itself first. */
export function mindNames({ llms }: Pick<Config, "llms">): string[] {
  return [OWN_MIND, ...Object.keys(llms)];
}

/** The one of that name; where there is none, that of `llm` itself. */
export function mindOf({ llm, llms }: Pick<Config, "llm" | "llms">, name: string): Mind {
  return llms[name] ?? llm;
}

/** The name of the one that answers for a character, or for nobody in particular. */
export function chosenMind({ llm, prompts }: Pick<Config, "llm" | "prompts">, character?: string): string {
  return prompts[character ?? ""]?.llm ?? llm.use ?? OWN_MIND;
}

/** Whom to ask, the chosen one first. */
export function mindsInOrder(config: Pick<Config, "llm" | "prompts">, character?: string): string[] {
  return [...new Set([chosenMind(config, character), ...config.llm.fallbacks])];
}

/** The address, or addresses, at which a language model is asked. */
export function addressesOf({ host, hosts }: Pick<Mind, "host" | "hosts">): string[] {
  return hosts.length > 0 ? hosts : [host];
}
