/**
 * What a page can ask the server for beside the conversation itself: `vtuber.v2`'s calls. A `call` frame names a
 * method and carries an id of the page's making; the answer is one `result` or one `refused` with that id, after any
 * number of `progress`. A `cancel` frame ends a call that takes long.
 */
import type { Emotion } from "./emotions.ts";
import type { SentenceSpeech, SpokenSentence, VoiceManner } from "./speech.ts";
import type { SpeechModelKind, SpeechModelList, SpeechModelProgress } from "./speech_models.ts";
import type { TurnError } from "./v2.ts";

/** A conversation in the list, newest first. */
export interface ConversationSummary {
  id: string;
  title: string;
  /** Milliseconds since the epoch. */
  updated: number;
  turns: number;
  /** True for the one that the session is in. */
  open?: boolean;
  /** True for a guest's, where the owner asks. */
  guest?: boolean;
  /** Where the words that were looked for stand, with some text around them. */
  excerpt?: string;
}

/** How much of the model's context the conversation takes, in tokens. */
export interface ContextUse {
  used: number;
  /** True when the model's server has counted `used`; otherwise it is an estimate, rather too high than too low. */
  exact: boolean;
  budget: number;
  /** Turns that are still told to the model; older ones are left out whole. */
  turnsTold: number;
  /** Turns that could be told: those with an answer, and the one being answered. */
  turns: number;
  /** What of the character's lore book is told, and is a part of `used`. Absent where it has none. */
  lore?: {
    tokens: number;
    /** Names of the entries. */
    told: string[];
    /** Names of those that the last messages call, and that there is no room for. */
    leftOut: string[];
  };
}

/** What of a text is to be said. */
export interface Reading {
  /** Number of the sentence that it begins with. */
  from: number;
  /** Languages in which the page's browser has voices of its own, on its device. */
  speaks?: string[];
}

/** How far a text has been said. */
export interface Read {
  /** Number of the sentence that comes next; absent after the last one. */
  next?: number;
}

/** Who can speak. */
export interface VoiceEngineInfo {
  /** As the configuration names it. */
  id: string;
  name: string;
  /** True when what is said leaves this machine and the network that it is in. */
  away: boolean;
  /** Host of the server that what is said goes to; absent where it stays on this machine. */
  host?: string;
  /** What is missing before it can speak. */
  needs?: string;
  voices: { id: string; name: string; languages: string[] }[];
}

/** Who can understand what is said. */
export interface RecogniserInfo {
  /** As the configuration names it. */
  id: string;
  name: string;
  /** True when what is said leaves this machine and the network that it is in. */
  away: boolean;
  /** Host of the server that what is said goes to; absent where it stays on this machine. */
  host?: string;
  /** What is missing before it can listen. */
  needs?: string;
  /** BCP 47; empty where it takes any. */
  languages: string[];
  /** True where words are told while they are being said. */
  streaming: boolean;
}

/**
 * What a turn comes to, in this order: its answer is begun, the model's first token is there, the first piece of it can
 * be said, its sound has begun, it has been heard to its end.
 */
export const TURN_STAGES = ["queue", "firstToken", "firstClause", "firstSound", "played"] as const;

export type TurnStage = typeof TURN_STAGES[number];

/** When a turn came to each of its stages; one that it has not come to is absent. */
export interface TurnTiming {
  turn: string;
  /** When its prompt was taken, milliseconds since the epoch. */
  at: number;
  /** Since then. */
  seconds: { [stage in TurnStage]?: number };
}

/** One field of the configuration that the page may change. Writing `null` brings the default back. */
export interface SettingField {
  /** Such as `["llm", "model"]`. */
  path: string[];
  description: string;
  /** `null` where nothing is set; a string for text and choices, whatever the file says. */
  value: unknown;
  default: unknown;
  kind: "text" | "number" | "boolean" | "choice";
  /** For a choice. */
  choices?: string[];
  /** For a number. */
  least?: number;
  most?: number;
  /** The environment variable that decides this field; the file's value has no effect then. */
  variable?: string;
  /** True when a change takes effect only at the next start. */
  restart: boolean;
}

/** A language model that the provider's server has. */
export interface InstalledModel {
  name: string;
  /** Bytes on disk. */
  size?: number;
  parameters?: string;
  /** True when using it sends prompts away from this machine. */
  away: boolean;
}

/** A language model that the provider's server has in memory. */
export interface LoadedModel {
  name: string;
  /** The part of it that is on the graphics card, from 0 to 1. */
  onCard: number;
  /** Bytes in memory, of the card and of the machine. */
  size: number;
  /** The context it was loaded with, in tokens. */
  contextLength?: number;
}

/** How a reader gets the server of a provider. */
export interface ServerSetup {
  /** Starts it where it is installed, such as `ollama serve`. Absent where a button of its own does. */
  command?: string;
  /** Address of the page that has it. */
  download: string;
  /** Where names of models are looked up, and some of them. */
  library?: { address: string; examples: string };
}

/** Whether a server is shown a key: one that the configuration has, or one that was entered on a page. */
export type KeyState = "none" | "kept" | "configured";

/** What is there and what is missing, for the card of the first run. */
export interface Preflight {
  server: {
    /** What the provider is called, such as "Ollama". */
    name: string;
    host: string;
    reachable: boolean;
    version?: string;
    problem?: TurnError;
    /** Absent where there is nothing to get. */
    setup?: ServerSetup;
    /** Whether it can fetch models: see `llm.pull`. */
    pulls: boolean;
    key: KeyState;
    /** Whether this page may have it started on the server's machine: see `llm.start`. */
    starts: boolean;
  };
  model: { name: string; present: boolean | null; contextLength?: number };
  installed: InstalledModel[];
  /** What is in memory now; absent where the server does not tell. */
  loaded?: LoadedModel[];
}

/** Progress of pulling a model, in bytes over all its parts seen so far: `completed` never goes back. */
export interface PullProgress {
  status: string;
  total?: number;
  completed?: number;
}

export interface AvatarChoice {
  name: string;
  chosen: boolean;
  /** Why it cannot be shown, such as not downloaded yet. */
  problem?: string;
  /** Whether its files are on the server's own machine; those of others are fetched when they are wanted. */
  here: boolean;
}

export interface CharacterChoice {
  /** What `prompt` in the configuration chooses it by. */
  name: string;
  /** What it is called. */
  title: string;
  chosen: boolean;
  /** First words of its description. */
  about: string;
  greeting?: string;
  /** Address of its card's picture. */
  picture?: string;
  /** Language of its greeting (BCP 47). */
  language?: string;
}

/** What the images of all conversations take on the server's disk. */
export interface ImageUsage {
  count: number;
  bytes: number;
  /** What they may take. */
  most: number;
}

/** The link that lets guests in. */
export interface GuestLink {
  /** What follows the server's address in it; null while there is none. It is a secret, for those it is given to. */
  path: string | null;
  /** Where other devices find the server, such as `http://192.168.1.5:8000`; empty where only this machine can. */
  origins: string[];
}

/** Every method: what it takes and what it gives. */
export interface Calls {
  /** At most 500, the last changed first; `query` is looked for in titles, prompts and answers, in any case. */
  "conversations.list": { params: { query?: string }; result: ConversationSummary[] };
  /**
   * The session goes on in that conversation; every page of it gets a new `welcome`. Where another session is in it,
   * both are from then on, until one leaves. An answer that is being written in the one that is left goes on.
   */
  "conversations.open": { params: { conversation: string }; result: null };
  "conversations.rename": { params: { conversation: string; title: string }; result: null };
  /** Deleting the open one begins a new one. */
  "conversations.delete": { params: { conversation: string }; result: null };
  "conversations.export": {
    /** `timeZone`: where the reader is, such as "Asia/Tokyo", for the days and times in it. Default: UTC. */
    params: { conversation: string; format: "markdown" | "json"; timeZone?: string };
    result: { name: string; text: string };
  };
  /**
   * Drops the turn and all after it, and asks `text` as turn `as`, which must be new. Every page that is in the
   * conversation gets a new `welcome`. Safe to send again.
   */
  "turn.edit": { params: { turn: string; text: string; as: string }; result: null };
  /** The same with the turn's own prompt. */
  "turn.regenerate": { params: { turn: string; as: string }; result: null };
  /**
   * Says some sentences of a turn, from one on, to this page alone: one `progress` for each of them, in their order, also
   * of those that are still to come.
   */
  "speech.turn": { params: { turn: string } & Reading; result: Read; progress: SpokenSentence & SentenceSpeech };
  /** The same of what the conversation begins with: of the character's greetings that one, from 0. */
  "speech.greeting": {
    params: { greeting: number } & Reading;
    result: Read;
    progress: SpokenSentence & SentenceSpeech;
  };
  /**
   * Says some sentences of a text in a voice that need not be the chosen one. What is left out is as usual for the
   * engine.
   */
  "speech.say": {
    params: { text: string; engine: string } & Partial<VoiceManner> & Reading;
    result: Read;
    progress: SpokenSentence & SentenceSpeech;
  };
  "voices.list": { params: Record<string, never>; result: VoiceEngineInfo[] };
  /**
   * Of the last turns of all conversations, the newest first. With `follow`, a `progress` has them now and whenever one of
   * them has come further, until the call is cancelled.
   */
  "turns.timings": { params: { follow?: boolean }; result: TurnTiming[]; progress: TurnTiming[] };
  /** Who can understand what is said, those of the server; what the browser can do, the page knows itself. */
  "recognisers.list": { params: Record<string, never>; result: RecogniserInfo[] };
  "speechModels.list": { params: { kind: SpeechModelKind }; result: SpeechModelList };
  /** Fetches a model, or watches how it is fetched already: cancelling the call ends the watching alone. */
  "speechModels.fetch": { params: { id: string }; result: null; progress: SpeechModelProgress };
  /** Stops fetching a model; what has come is kept. */
  "speechModels.cancel": { params: { id: string }; result: null };
  /** Takes a model away, or what has come of it. */
  "speechModels.remove": { params: { id: string }; result: null };
  "context.use": { params: Record<string, never>; result: ContextUse };
  /** What all images of conversations take. */
  "images.usage": { params: Record<string, never>; result: ImageUsage };
  "settings.read": { params: Record<string, never>; result: SettingField[] };
  /** Validated, written to the file, and applied at once but for fields that say `restart`. */
  "settings.write": { params: { changes: { path: string[]; value: unknown }[] }; result: { restart: boolean } };
  "llm.preflight": { params: Record<string, never>; result: Preflight };
  /** A prompt is being written: the model is loaded meanwhile, where its server does that. Answered at once. */
  "llm.preload": { params: Record<string, never>; result: null };
  /** Starts the server's program where it is installed, and answers when it is there. For pages on this machine alone. */
  "llm.start": { params: Record<string, never>; result: null };
  /** Keeps a key for the server of the language model in use, which alone is told it; null takes it away. */
  "llm.setKey": { params: { key: string | null }; result: null };
  "llm.pull": { params: { model: string }; result: null; progress: PullProgress };
  "avatars.list": { params: Record<string, never>; result: AvatarChoice[] };
  /** Where its entry file is, for a look at it without showing it. */
  "avatars.preview": { params: { name: string }; result: { url: string } };
  /** Every page gets an `avatar` frame. */
  "avatars.choose": {
    /** `emotions`: names of its expressions for feelings, kept with it from then on, in place of those kept before. */
    params: { name: string; emotions?: Partial<Record<Emotion, string>> };
    result: null;
  };
  /** One that a page has brought, and that is not shown. */
  "avatars.remove": { params: { name: string }; result: null };
  "characters.list": { params: Record<string, never>; result: CharacterChoice[] };
  "characters.choose": { params: { name: string }; result: null };
  "guestLink.read": { params: Record<string, never>; result: GuestLink };
  /** Makes a new one. Sockets of those who came by an earlier one are closed. */
  "guestLink.make": { params: Record<string, never>; result: GuestLink };
  "guestLink.revoke": { params: Record<string, never>; result: GuestLink };
}

export type Method = keyof Calls;
export type Params<M extends Method> = Calls[M]["params"];
export type Result<M extends Method> = Calls[M]["result"];
