/** What a speech server answered instead of sound, in words for the reader. */
import { z } from "zod";
import { VoiceError } from "@/lib/voice/engine.ts";

/** How much of a server's own words is repeated, in UTF-16 units. */
const MAX_WORDS = 200;
/** How much of an answer that is no sound is read for them, in bytes. */
const MAX_BYTES = 16 * 1024;

/** As OpenAI, FastAPI and LocalAI write errors. */
const errorBody = z.union([
  z.object({ error: z.object({ message: z.string() }) }).transform(({ error }) => error.message),
  z.object({ detail: z.object({ message: z.string() }) }).transform(({ detail }) => detail.message),
  z.object({ detail: z.string() }).transform(({ detail }) => detail),
  z.object({ error: z.string() }).transform(({ error }) => error),
  z.object({ message: z.string() }).transform(({ message }) => message),
]);

export interface Refusal {
  /** Where it was asked, as anybody may see it. */
  address: string;
  status: number;
  /** Such as `application/json`. */
  type: string;
  /** How its body begins. */
  body: AsyncIterable<Uint8Array>;
  /** What must not be repeated. */
  secret: string | undefined;
}

/** Why there is no sound, by an answer's status and what it says in the form of such servers. Reads the body. */
export async function refusalOf({ address, status, type, body, secret }: Refusal): Promise<VoiceError> {
  const what = status >= 200 && status < 300
    ? `answered with ${type || "something unnamed"} instead of PCM or WAV`
    : reasonOf(status);
  // Servers repeat a key, in part, with "unauthorized".
  const said = status === 401 || status === 403 ? undefined : await wordsOf(body, secret);
  return new VoiceError(`The speech server at ${address} ${what}${said === undefined ? "" : `: ${said}`}`);
}

function reasonOf(status: number): string {
  if (status >= 300 && status < 400) return "sends elsewhere, which is not followed. Correct `voice.host`";
  if (status === 401 || status === 403) {
    return "does not let us in. Set VTUBER_VOICE_AUTH (or `voice.authFile`) to the key that it wants";
  }
  if (status === 404 || status === 405) {
    return "has no POST /v1/audio/speech, or not this model or voice. Look at `voice.host`, `voice.model` and `voice.voice`";
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
    const words = errorBody.parse(JSON.parse(text)).replace(/\s+/g, " ").trim().slice(0, MAX_WORDS);
    const known = secret?.replace(/^\w+ /, "");
    return words === "" || known !== undefined && words.includes(known) ? undefined : words;
  } catch {
    return undefined; // Broken off, or not in the form of such servers: the status says enough.
  }
}
