import type { VoiceModelWords } from "@/lib/i18n/types/voice_models.ts";

export const VOICE_MODELS: VoiceModelWords = {
  title: "More voices",
  about: (host) =>
    `Neural voices that speak on this computer: what is said never leaves it. Only fetching one asks ${host}, when you press the button.`,
  language: "Voices that speak",
  speakers: (count) => count === 1 ? "1 voice" : `${count} voices`,
  more: (count) => `${count} more`,
  license: "Licence",
  source: "Source",
  there: "Here",
  partly: (completed, total) => `${completed} of ${total} are here`,
  failed: "It did not come",
  get: "Get",
  remove: "Remove",
  of: (action, voice) => `${action}: ${voice}`,
  runtime: (name) => `Fetching ${name} first …`,
  unpacking: "Unpacking",
  along: (name) => `With the first voice comes ${name}, the program that makes them speak, from npm (about 15 MB).`,
  ownFolder: "Or put a folder with a voice for sherpa-onnx here:",
};
