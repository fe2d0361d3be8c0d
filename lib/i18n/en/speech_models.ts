import type { SpeechModelWords } from "@/lib/i18n/types/speech_models.ts";

export const VOICE_MODELS: SpeechModelWords = {
  title: "More voices",
  about: (host) =>
    `Neural voices that speak on this computer: what is said never leaves it. Only fetching one asks ${host}, when you press the button.`,
  language: "Voices that speak",
  fact: ({ speakers = 1 }) => speakers === 1 ? "1 voice" : `${speakers} voices`,
  more: (count) => `${count} more`,
  license: "Licence",
  source: "Source",
  there: "Here",
  partly: (completed, total) => `${completed} of ${total} are here`,
  lacks: (size) => `It cannot be used yet. About ${size} from npm are missing:`,
  failed: "It did not come",
  get: "Get",
  getRest: "Get what is missing",
  remove: "Remove",
  of: (action, model) => `${action}: ${model}`,
  runtime: (name) => `Fetching ${name} first …`,
  unpacking: "Unpacking",
  along: (name, size) =>
    `With the first voice comes ${name}, the program that makes them speak, from npm (about ${size}).`,
  ownFolder: "Or put a folder with a voice for sherpa-onnx here:",
  usable: "Can be used",
  unusable: (problem) => `It cannot be used: ${problem}`,
};

export const RECOGNISERS: SpeechModelWords = {
  ...VOICE_MODELS,
  title: "Recognisers",
  about: (host) =>
    `They understand what you say on this computer: your voice never leaves it. Only fetching one asks ${host}, when you press the button.`,
  language: "Recognisers that know",
  fact: ({ streaming }) => streaming === true ? "words while you speak" : "words when you have spoken",
  along: (name, size) =>
    `With the first one come ${name}, the program that runs them, from npm (about ${size}), and a small model that tells voices from noise.`,
  ownFolder: "Or put a folder with a recogniser for sherpa-onnx here:",
};

export const WAKE_WORDS: SpeechModelWords = {
  ...RECOGNISERS,
  title: "Wake word",
  language: "Names as they are spelled in",
  about: (host) =>
    `A small model that listens for what she is called by, on this computer: before she is called, nothing that is said reaches a recogniser or leaves this machine. A name is found when it can be spelled in English letters; others are looked for in what was understood. It comes from ${host}, when you press the button.`,
  fact: () => "",
  ownFolder: "Or put a folder with a keyword model for sherpa-onnx and its bpe.model here:",
};

export const DETECTORS: SpeechModelWords = {
  ...VOICE_MODELS,
  title: "Voice detector",
  about: (host) =>
    `A small model that tells voices from noise on this computer. Listening all the time needs it, whoever understands the words. It comes with the first recogniser; alone it comes from ${host}, when you press the button.`,
  fact: () => "",
  along: (name, size) => `With it comes ${name}, the program that runs it, from npm (about ${size}).`,
  ownFolder: "Or put its folder here:",
};
