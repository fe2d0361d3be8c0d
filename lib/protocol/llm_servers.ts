/**
 * Servers of language models that speak OpenAI's protocol, by the id that `llm.provider` chooses them by. Where one is
 * found is what it has by default; a reader may say another address.
 */
export interface LlmServer {
  id: string;
  /** What people call it. */
  name: string;
  /** Where it listens unless it is told otherwise, without the `/v1` behind it. */
  address: string;
  /** Whether it answers nobody without a key. */
  needsKey: boolean;
}

export const LLM_SERVERS: readonly LlmServer[] = [
  { id: "llamacpp", name: "llama.cpp", address: "http://127.0.0.1:8080", needsKey: false },
  { id: "lmstudio", name: "LM Studio", address: "http://127.0.0.1:1234", needsKey: false },
  { id: "vllm", name: "vLLM", address: "http://127.0.0.1:8000", needsKey: false },
  { id: "koboldcpp", name: "KoboldCpp", address: "http://127.0.0.1:5001", needsKey: false },
  { id: "jan", name: "Jan", address: "http://127.0.0.1:1337", needsKey: true },
  { id: "textgen", name: "text-generation-webui", address: "http://127.0.0.1:5000", needsKey: false },
  { id: "localai", name: "LocalAI", address: "http://127.0.0.1:8080", needsKey: false },
  { id: "openai", name: "OpenAI", address: "https://api.openai.com:443", needsKey: true },
  { id: "openrouter", name: "OpenRouter", address: "https://openrouter.ai:443/api", needsKey: true },
  { id: "openai-compatible", name: "OpenAI-compatible server", address: "http://127.0.0.1:8080", needsKey: false },
];
