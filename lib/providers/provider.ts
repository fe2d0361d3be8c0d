/** What every provider looks like to the rest of the server. */
import type { ErrorCode } from "@/lib/protocol/codes.ts";
import type { LoadedModel, ServerSetup } from "@/lib/protocol/calls.ts";
import type { ProviderName, TurnError } from "@/lib/protocol/v2.ts";
import type { Config, Mind } from "@/lib/config/schema.ts";

export interface ChatMessage {
  role: "system" | "user" | "assistant";
  content: string;
  /** What is shown with it. */
  images?: readonly ChatImage[];
  /** It shows how the character speaks, and was never said here. */
  example?: true;
}

/** An image of a message. It is read where it is sent, and only there. */
export interface ChatImage {
  /** Undefined where it is not there any more. */
  read(): Promise<{ type: string; bytes: Uint8Array } | undefined>;
}

export interface GenerateRequest {
  model: string;
  /**
   * Oldest first; the last one is what the user just said, or the beginning of the answer, to be gone on with. A lone
   * user message is the plain case.
   */
  messages: ChatMessage[];
  /** Whose conversation it is, where `messages` does not tell it all: the built-in brain remembers by this. */
  user?: string;
  /**
   * Whom the provider plays in a conversation, with no name where nobody is chosen. Absent for a lone prompt, which
   * goes to the model and comes back as it is.
   */
  character?: { name?: string };
}

export type LlmEvent =
  | { type: "text"; text: string }
  | { type: "thinking"; text: string }
  /** Always last. `reason` is the provider's own word ("stop", "length", …), counts in tokens where known. */
  | { type: "done"; reason: string; promptTokens?: number; outputTokens?: number };

/** An answer, with what the model's server counted for it, in tokens. */
export interface CountedAnswer {
  messages: readonly ChatMessage[];
  /** All that the model wrote, its thoughts included. */
  output: string;
  promptTokens?: number;
  outputTokens?: number;
}

/** Who generates text. */
export interface Provider {
  /** Its id in the registry. */
  readonly name: ProviderName;
  /** The model that answers whichever is asked for; absent where that one does. */
  readonly model?: string | undefined;
  /**
   * Answers, one event for each piece the provider sent. Aborting `signal` ends the generation at its source
   * and makes the generator throw the signal's reason.
   *
   * @throws {LlmError} for every failure; the text yielded before it stays valid
   */
  generate(request: GenerateRequest, options: { signal: AbortSignal }): AsyncGenerator<LlmEvent, void, undefined>;
}

/** A language model that a provider's server has. What the server does not tell is absent. */
export interface ProviderModel {
  name: string;
  /** Bytes on disk; next to nothing for a model that runs elsewhere. */
  size?: number;
  /** Such as "7.6B". */
  parameters?: string;
  /** True when using it sends prompts away from this machine. */
  away: boolean;
  /** True for one that does something else, such as comparing texts. */
  mute?: boolean;
}

/** What stands at the address of a provider's server. */
export interface ProviderStatus {
  /** Its address, without a password; empty for a provider without a server. */
  host: string;
  reachable: boolean;
  version?: string;
  /** The configured model as it was asked for. */
  model: string;
  /** null while unknown. */
  modelPresent: boolean | null;
  /** Newest first. */
  models: readonly ProviderModel[];
  /** Those that are in memory now; absent where the server does not tell. */
  loaded?: readonly LoadedModel[];
  /** Whether the model can see images; absent while that is not known. */
  vision?: boolean;
  /** The longest context the configured model can take, in tokens. */
  contextLength?: number;
  /** True when prompts leave this machine. */
  away: boolean;
  /** Why it is not reachable, or what is wrong with it. */
  error?: LlmError;
}

/** Keeps what the last look at a provider's server told. */
export interface ProviderMonitor {
  /** What is known before the first look: nothing is ruled out. */
  readonly unknown: ProviderStatus;
  /** What the last look told; undefined before the first. */
  readonly latest: ProviderStatus | undefined;
  /** The context in which the model runs, in tokens; undefined while nothing tells it. */
  readonly contextLength: number | undefined;
  /** Looks now; looks that happen at once are one. Whatever is wrong is part of the status. */
  refresh(): Promise<ProviderStatus>;
}

/** A step of fetching a model. */
export interface PullProgress {
  /** In the server's words. */
  status: string;
  /** Over all parts seen so far, in bytes. `completed` never goes back. */
  overall: { total: number; completed: number };
}

/** A provider as the configuration has it, and its server. What is optional, not every server can do. */
export interface ConfiguredProvider extends Provider {
  /**
   * Resolves once anything at its address has answered.
   *
   * @throws whatever keeps it from that
   */
  probe(options: { signal: AbortSignal }): Promise<void>;
  readonly monitor: ProviderMonitor;
  /**
   * Has the server load the model where it is not in memory, and returns when it is.
   *
   * @throws {LlmError} for every failure
   */
  preload?(options: { signal: AbortSignal }): Promise<void>;
  /**
   * Has the server fetch a model, and returns when it is there. Aborting `signal` stops it.
   *
   * @throws {LlmError} for every failure
   */
  pull?(model: string, options: { signal: AbortSignal }): AsyncGenerator<PullProgress, void, undefined>;
}

/** What a provider is made from. */
export interface ProviderSettings {
  llm: Mind;
  limits: Config["limits"];
  /** The `Authorization` header of every request; a secret. */
  authorization?: string | undefined;
  /** Hears what the server counted for each answer that came to its end. */
  onCounted?(answer: CountedAnswer): void;
}

/** How a provider's server is started. */
export interface ServerCommand {
  /** Its program, as it is found on the PATH. */
  program: string;
  args: readonly string[];
  /** Variables by which it listens at an address. */
  env(address: string): Record<string, string>;
}

/** A kind of provider, as the registry has it. */
export interface ProviderDefinition {
  /** What `llm.provider` chooses it by. */
  readonly id: ProviderName;
  /** What people call it. */
  readonly displayName: string;
  /** How a reader gets its server; absent where there is nothing to get. */
  readonly setup?: ServerSetup;
  /** How its server is started by a button, on this machine. Absent where it is not. */
  readonly command?: ServerCommand;
  /** Makes one. It asks nobody anything yet. */
  create(settings: ProviderSettings): ConfiguredProvider;
}

/** A failure that the user can do something about. `hint` says what. */
export class LlmError extends Error {
  override name = "LlmError";
  readonly code: ErrorCode;
  readonly hint?: string;
  /** HTTP status, where one came. */
  readonly status?: number;

  constructor(code: ErrorCode, message: string, options: ErrorOptions & { hint?: string; status?: number } = {}) {
    super(message, options);
    this.code = code;
    if (options.hint !== undefined) this.hint = options.hint;
    if (options.status !== undefined) this.status = options.status;
  }
  /** As pages are told of it. */
  toTurnError(): TurnError {
    const { code, message, hint } = this;
    return { code, message, ...(hint !== undefined && { hint }) };
  }
}
