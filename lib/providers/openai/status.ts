/** What stands at the address of a server with OpenAI's protocol. */
import { z } from "zod";
import { isThisMachine, withoutUser } from "@/lib/config/ollama_host.ts";
import type { LlmServer } from "@/lib/protocol/llm_servers.ts";
import { sameModel } from "@/lib/protocol/model_name.ts";
import { ask } from "@/lib/providers/http/ask.ts";
import { errorOfFetch, errorOfForm } from "@/lib/providers/http/failures.ts";
import { LlmError, type ProviderModel, type ProviderMonitor, type ProviderStatus } from "@/lib/providers/provider.ts";
import { abortable } from "@/lib/waiting.ts";
import { type AskedWithKey, errorOfAnswer, serverWords } from "./errors.ts";
import { apiOf } from "./openai.ts";

export interface OpenAiMonitorOptions {
  server: LlmServer;
  host: string;
  model: string;
  allowLinkLocal?: boolean;
  /** The `Authorization` header; a secret. */
  authorization?: string | undefined;
  /** What the configuration says of the context, in tokens. */
  contextLength?: number | undefined;
  /** What it says of whether the model can see images; the server need not tell. */
  vision?: boolean | undefined;
  /** For a whole look, in milliseconds. Default 2000, or 5000 for a server beyond this machine. */
  timeoutMs?: number;
}

/** A look never reads more of a list than this, in bytes: OpenRouter's is half a megabyte. */
const MAX_BYTES = 8 * 1024 * 1024;
/** Models that compare, listen, speak or draw instead of talking, by their names. */
const MUTE = /embed|rerank|whisper|transcribe|\btts\b|-tts|dall-e|moderation|-image|gpt-image|\bsora\b|-realtime/i;

const tokens = z.number().int().positive().optional().catch(undefined);
const text = z.string().optional().catch(undefined);

/** As `GET /v1/models` lists them; where a server tells the context with them, its field is here. */
const modelList = z.object({
  data: z.array(z.object({
    id: z.string(),
    owned_by: text,
    /** vLLM. */
    max_model_len: tokens,
    /** OpenRouter. */
    context_length: tokens,
    /** llama.cpp. */
    meta: z.object({ n_ctx: tokens }).nullish().catch(undefined),
  })).nullable().transform((list) => list ?? []),
});
type Listed = z.output<typeof modelList>["data"][number];

/** Where else a kind of server tells how long its context is. */
const CONTEXT_PATHS: Readonly<
  Record<string, { path: string; read(value: unknown, model: string): number | undefined }>
> = {
  llamacpp: {
    path: "/props",
    read: (value) =>
      z.object({ default_generation_settings: z.object({ n_ctx: tokens }) }).safeParse(value).data
        ?.default_generation_settings.n_ctx,
  },
  koboldcpp: {
    path: "/api/extra/true_max_context_length",
    read: (value) => z.object({ value: tokens }).safeParse(value).data?.value,
  },
  lmstudio: {
    path: "/api/v0/models",
    read: (value, model) => {
      const listed = z.object({
        data: z.array(z.object({ id: z.string(), loaded_context_length: tokens, max_context_length: tokens })),
      }).safeParse(value).data?.data.find(({ id }) => id === model);
      return listed?.loaded_context_length ?? listed?.max_context_length;
    },
  },
};

/** Servers that have one model and answer with it, whichever is asked for. */
const ONE_MODEL = ["llamacpp", "koboldcpp", "textgen"];

export class OpenAiMonitor implements ProviderMonitor {
  readonly #options: OpenAiMonitorOptions;
  #contextLength: number | undefined;
  #latest: ProviderStatus | undefined;
  #looking: Promise<ProviderStatus> | undefined;

  constructor(options: OpenAiMonitorOptions) {
    this.#options = options;
  }

  /** What the last look told; undefined before the first. */
  get latest(): ProviderStatus | undefined {
    return this.#latest;
  }

  get contextLength(): number | undefined {
    return this.#options.contextLength ?? this.#contextLength;
  }

  get unknown(): ProviderStatus {
    const { host, model, vision = false } = this.#options;
    return {
      host: withoutUser(host),
      model,
      reachable: true,
      modelPresent: null,
      models: [],
      away: !isThisMachine(host),
      vision,
    };
  }

  refresh(): Promise<ProviderStatus> {
    this.#looking ??= this.#look().then((status) => this.#latest = status).finally(() => this.#looking = undefined);
    return this.#looking;
  }

  async #look(): Promise<ProviderStatus> {
    const { server, host, model, authorization } = this.#options;
    const asked = { server: serverWords(server), host: withoutUser(host), model, authorization };
    const { unknown } = this;
    let list: Listed[];
    try {
      const { data } = modelList.safeParse(await this.#read(`${apiOf(host)}/models`, asked));
      if (data === undefined) throw errorOfForm(asked);
      list = data.data;
    } catch (error) {
      const failure = error instanceof LlmError ? error : errorOfFetch(error, asked);
      // One without a list can answer all the same.
      if (failure.status === 404 || failure.status === 405) return { ...unknown, modelPresent: null };
      return { ...unknown, reachable: false, error: failure };
    }
    const kind = kindOf(server, list);
    const found = list.find(({ id }) => sameModel(id, model)) ?? (ONE_MODEL.includes(kind) ? list[0] : undefined);
    this.#contextLength = found === undefined
      ? undefined
      : found.max_model_len ?? found.context_length ?? found.meta?.n_ctx ?? await this.#context(kind, found.id, asked);
    return {
      ...unknown,
      model: found?.id ?? model,
      modelPresent: list.length === 0 ? null : found !== undefined,
      models: list.map((listed) => modelOf(listed, unknown.away)),
      ...(this.contextLength !== undefined && { contextLength: this.contextLength }),
    };
  }

  async #context(kind: string, model: string, asked: AskedWithKey): Promise<number | undefined> {
    const place = CONTEXT_PATHS[kind];
    if (place === undefined) return undefined;
    try {
      const base = apiOf(this.#options.host).replace(/\/v1$/, "");
      return place.read(await this.#read(`${base}${place.path}`, asked), model);
    } catch {
      return undefined; // Older ones have no such path; what matters has been told.
    }
  }

  /** @throws {LlmError} for every failure of a server that is there */
  async #read(url: string, asked: AskedWithKey): Promise<unknown> {
    const { host, allowLinkLocal = false, authorization } = this.#options;
    const { timeoutMs = isThisMachine(host) ? 2_000 : 5_000 } = this.#options;
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(silent(asked, timeoutMs)), timeoutMs);
    try {
      const { signal } = abort;
      const response = await ask(url, { allowLinkLocal, authorization, signal });
      if (!response.ok) throw await errorOfAnswer(response, asked);
      return await abortable(jsonOf(response, asked), signal);
    } catch (error) {
      throw abort.signal.aborted ? abort.signal.reason : error;
    } finally {
      clearTimeout(timer);
      abort.abort();
    }
  }
}

async function jsonOf({ body }: Response, asked: AskedWithKey): Promise<unknown> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    if (text.length > MAX_BYTES) throw errorOfForm(asked);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw errorOfForm(asked); // The cause would repeat the text.
  }
}

function silent({ host, server: { name } }: AskedWithKey, timeoutMs: number): LlmError {
  return new LlmError("timeout", `${name} at ${host} does not answer within ${timeoutMs} ms`, {
    hint: "It may be busy loading a model; restart it if it hangs",
  });
}

/** What a server is, by what it says of its models where the reader has not said it. */
function kindOf({ id }: LlmServer, list: readonly Listed[]): string {
  const { owned_by: owner } = list[0] ?? {};
  if (owner === "llamacpp" || owner === "koboldcpp") return owner;
  return owner === "organization_owner" ? "lmstudio" : id;
}

function modelOf({ id }: Listed, away: boolean): ProviderModel {
  return { name: id, away, ...(MUTE.test(id) && { mute: true }) };
}
