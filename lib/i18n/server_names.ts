import { LLM_SERVERS } from "@/lib/protocol/llm_servers.ts";

/** What servers of language models are called: the same in every language. */
export const SERVER_NAMES: Readonly<Record<string, string>> = Object.fromEntries(
  LLM_SERVERS.map(({ id, name }) => [id, name]),
);
