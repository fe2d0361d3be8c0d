import { isThisMachine, withoutUser } from "@/lib/config/ollama_host.ts";
import type { LoadedModel } from "@/lib/protocol/calls.ts";
import { sameModel } from "@/lib/protocol/model_name.ts";
import { ask, type Question } from "@/lib/providers/http/ask.ts";
import { errorOfFetch } from "@/lib/providers/http/failures.ts";
import { errorOfAnswer, OLLAMA_WORDS, parseObject } from "./errors.ts";
import { LlmError, type ProviderModel, type ProviderMonitor, type ProviderStatus } from "@/lib/providers/provider.ts";

/** A model as Ollama lists it. What an older Ollama does not tell is absent. */
export interface OllamaModel extends ProviderModel {
  quantization?: string;
  /** What it can do, such as "completion", "thinking" and "embedding". */
  capabilities?: string[];
}

/** What stands at Ollama's address. */
export interface OllamaStatus extends ProviderStatus {
  models: OllamaModel[];
  /** What the configured model can do. */
  capabilities?: string[];
  /** The context that the configured model's own settings ask for (`num_ctx`), in tokens. */
  ownContext?: number;
}

export interface ProbeOptions {
  host: string;
  /** Whether link-local and metadata addresses may be asked. Default: false. */
  allowLinkLocal?: boolean;
  /** The `Authorization` header of every request; a secret. */
  authorization?: string | undefined;
  model: string;
  /** What the configuration says of whether it can see images. Default: `capabilities` tell. */
  vision?: boolean | undefined;
  /** For the whole look, in milliseconds. Default 2000. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** Ollama answers at once about running models, or not before a model has loaded. */
const PS_TIMEOUT_MS = 500;

/**
 * Looks at Ollama: is it there, which models has it, is the configured one among them. Never waits longer than
 * `timeoutMs`; what was not told by then is left open.
 *
 * @throws the reason of `signal`, and nothing else
 */
export async function probe(options: ProbeOptions): Promise<OllamaStatus> {
  const { host, model, vision, timeoutMs = 2000, signal } = options;
  const [version, tags, show, ps] = await Promise.allSettled([
    askJson(options, timeoutMs, "/api/version"),
    askJson(options, timeoutMs, "/api/tags"),
    model === "" ? undefined : askJson(options, timeoutMs, "/api/show", { model }),
    // Silent while a model loads, and then there is nothing to learn from it.
    askJson(options, Math.min(timeoutMs, PS_TIMEOUT_MS), "/api/ps"),
  ]);
  signal?.throwIfAborted();
  const status: OllamaStatus = {
    host: withoutUser(host),
    reachable: version.status === "fulfilled",
    model,
    modelPresent: null,
    models: [],
    away: isAway(host, model),
    ...(vision !== undefined && { vision }),
  };
  if (version.status === "rejected") return { ...status, error: version.reason };
  const said = textField(version.value, "version");
  if (said !== undefined) status.version = said;
  if (tags.status === "fulfilled") {
    status.models = modelsOf(tags.value, host);
    const there = findModel(status.models, model);
    // A cloud model is there without being listed.
    status.modelPresent = there !== undefined ? true : isCloudName(model) ? null : false;
    status.away ||= there?.away === true;
  } else {
    status.error = tags.reason;
  }
  if (show.status === "fulfilled" && show.value !== undefined) {
    status.modelPresent = true;
    if (textField(show.value, "remote_host") !== undefined) status.away = true;
    Object.assign(status, shownOf(show.value));
    status.vision ??= status.capabilities?.includes("vision") ?? false;
  } else if (show.status === "rejected" && show.reason instanceof LlmError && show.reason.code === "model_missing") {
    status.modelPresent = false;
  }
  if (ps.status === "fulfilled") status.loaded = loadedOf(ps.value);
  return status;
}

export interface MonitorOptions extends ProbeOptions {
  /** The context that every prompt asks for, in tokens. Default: none in particular. */
  askedContext?: number | undefined;
}

/** Keeps what the last look at Ollama told. */
export class OllamaMonitor implements ProviderMonitor {
  readonly #options: MonitorOptions;
  #latest: OllamaStatus | undefined;
  #lastContext: number | undefined;
  #looking: Promise<OllamaStatus> | undefined;

  constructor(options: MonitorOptions) {
    this.#options = options;
  }

  /** What the last look told; undefined before the first. */
  get latest(): OllamaStatus | undefined {
    return this.#latest;
  }

  /** The configured model, as it was in memory when it was looked at; undefined while it is not. */
  get loaded(): LoadedModel | undefined {
    return findModel(this.#latest?.loaded ?? [], this.#options.model);
  }

  /**
   * The context in which the model runs, in tokens, or will when it is loaded: as prompts ask, or as it was loaded last,
   * or else as its own settings ask. Undefined where nothing tells: then Ollama decides by its own configuration.
   */
  get contextLength(): number | undefined {
    const { ownContext, contextLength = Infinity } = this.#latest ?? {};
    const loadedContext = this.loaded?.contextLength;
    const length = this.#options.askedContext ?? loadedContext ?? this.#lastContext ?? ownContext;
    // However much is asked for, a model is not loaded with more than it can take.
    return length && Math.min(length, contextLength);
  }

  get unknown(): OllamaStatus {
    const { host, model, vision } = this.#options;
    return {
      host: withoutUser(host),
      model,
      reachable: true,
      modelPresent: null,
      models: [],
      away: isAway(host, model),
      ...(vision !== undefined && { vision }),
    };
  }

  refresh(): Promise<OllamaStatus> {
    this.#looking ??= probe(this.#options).then((status) => {
      // Ollama forgets it with the model, a few minutes after the last answer.
      this.#latest = status;
      this.#lastContext = this.loaded?.contextLength ?? this.#lastContext;
      return status;
    }).finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }
}

/** Asks Ollama for a JSON object. Every failure but the caller's own abort is an LlmError. */
async function askJson(
  { host, model, allowLinkLocal, authorization, signal }: ProbeOptions,
  timeoutMs: number,
  path: string,
  body?: unknown,
): Promise<object> {
  const asked = { server: OLLAMA_WORDS, host: withoutUser(host), model };
  const abort = new AbortController();
  const stop = () => abort.abort(signal?.reason);
  const timer = setTimeout(() => abort.abort(silent(asked.host, timeoutMs)), timeoutMs);
  signal?.addEventListener("abort", stop, { once: true });
  try {
    signal?.throwIfAborted();
    const question: Question = { body, allowLinkLocal, authorization, signal: abort.signal };
    const response = await ask(`${host.replace(/\/+$/, "")}${path}`, question);
    if (!response.ok) throw await errorOfAnswer(response, asked);
    return parseObject(await response.text(), asked);
  } catch (error) {
    if (abort.signal.aborted) throw abort.signal.reason;
    throw error instanceof LlmError ? error : errorOfFetch(error, asked);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

function silent(host: string, timeoutMs: number): LlmError {
  return new LlmError("timeout", `Ollama at ${host} does not answer within ${timeoutMs} ms`, {
    hint: "It may be busy loading a model; restart it if it hangs",
  });
}

/** The listed model that a name means, as Ollama takes it: tag `latest` by default, whatever the case. */
export function findModel<Model extends { name: string }>(models: readonly Model[], name: string): Model | undefined {
  return models.find((model) => sameModel(model.name, name));
}

/** Whether prompts leave this machine, as far as names tell: Ollama runs elsewhere, or the model does. */
function isAway(host: string, model: string): boolean {
  return !isThisMachine(host) || isCloudName(model);
}

/** Names that Ollama hands to ollama.com without looking for them here. */
export function isCloudName(name: string): boolean {
  return /:(.*-)?cloud$/i.test(name.trim());
}

function modelsOf(tags: object, host: string): OllamaModel[] {
  return entriesOf(tags).flatMap((entry): OllamaModel[] => {
    const name = nameOf(entry);
    if (name === undefined) return [];
    const { size, details } = entry as { size?: unknown; details?: unknown };
    const { capabilities } = capabilitiesOf(entry);
    return [{
      name,
      size: typeof size === "number" ? size : 0,
      ...optional("parameters", textField(details, "parameter_size")),
      ...optional("quantization", textField(details, "quantization_level")),
      away: textField(entry, "remote_host") !== undefined || isAway(host, name),
      // Some only compare texts: Ollama refuses to talk with them.
      ...(capabilities !== undefined && !capabilities.includes("completion") && { mute: true }),
      ...(capabilities !== undefined && { capabilities }),
    }];
  });
}

/** An older Ollama does not tell them. */
function capabilitiesOf(value: unknown): { capabilities?: string[] } {
  const { capabilities } = (value ?? {}) as { capabilities?: unknown };
  return Array.isArray(capabilities) && capabilities.length > 0 ? { capabilities: capabilities.map(String) } : {};
}

function shownOf(show: object): Pick<OllamaStatus, "capabilities" | "contextLength" | "ownContext"> {
  const contextLength = contextLengthOf(show);
  // One setting a line, its name and its value apart by blanks.
  const ownContext = Number(/^num_ctx\s+(\d+)\s*$/m.exec(textField(show, "parameters") ?? "")?.[1] ?? 0);
  return {
    ...capabilitiesOf(show),
    ...(contextLength !== undefined && { contextLength }),
    ...(ownContext > 0 && { ownContext }),
  };
}

function loadedOf(ps: object): LoadedModel[] {
  return entriesOf(ps).flatMap((entry): LoadedModel[] => {
    const name = nameOf(entry);
    const { size, size_vram: card, context_length: context } = entry as Record<string, unknown>;
    // An empty field is left out: without a card there is nothing on it.
    const [bytes = 0, onCard = 0, contextLength = 0] = [size, card, context].map((value) => Number(value) || 0);
    if (name === undefined) return [];
    return [{
      name,
      size: bytes,
      onCard: bytes > 0 ? Math.min(1, onCard / bytes) : 0,
      ...(contextLength > 0 && { contextLength }),
    }];
  });
}

function entriesOf(list: object): unknown[] {
  const { models } = list as { models?: unknown };
  return Array.isArray(models) ? models : [];
}

function nameOf(entry: unknown): string | undefined {
  return textField(entry, "name") ?? textField(entry, "model");
}

/** `model_info` names the length after the architecture: "qwen2.context_length". */
function contextLengthOf(show: object): number | undefined {
  const { model_info: info } = show as { model_info?: unknown };
  const length = Object.entries(info ?? {}).find(([name]) => name.endsWith(".context_length"))?.[1];
  return typeof length === "number" && length > 0 ? length : undefined;
}

function textField(value: unknown, name: string): string | undefined {
  const field = (value as Record<string, unknown> | null | undefined)?.[name];
  return typeof field === "string" && field !== "" ? field : undefined;
}

function optional<Name extends string>(name: Name, value: string | undefined): { [Key in Name]?: string } {
  return value === undefined ? {} : { [name]: value } as { [Key in Name]: string };
}
