/** The voice, and hearing. */
import { z } from "zod";
import { authorizationOf } from "@/lib/config/model_auth.ts";
import { HEARING_MODES } from "@/lib/protocol/hearing.ts";
import { SECRET, serverAddress, text } from "./fields.ts";

const VOLUME = "a number from 0 to 1";

const FACTOR = "a number from 0.5 to 2";

/** What a voice is chosen by. */
export const voiceFields = {
  engine: z.enum(["auto", "sherpa", "flite", "openai", "browser", "blips", "off"]),
  voice: text("the name of one of the engine's voices"),
  rate: z.number({ error: FACTOR }).min(0.5, FACTOR).max(2, FACTOR),
  pitch: z.number({ error: FACTOR }).min(0.5, FACTOR).max(2, FACTOR),
};

export const personaVoice = z.object({
  engine: voiceFields.engine.optional().describe("Who speaks for this character, instead of the general engine."),
  voice: voiceFields.voice.optional().describe("Which of the engine's voices this character has."),
  rate: voiceFields.rate.optional().describe("How fast this character speaks: 1 is usual."),
  pitch: voiceFields.pitch.optional().describe("How high this character speaks: 1 is usual."),
});

export const voice = z.object({
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

export const hearing = z.object({
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
