/** The providers that ask servers over HTTP, each in its own tongue, for the tests that hold for all of them. */
import { assert } from "@std/assert";
import { type Knobs, startStub, type Stub, type StubOptions } from "@/tests/stub_ollama.ts";
import { LLM_SERVERS } from "@/lib/protocol/llm_servers.ts";
import { OllamaProvider } from "./ollama/ollama.ts";
import { OpenAiProvider } from "./openai/openai.ts";
import { type ChatMessage, type CountedAnswer, LlmError, type LlmEvent, type Provider } from "./provider.ts";

export const NEVER = new AbortController().signal;

/** What every such provider can be told. */
export interface CommonOptions {
  firstByteMs?: number;
  idleMs?: number;
  busyRetryMs?: readonly number[];
  maxLineBytes?: number;
  onCounted?(answer: CountedAnswer): void;
}

export interface Tongue {
  name: string;
  /** What the server is called. */
  server: string;
  providerOf(stub: Pick<Stub, "url">, options?: CommonOptions): Provider;
}

const USUAL = { firstByteMs: 0, idleMs: 0, busyRetryMs: [1, 1] };
export const COMPATIBLE = LLM_SERVERS.find(({ id }) => id === "openai-compatible")!;

export const TONGUES: readonly Tongue[] = [
  ...(["generate", "chat"] as const).map((api): Tongue => ({
    name: `ollama, ${api}`,
    server: "Ollama",
    providerOf: ({ url }, options) => new OllamaProvider({ host: url, api, ...USUAL, ...options }),
  })),
  {
    name: "openai",
    server: COMPATIBLE.name,
    providerOf: ({ url }, options) => new OpenAiProvider({ server: COMPATIBLE, host: url, ...USUAL, ...options }),
  },
];

/** Registers a test for each of them. */
export function contract(name: string, test: (tongue: Tongue, t: Deno.TestContext) => Promise<void>): void {
  for (const tongue of TONGUES) Deno.test(`${tongue.name}: the provider ${name}`, (t) => test(tongue, t));
}

export interface Answer {
  events: LlmEvent[];
  text: string;
  thinking: string;
  error?: unknown;
}

export async function ask(
  provider: Provider,
  {
    prompt = "hi",
    model = "qwen2.5",
    messages = [{ role: "user", content: prompt }] as ChatMessage[],
    signal = NEVER,
  } = {},
): Promise<Answer> {
  const answer: Answer = { events: [], text: "", thinking: "" };
  try {
    for await (const event of provider.generate({ model, messages }, { signal })) {
      answer.events.push(event);
      if (event.type === "text") answer.text += event.text;
      if (event.type === "thinking") answer.thinking += event.text;
    }
  } catch (error) {
    answer.error = error;
  }
  return answer;
}

/** Asks a fresh stub that behaves so. */
export async function met(
  { providerOf }: Pick<Tongue, "providerOf">,
  knobs: Knobs,
  options: CommonOptions = {},
  stubOptions: StubOptions = {},
): Promise<Answer> {
  await using stub = startStub({ behaviour: knobs, ...stubOptions });
  return await ask(providerOf(stub, options));
}

export function failure(answer: Answer): LlmError {
  assert(answer.error instanceof LlmError, `wanted an LlmError, got ${answer.error}`);
  return answer.error;
}

export function doneOf(answer: Answer): Extract<LlmEvent, { type: "done" }> {
  const last = answer.events.at(-1);
  assert(last?.type === "done", `wanted done last, got ${JSON.stringify(last)} ${answer.error}`);
  return last;
}

/** What an error repeats of an answer that is not the server's. */
export function foreignWords(error: LlmError): string[] {
  const cause = error.cause instanceof Error ? error.cause.message : "";
  const told = `${error.message} ${error.hint} ${cause}`;
  return ["rubbish", "Bad Gateway", "html", "page not found", "hush", "pw@"].filter((words) => told.includes(words));
}
