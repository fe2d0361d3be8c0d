import { isLoopback, isPrivate } from "@/lib/config/addresses.ts";
import { withoutUser } from "@/lib/config/ollama_host.ts";
import { LlmError } from "@/lib/providers/provider.ts";

/** What kind of server it is, for words. */
export interface ServerKind {
  /** Such as `speech server`. */
  name: string;
  /** What it is asked for, such as `PCM or WAV`. */
  wanted: string;
  /** What it is asked by, such as `POST /v1/audio/speech`. */
  endpoint: string;
  /** The part of the configuration that it stands in, such as `voice`. */
  part: "voice" | "hearing";
  /** Fields that may be wrong where it does not know what it is asked for. */
  fields: string;
}

/** A server with OpenAI's protocol that speaks, or understands what is said: where it is, and what is told of it. */
export class SpeechServer {
  readonly kind: ServerKind;
  /** Without a slash or `/v1` at the end; with the user that may stand in it. */
  readonly address: string | undefined;
  /** Whether what it is asked leaves this network. */
  readonly away: boolean;
  /** Where that goes, when it is not this machine. */
  readonly host: string | undefined;

  /** @param host as it is configured */
  constructor(kind: ServerKind, host?: string) {
    this.kind = kind;
    this.address = host?.replace(/\/+$/, "").replace(/\/v1$/, "");
    const url = new URL(this.address ?? "http://localhost");
    this.away = !isPrivate(url.hostname);
    this.host = isLoopback(url.hostname) ? undefined : url.host;
  }

  /** What is missing before it can be asked; undefined when nothing is. */
  get needs(): string | undefined {
    const { part, endpoint } = this.kind;
    return this.address === undefined ? `Set \`${part}.host\` to the address of a server with ${endpoint}` : undefined;
  }

  /** What it is called and its address, as anybody may see them. */
  get shown(): string {
    return `${this.kind.name} at ${this.#shownAddress}`;
  }

  /** Why asking it has failed, in words for its reader; undefined where that is no matter of the way to it. */
  failureOf(error: unknown): string | undefined {
    const field = `\`${this.kind.part}.host\``;
    if (error instanceof LlmError) return `${error.message}. Correct ${field}`;
    if (!(error instanceof TypeError)) return undefined;
    return `Nobody answers at ${this.#shownAddress}, or the connection broke off. Look at ${field}`;
  }

  get #shownAddress(): string {
    return withoutUser(this.address ?? "");
  }
}

/** Such as `application/json`; empty where nothing is told. */
export function contentTypeOf(response: Response): string {
  return (response.headers.get("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
}
