/**
 * `vtuber.v2`: turns owned by the server. Every frame that belongs to the conversation carries `seq`,
 * growing by at least one, so that whoever comes back with the last `seq` it saw misses nothing and sees nothing twice.
 */
import type { AppConfig } from "./app_config.ts";
import type { ErrorCode } from "./codes.ts";
import type { HearingClientFrame, HearingServerFrame } from "./hearing.ts";
import type { NamedImage, TurnImage } from "./images.ts";
import type { Role } from "./role.ts";
import type { SentenceSpeech, SpokenSentence } from "./speech.ts";

/** Close code: what a guest came in by opens nothing any more. */
export const LINK_REVOKED = 4403;

/** Offered in Sec-WebSocket-Protocol by clients that speak this protocol. */
export const SUBPROTOCOL = "vtuber.v2";

export type ClientFrame =
  /** First frame. `session` as an earlier `welcome` named it; `after` = last `seq` seen, absent when nothing was kept. */
  | { type: "hello"; session?: string; after?: number }
  /** `turn` is made by the client and makes the frame safe to send again: a known turn is not asked twice. */
  /** `greeting` = which of the character's greetings was shown, from 0; of the first turn of a conversation alone. */
  /** `images`: what was sent before by `POST /api/images`, at most `MOST_IMAGES`. */
  | { type: "prompt"; turn: string; text: string; greeting?: number; images?: NamedImage[] }
  /** Goes on with an answer that broke off: see {@linkcode brokeOff}. It is `queued` again, and grows where it ended. */
  | { type: "continue"; turn: string }
  /** `heard` = how much of the turn's visible text was heard, UTF-16 units; absent where nothing is spoken. */
  | { type: "stop"; turn: string; heard?: number }
  /** Whether this page plays speech. `speaks` = languages in which the browser has voices of its own, on this device. */
  | { type: "voice"; on: boolean; speaks?: string[] }
  /** A sentence of a turn has been heard to its end. */
  | { type: "played"; turn: string; index: number }
  | { type: "reset" }
  | HearingClientFrame
  | CallFrame;

/** A call of a method of `calls.ts`, or its end before it has been answered. `id` is the page's. */
export type CallFrame =
  | { type: "call"; id: string; method: string; params: unknown }
  | { type: "cancel"; id: string };

export type EndReason = "stop" | "length" | "cancelled";

export interface TurnError {
  code: ErrorCode;
  message: string;
  hint?: string;
  /** What the provider is called whose failure it is, such as "Ollama". */
  server?: string;
  /** In so many seconds it may be tried again. */
  retryAfter?: number;
}

/** One turn as `welcome` tells it: what was asked, and what has been answered so far. */
export interface TurnRecord {
  turn: string;
  prompt: string;
  /** What the character had said before it: of the first turn of a conversation alone. */
  greeting?: string;
  /** What the prompt shows. */
  images?: TurnImage[];
  text: string;
  thinking: string;
  state: "queued" | "streaming" | "done" | "failed";
  reason?: EndReason;
  error?: TurnError;
  provider?: ProviderName;
  model?: string;
  /** What the server is called that answered in place of the chosen one, such as "Ollama". */
  standsIn?: string;
  /** How much of `text` was heard before it was cut short, UTF-16 units. Absent: nothing was cut. */
  heard?: number;
}

/** Whether a turn has an answer that ended before its end: by its length, by the reader, or by a failure. */
export function brokeOff({ state, reason, text, provider }: Omit<TurnRecord, "state"> & { state: string }): boolean {
  // The built-in script makes up each of its answers at once: it has no rest of one.
  if (text.trim() === "" || provider === "demo") return false;
  return state === "failed" || (state === "done" && (reason === "length" || reason === "cancelled"));
}

/** Who answers, such as `ollama`, or `demo` for the built-in script. */
export type ProviderName = string;

/** Whom the reader talks with. */
export interface CharacterInfo {
  name: string;
  /** What it says before anything is asked. Markdown, as answers are. */
  greeting?: string;
  /** What else it may say first; the reader chooses. */
  otherGreetings?: string[];
  /** Address of its card's picture. */
  picture?: string;
}

/** What stands behind the character now. */
export interface Status {
  /** Who would answer the next prompt; `none` when nobody would. */
  provider: ProviderName;
  /** What the configured provider is called, such as "Ollama", whoever would answer. */
  server: string;
  /** The configured model, and whether the provider has it; null while unknown. */
  model: string;
  modelPresent: boolean | null;
  /** Where the provider's server is; empty for a guest, and where it has none. */
  host: string;
  reachable: boolean;
  version?: string;
  /** True when prompts leave this machine: the server runs elsewhere, or the model does. */
  away: boolean;
  /** Whether who would answer can see images; absent while that is not known. */
  vision?: boolean;
  /** Who answers in place of the configured one, which cannot be reached; absent where it can, or the demo does. */
  standIn?: { server: string; model: string };
}

export type ServerFrame =
  /** `resumed`: `after` was honoured, the missed frames follow, `history` is empty. Otherwise `history` is all up to `seq`. */
  | {
    type: "welcome";
    session: string;
    /** As what the page has come in. */
    role: Role;
    seq: number;
    resumed: boolean;
    history: TurnRecord[];
    status: Status;
    /** Absent when the language model is to be itself. */
    character?: CharacterInfo;
  }
  /** The prompt is safe with the server, or its answer is gone on with. Tells the other tabs of it, too. */
  | { type: "queued"; turn: string; seq: number; text: string; greeting?: string; images?: TurnImage[] }
  /**
   * `standsIn`: what the server is called that answers in place of the chosen one. `unseen`: it cannot see the prompt's
   * images.
   */
  | {
    type: "start";
    turn: string;
    seq: number;
    provider: ProviderName;
    model: string;
    standsIn?: string;
    unseen?: true;
  }
  | { type: "chunk"; turn: string; seq: number; data: string }
  | { type: "thinking"; turn: string; seq: number; data: string }
  | { type: "emotion"; turn: string; seq: number; name: string; intensity: number; at: number }
  /** A piece of the text so far can be said. Only where a page plays speech; may come after the turn's `end`. */
  | ({ type: "sentence"; turn: string; seq: number } & SpokenSentence)
  /** Its sound, once for each sentence and in their order. */
  | ({ type: "speech"; turn: string; seq: number } & SentenceSpeech)
  /** Of a turn's text only so much was heard; nothing more of it will be said. */
  | { type: "heard"; turn: string; seq: number; heard: number }
  | { type: "end"; turn: string; seq: number; reason: EndReason }
  /** `stream`: of the microphone, which is not listened to any more. */
  | ({ type: "error"; turn?: string; seq?: number; stream?: number } & TurnError)
  /** What an error of no turn has told of, for every page, is over. */
  | { type: "recovered"; code: ErrorCode }
  | ({ type: "status" } & Status)
  /** The character has been changed for every page. */
  | { type: "character"; character?: CharacterInfo }
  | { type: "ping" }
  /** The avatar, or how it is to be drawn, has been changed for every page. */
  | { type: "avatar"; config: AppConfig }
  | HearingServerFrame
  | CallAnswer;

/** What comes of a call: any number of `progress`, then one `result` or one `refused`. */
export type CallAnswer =
  | { type: "result"; id: string; value: unknown }
  | { type: "progress"; id: string; value: unknown }
  | ({ type: "refused"; id: string } & TurnError);

/** What every page is told, whatever its conversation. */
export type BroadcastFrame = Extract<
  ServerFrame,
  { type: "ping" | "status" | "avatar" | "character" | "error" | "recovered" }
>;
