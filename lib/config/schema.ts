/** Every field of `vtuber.config.json`: its meaning, unit, limits and default. The editor's JSON schema is made from it. */
import { z } from "zod";
import { isNetwork } from "./addresses.ts";
import { BUS, parseBusAddress } from "./bus_address.ts";
import { authorizationOf } from "./model_auth.ts";
import { modelOptions } from "./model_options.ts";
import { connectableHost } from "./ollama_host.ts";
import { PROVIDER_IDS, usualAddress } from "./provider_ids.ts";
import { isPostgres, SQLITE } from "./store_address.ts";
import { HEARING_MODES } from "@/lib/protocol/hearing.ts";
import { DECLARED_PATHS } from "@/lib/protocol/roles.ts";

const DAY_SECONDS = 86_400;

const SECRET = "user:password, or a token in letters, digits and signs";
const STORE = "sqlite, or an address such as postgres://user:password@host:5432/database";
const DURATION = 'seconds, or a duration such as "10m"';
const GO_DURATION = /^-?(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/;

/** Parts that need no escape, and none that climbs. */
const PLAIN_PATH = /^(\/(?!\.{1,2}(\/|$))[\w.~-]+)+$/;

/** Paths the server answers itself: the socket cannot live there. */
const RESERVED_PATHS = DECLARED_PATHS.filter((path) => !path.endsWith("/*"));
const RESERVED_FOLDERS = DECLARED_PATHS.filter((path) => path.endsWith("/*")).map((path) => path.slice(0, -2));

const model = z.object({
  source: text("a folder, a zip file or an npm path such as npm:name@1.0.0/folder").optional()
    .describe("Where the model is: a folder, a zip file, or npm:name@version/path."),
  entry: text("the name of a .model3.json or .model.json file").optional()
    .describe("The model's entry file, relative to the source. Found by itself when there is just one."),
  timeScale: timeScale().optional().describe("How fast this model's own time runs, instead of the general timeScale."),
  emotions: z.record(z.string(), text("the name of an expression")).optional()
    .describe("Which of the model's expressions shows an emotion, such as happy: exp_02."),
});

const VOLUME = "a number from 0 to 1";
const FACTOR = "a number from 0.5 to 2";

/** What a voice is chosen by. */
export const voiceFields = {
  engine: z.enum(["auto", "sherpa", "flite", "openai", "browser", "blips", "off"]),
  voice: text("the name of one of the engine's voices"),
  rate: z.number({ error: FACTOR }).min(0.5, FACTOR).max(2, FACTOR),
  pitch: z.number({ error: FACTOR }).min(0.5, FACTOR).max(2, FACTOR),
};

const personaVoice = z.object({
  engine: voiceFields.engine.optional().describe("Who speaks for this character, instead of the general engine."),
  voice: voiceFields.voice.optional().describe("Which of the engine's voices this character has."),
  rate: voiceFields.rate.optional().describe("How fast this character speaks: 1 is usual."),
  pitch: voiceFields.pitch.optional().describe("How high this character speaks: 1 is usual."),
});

const voice = z.object({
  engine: voiceFields.engine.default("auto").describe(
    "Who speaks: auto takes a neural voice in sherpa that was fetched, else a voice of the browser's own on the reader's device, else flite for English.",
  ),
  voice: voiceFields.voice.optional().describe("Which of the engine's voices. The engine's first one when absent."),
  rate: voiceFields.rate.default(1).describe("How fast: 1 is usual."),
  pitch: voiceFields.pitch.default(1).describe("How high: 1 is usual."),
  volume: z.number({ error: VOLUME }).min(0, VOLUME).max(1, VOLUME).default(0.8).describe("How loud, from 0 to 1."),
  speak: z.enum(["all", "dialogue"]).default("all").describe(
    "What is said aloud: all, or only what stands in quotation marks.",
  ),
  host: serverAddress("8880").optional().describe(
    "Where a server with POST /v1/audio/speech listens, for the engine openai.",
  ),
  model: text("the name of a model").default("tts-1").describe("The model that such a server is asked for."),
  auth: z.string().refine((secret) => authorizationOf(secret) !== undefined, SECRET).optional().describe(
    "The key of such a server. A secret: set VTUBER_VOICE_AUTH, or authFile, or let nobody else read this file.",
  ),
  authFile: text("a file").optional().describe(
    "A file that holds what auth says, and that only its owner can read; relative to this file's folder.",
  ),
});

const SILENCE = "a number from 0.5 to 2";

const hearing = z.object({
  engine: z.enum(["auto", "openai", "sherpa", "browser", "off"]).default("auto").describe(
    "Who understands what is said: auto takes a recogniser in sherpa that was fetched, else a server at hearing.host, else the browser.",
  ),
  mode: z.enum(HEARING_MODES).default("hold").describe(
    "When the microphone is listened to: hold is while a key is held, open is always, wake is for what begins with the wake word.",
  ),
  wakeWord: text("a word or a name").optional().describe("What she is called by, in mode wake. Her name when absent."),
  patience: z.number({ error: SILENCE }).min(0.5, SILENCE).max(2, SILENCE).default(1).describe(
    "How long a pause may be before it is her turn: 1 is usual, 2 is twice as long.",
  ),
  early: z.boolean().default(true).describe(
    "Whether the answer is begun in the pause already, and dropped when one goes on. It costs some requests more.",
  ),
  bargeIn: z.boolean().default(true).describe("Whether she can be interrupted by speaking."),
  language: text("a language such as en or ja").optional().describe(
    "The language that is spoken (BCP 47), for recognisers that want to know. They find it out themselves when absent.",
  ),
  host: serverAddress("8000").optional().describe(
    "Where a server with POST /v1/audio/transcriptions listens, for the engine openai.",
  ),
  model: text("the name of a model").default("whisper-1").describe("The model that such a server is asked for."),
  auth: z.string().refine((secret) => authorizationOf(secret) !== undefined, SECRET).optional().describe(
    "The key of such a server. A secret: set VTUBER_HEARING_AUTH, or authFile, or let nobody else read this file.",
  ),
  authFile: text("a file").optional().describe(
    "A file that holds what auth says, and that only its owner can read; relative to this file's folder.",
  ),
});

const persona = z.object({
  name: text("a name").optional().describe("What the character is called. The name it has in prompts when absent."),
  text: text("the instructions for the language model").optional()
    .describe("Who the character is, told to the language model. Needed unless there is a card."),
  card: text("a .png or .json file").optional()
    .describe("A SillyTavern character card, PNG or JSON. Fields beside it take the place of the card's own."),
  greeting: text("what the character says first").optional().describe("What the character says first."),
  examples: z.array(
    z.object({
      user: text("what a user says").describe("What a user says."),
      assistant: text("what the character answers").describe("What the character answers."),
    }, { error: "an object with user and assistant" }),
  ).optional().describe("How the character talks: exchanges told to the language model before the conversation."),
  reminder: text("an instruction").optional()
    .describe("An instruction told to the language model again right before each of the user's messages."),
  model: text("the name of an avatar model").optional().describe("The avatar model this character wears."),
  voice: personaVoice.optional().describe("How this character speaks, where it differs from the general voice."),
  llm: text("one of llms").optional().describe(
    "Which of llms plays this character, or llm for the one described there.",
  ),
}).superRefine((persona, context) => {
  if (persona.text !== undefined || persona.card !== undefined) return;
  context.addIssue({ code: "custom", path: ["text"], message: "the instructions for the language model" });
});

/** A language model and who has it. */
const mindFields = {
  provider: z.enum(PROVIDER_IDS).default("ollama").describe(
    "Who answers: Ollama, the built-in demo, or a server with OpenAI's protocol: llama.cpp, LM Studio, vLLM, KoboldCpp, Jan, text-generation-webui (textgen), LocalAI, OpenAI, OpenRouter, or another one (openai-compatible).",
  ),
  model: text("the name of a model, such as qwen2.5").default("qwen2.5").describe("The language model."),
  host: z.string().transform(connectable).optional().describe(
    "Where the language model's server listens, with a path where it lies below one; as usual for it when absent. OLLAMA_HOST takes its place when set, for Ollama alone, and is read as Ollama reads it.",
  ),
  hosts: z.array(z.string().transform(connectable), { error: "a list of addresses" }).default([]).describe(
    "Addresses of several servers that have the same model and share the work, in place of host.",
  ),
  auth: z.string().refine((secret) => authorizationOf(secret) !== undefined, SECRET).optional().describe(
    "What that server, or a proxy before it, wants: user:password, or a key. A secret: set VTUBER_LLM_AUTH, or authFile, or let nobody else read this file.",
  ),
  authFile: text("a file").optional().describe(
    "A file that holds what auth says, and that only its owner can read; relative to this file's folder.",
  ),
  allowLinkLocal: z.boolean().default(false).describe(
    "Whether host may be a link-local address (169.254.0.0/16, fe80::/10) or one at which a cloud tells its secrets.",
  ),
  api: z.enum(["generate", "chat"]).default("chat")
    .describe("Which of Ollama's interfaces is asked: chat (messages) or generate (a lone prompt)."),
  think: z.union([z.boolean(), z.enum(["low", "medium", "high", "max"])], {
    error: 'true, false, "low", "medium", "high" or "max"',
  }).optional().describe(
    "Whether a thinking model thinks first, and how long. Left to the server when absent, and left out for a model that cannot think.",
  ),
  vision: z.boolean().optional().describe(
    "Whether the model can see images, where its server does not tell. Ollama tells.",
  ),
  keepAlive: z.union([z.number({ error: DURATION }), z.string().regex(GO_DURATION, { error: DURATION })], {
    error: DURATION,
  }).optional().describe(
    "How long Ollama keeps the model loaded: seconds, or a duration such as 10m; -1 for ever.",
  ),
  preload: z.boolean().default(true).describe(
    "Whether the model is loaded while the first message is being written, where its server loads models when they are asked for, as Ollama does.",
  ),
  contextLength: whole(256, 10_000_000).optional()
    .describe("Context length in tokens. Asked from the server when absent."),
  options: modelOptions.prefault({})
    .describe("Further options for the server, such as temperature, as its documentation names them."),
};

const mind = z.object(mindFields).transform(withUsualHost);

const llm = z.object({
  ...mindFields,
  use: text("one of llms").optional().describe(
    "Which of llms answers, in place of the one that is described here. A character may name another one.",
  ),
  fallbacks: z.array(text("one of llms, or llm"), { error: "a list of names" }).default([]).describe(
    "Who answers, one after the other, when the chosen language model cannot be reached: names of llms, or llm for the one that is described here.",
  ),
  fallback: z.enum(["demo", "none"]).default("demo")
    .describe("Who answers when no language model can be reached: the built-in demo, or nobody."),
  wsPath: z.string().transform(wsPath).default("/ws").describe("The path of the WebSocket."),
}).transform(withUsualHost);

const server = z.object({
  port: whole(0, 65_535).default(8000).describe("The port of the page. 0 takes any free one. PORT sets it, too."),
  host: z.string().regex(/^[^\s/]+$/, "an address to listen on, such as 127.0.0.1 or 0.0.0.0").default("127.0.0.1")
    .describe("The address to listen on: 127.0.0.1 is this machine only, 0.0.0.0 every network. HOST sets it, too."),
  allowedOrigins: z.array(z.string().transform(origin)).default([])
    .describe(
      "Origins that may open the socket besides our own page, such as https://example.com: those of other pages, or the one a proxy gives ours.",
    ),
  token: z.string().regex(/^[\x21-\x7e]{8,}$/, "at least 8 letters, digits or signs, without spaces").optional()
    .describe(
      "The owner's secret: whoever shows it may do everything. When absent, none is needed on this machine itself, and one is made anew at every start where the server listens beyond it. Guests have a link of their own, made in the settings.",
    ),
  cookieKey: z.string().regex(/^[\x21-\x7e]{32,}$/, "at least 32 letters, digits or signs, without spaces").optional()
    .describe(
      "What signs the cookies of visitors, for several processes without a data folder in common; one is made and kept there when absent. A secret: set VTUBER_SERVER_COOKIE_KEY, or let nobody else read this file.",
    ),
  trustedProxies: z.array(z.string().refine(isNetwork, "an address or a network such as 127.0.0.1 or 10.0.0.0/8"), {
    error: "a list of addresses and networks",
  }).default([]).describe(
    "Proxies whose X-Forwarded-For, -Proto, -Host and -Prefix are believed, by address or network, such as 127.0.0.1 or 10.0.0.0/8. Name only those that write these headers themselves.",
  ),
  basePath: z.string().transform(basePath).default("").describe(
    "The path below which a reverse proxy shows the page, such as /chat, whether it takes the path off or passes it on.",
  ),
  dataDir: text("a folder").default("data").describe(
    "Where conversations and downloads are kept: a folder, relative to this file's.",
  ),
});

const guests = z.object({
  access: z.enum(["off", "link", "open"]).default("link").describe(
    "Who may talk with the character besides the owner: link is whoever has the link that is made in the settings, open is everybody, each browser as a guest of its own, off is nobody. open needs server.token. The limits below hold for each guest; where they are absent, open has those that are named, and link none.",
  ),
  newPerHour: whole(1, 1_000_000).optional().describe(
    "New guests from one address within an hour; those who were here before come in all the same. 300 when open.",
  ),
  sockets: whole(1, 1_000_000).optional().describe("Open sockets of one guest. 8 when open."),
  promptsPerMinute: whole(1, 1_000_000).optional().describe("Messages of one guest within a minute. 10 when open."),
  promptsPerDay: whole(1, 1_000_000).optional().describe("Messages of one guest within a day. 300 when open."),
  charactersPerDay: whole(1, 1_000_000_000).optional().describe(
    "Characters that one guest writes and is answered within a day. 500000 when open.",
  ),
  speechSecondsPerDay: whole(1, 1_000_000).optional().describe(
    "Seconds of speech that are made for one guest within a day; after that the answers are there to be read. 3600 when open.",
  ),
  // No list of conversations is longer.
  conversations: whole(1, 500).optional().describe("Conversations that are kept of one guest. 100 when open."),
  keepDays: whole(1, 36_500).optional().describe(
    "Days that a guest's conversation is kept after it was last changed. 30 when open, for ever otherwise.",
  ),
});

const limits = z.object({
  sockets: whole(1, 1_000_000).default(5000).describe("Open sockets in all."),
  socketsPerAddress: whole(1, 1_000_000).default(2500).describe("Open sockets from one address."),
  promptChars: whole(1, 100_000_000).default(100_000).describe("Characters in one prompt."),
  frameBytes: whole(256, 1_000_000_000).default(1_048_576).describe("Bytes in one frame from a client."),
  lineBytes: whole(65_536, 1_000_000_000).default(16_777_216).describe(
    "Bytes in one line from the language model's server.",
  ),
  backlogBytes: whole(65_536, 1_000_000_000).default(16_777_216)
    .describe("Bytes waiting for a client that reads slowly, before its socket is closed."),
  imageBytes: whole(1_048_576, 1_000_000_000_000).default(2_147_483_648).describe(
    "Bytes of all images that conversations show, on disk; those of guests take half of it at most.",
  ),
  queue: whole(1, 10_000).default(16).describe("Prompts waiting in one conversation."),
  generations: whole(1, 100_000).default(1024).describe("Answers being generated at once."),
  firstByteSeconds: seconds(600).describe(
    "How long the language model may load and think before its first word, in seconds.",
  ),
  idleSeconds: seconds(120).describe("How long the language model may fall silent within an answer, in seconds."),
  sessionSeconds: seconds(120).describe("How long a conversation waits for its page to come back, in seconds."),
});

/** The whole configuration. Fields it does not know are let through, and reported by `loadConfig()`. */
export const configSchema = z.object({
  model: text("the name of a model").default("hiyori").describe("The avatar: hiyori, shizuku, mao, or one of models."),
  models: z.record(
    z.string(),
    z.union([text("").transform((source): ModelConfig => ({ source })), model], {
      error: "a source, or an object with a source",
    }),
  ).default({}).describe("Further models by name, or changes to the known ones."),
  timeScale: timeScale().default(1).describe("How fast the avatar's own time runs: 1 is real time."),
  cubismCore: text("a file, a URL or an npm path")
    .default("npm:wl-live2d@1.0.8/dist/packages/live2dcubism4core.min.js")
    .describe("Live2D Cubism Core for models of Cubism 3 and later: a file, a URL or an npm path."),
  cubism2Core: text("a file, a URL or an npm path")
    .default("npm:wl-live2d@1.0.8/dist/packages/live2dcubism2core.min.js")
    .describe("Live2D's core for models of Cubism 2: a file, a URL or an npm path."),
  llm: llm.prefault({}).describe("The language model."),
  llms: z.record(z.string(), mind).default({}).describe("Further language models by name: see llm.use."),
  prompts: z.record(
    z.string(),
    z.union([text("").transform((text): Persona => ({ text })), persona], {
      error: "the instructions for the language model, or an object with text",
    }),
  ).default({}).describe("Characters by name: instructions for the language model, or an object with text or card."),
  prompt: text("the name of one of prompts").optional().describe(
    "The chosen character: one of prompts, one that comes with the program (companion, streamer or tutor), or none. The first of prompts when absent, or companion.",
  ),
  emotions: z.object({
    classifier: z.boolean().default(true)
      .describe("Whether feelings are guessed from the words when the language model marks none."),
  }).prefault({}).describe("Feelings on the avatar's face."),
  voice: voice.prefault({}).describe("The voice of the character."),
  hearing: hearing.prefault({}).describe("What she hears: spoken prompts."),
  avatar: z.object({
    maxFps: whole(1, 240).default(60).describe("Frames per second at most."),
    maxPixelRatio: z.number().min(0.5, "a number from 0.5 to 4").max(4, "a number from 0.5 to 4").default(2)
      .describe("Device pixels drawn for one CSS pixel, at most."),
  }).prefault({}).describe("How the avatar is drawn."),
  server: server.prefault({}).describe("The page's server."),
  guests: guests.prefault({}).describe("Visitors who are not the owner."),
  store: z.string().refine((store) => store === SQLITE || isPostgres(store), STORE).default(SQLITE).describe(
    "Where conversations are kept: sqlite, in a file of server.dataDir, or the address of a PostgreSQL database, which several servers may share, such as postgres://user:password@host:5432/database. With a password it is a secret: set VTUBER_STORE, or let nobody else read this file.",
  ),
  bus: z.string().refine((bus) => parseBusAddress(bus) !== undefined, BUS).optional().describe(
    "Where NATS with JetStream is, by which several servers with the same store are one, such as nats://127.0.0.1:4222. With a password it is a secret: set VTUBER_BUS, or let nobody else read this file.",
  ),
  limits: limits.prefault({}).describe(
    "What one server takes on; with a bus sockets, socketsPerAddress and generations count over all servers.",
  ),
  ui: z.object({
    language: z.enum(["auto", "en", "ja", "zh"]).default("auto").describe(
      "The page's language; auto asks the browser.",
    ),
    theme: z.enum(["auto", "light", "dark", "contrast"]).default("auto").describe("Colours; auto asks the browser."),
  }).prefault({}).describe("The page."),
  log: z.object({
    level: z.enum(["debug", "info", "warn", "error"]).default("warn").describe("The least that is written to the log."),
  }).prefault({}).describe("The server's log. It never holds the text of a prompt."),
}).describe("Configuration of vtuber");

/** The configuration with every default in place. */
export type Config = z.output<typeof configSchema>;
/** What a user writes about one model. */
export type ModelConfig = z.output<typeof model>;
/** What a user writes about one character. */
export type Persona = z.output<typeof persona>;
/** A language model and who has it, with every default in place. */
export type Mind = z.output<typeof mind>;

// Every `error` text here completes the sentence "it should be …".

function text(what: string): z.ZodString {
  return z.string({ error: what || undefined }).regex(/\S/, what || "text that is not empty");
}

function serverAddress(port: string): z.ZodURL {
  return z.url({ protocol: /^https?$/, error: `an address such as http://127.0.0.1:${port}` });
}

function whole(least: number, most: number): z.ZodInt {
  const error = `a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

function seconds(fallback: number): z.ZodDefault<z.ZodNumber> {
  const error = `seconds, from 1 to ${DAY_SECONDS}`;
  return z.number({ error }).min(1, { error }).max(DAY_SECONDS, { error }).default(fallback);
}

function timeScale(): z.ZodNumber {
  const error = "a number greater than 0 and at most 100";
  return z.number({ error }).gt(0, { error }).max(100, { error });
}

function connectable(value: string, context: z.RefinementCtx): string {
  try {
    return connectableHost(value);
  } catch {
    // The cause would only repeat the value, which the message carries anyway.
    context.addIssue({
      code: "custom",
      message: "an address of Ollama such as http://127.0.0.1:11434, without ? and #",
      input: value,
    });
    return z.NEVER;
  }
}

function withUsualHost<T extends { provider: string; host?: string | undefined }>(mind: T): T & { host: string } {
  return { ...mind, host: mind.host ?? usualAddress(mind.provider) };
}

function wsPath(value: string, context: z.RefinementCtx): string {
  const path = value.startsWith("/") ? value : `/${value}`;
  const reserved = RESERVED_PATHS.some((taken) => taken === path) ||
    RESERVED_FOLDERS.some((folder) => path === folder || path.startsWith(`${folder}/`));
  if (reserved || !PLAIN_PATH.test(path)) {
    const message = `a path such as "/ws" that the page does not use itself (${
      [...RESERVED_PATHS.slice(1), ...RESERVED_FOLDERS].join(", ")
    } are taken)`;
    context.addIssue({ code: "custom", message, input: value });
    return z.NEVER;
  }
  return path;
}

function basePath(value: string, context: z.RefinementCtx): string {
  const path = `/${value.replace(/^\/+|\/+$/g, "")}`;
  if (path === "/") return "";
  if (!PLAIN_PATH.test(path)) {
    context.addIssue({ code: "custom", message: 'a path such as "/chat"', input: value });
    return z.NEVER;
  }
  return path;
}

function origin(value: string, context: z.RefinementCtx): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || url.origin === "null" || url.href !== `${url.origin}/`) {
    context.addIssue({
      code: "custom",
      message: "an origin such as https://example.com, without a path",
      input: value,
    });
    return z.NEVER;
  }
  return url.origin;
}
