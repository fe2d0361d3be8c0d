/** What a speech server answered instead of what it was asked for, in words for the reader. */
import type { ServerKind, SpeechServer } from "./speech_server.ts";
import { serverErrorOf } from "@/lib/providers/openai/error_body.ts";

/** How much of an answer that is no sound is read for them, in bytes. */
const MAX_BYTES = 16 * 1024;

export interface Refusal {
  server: SpeechServer;
  status: number;
  /** Such as `application/json`. */
  type: string;
  /** How its body begins. */
  body: AsyncIterable<Uint8Array>;
  /** What must not be repeated. */
  secret: string | undefined;
}

/** Why it gave nothing, by an answer's status and what it says in the form of such servers. Reads the body. */
export async function refusalOf({ server, status, type, body, secret }: Refusal): Promise<string> {
  const what = status >= 200 && status < 300
    ? `answered with ${type || "something unnamed"} instead of ${server.kind.wanted}`
    : reasonOf(status, server.kind);
  // Servers repeat a key, in part, with "unauthorized".
  const said = status === 401 || status === 403 ? undefined : await wordsOf(body, secret);
  return `The ${server.shown} ${what}${said === undefined ? "" : `: ${said}`}`;
}

function reasonOf(status: number, { endpoint, part, fields }: ServerKind): string {
  if (status >= 300 && status < 400) return `sends elsewhere, which is not followed. Correct \`${part}.host\``;
  if (status === 401 || status === 403) {
    return `does not let us in. Set VTUBER_${part.toUpperCase()}_AUTH (or \`${part}.authFile\`) to the key that it wants`;
  }
  if (status === 404 || status === 405) {
    return `has no ${endpoint}, or does not know what it is asked for. Look at ${fields}`;
  }
  if (status === 429) return "has too much to do (429)";
  return `failed (${status})`;
}

async function wordsOf(body: AsyncIterable<Uint8Array>, secret: string | undefined): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const bytes of body) {
      text += decoder.decode(bytes, { stream: true });
      if (text.length > MAX_BYTES) break;
    }
    return serverErrorOf(JSON.parse(text), secret)?.message || undefined;
  } catch {
    return undefined; // Broken off, or not in the form of such servers: the status says enough.
  }
}
