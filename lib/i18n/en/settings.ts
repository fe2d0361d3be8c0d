import { IMAGE_STORAGE } from "./images.ts";
import type { SettingsWords } from "@/lib/i18n/types/settings.ts";
import { SERVER_NAMES } from "@/lib/i18n/server_names.ts";
import { MODEL_OPTIONS } from "./model_options.ts";
import { DETECTORS, RECOGNISERS, VOICE_MODELS, WAKE_WORDS } from "./speech_models.ts";

export const SETTINGS: SettingsWords = {
  sections: {
    language: "Language model",
    character: "Character",
    hearing: "Hearing",
    avatar: "Avatar",
    appearance: "Appearance",
    server: "Server",
  },
  about: {
    language: "Who thinks and writes the answers",
    character: "Who you talk with",
    hearing: "Whether you can talk with your character, and how",
    avatar: "Who stands on the stage",
    appearance: "How this page looks and which language it speaks",
    server: "The program behind this page",
  },
  fields: {
    "llm.use": {
      label: "Language model",
      help: "Of those in the configuration's file; what follows is about this one.",
      choices: { llm: "The one described here" },
      unset: "The one described here",
    },
    "llm.provider": {
      label: "What runs it",
      choices: {
        ...SERVER_NAMES,
        ollama: "Ollama",
        demo: "The built-in demo",
        "openai-compatible": "Another server with OpenAI's protocol",
      },
    },
    "llm.host": { label: "Where the language model runs", help: "The address of its server. Empty for the usual one." },
    "llm.contextLength": {
      label: "How much it remembers",
      help: "In tokens (num_ctx); a token is about three quarters of a word. More needs more memory.",
      unset: "As the model has it",
    },
    "llm.think": {
      label: "Thinking before answering",
      help: "For models that can. It makes answers better and later.",
      choices: {
        true: "Yes",
        false: "No",
        low: "A little",
        medium: "Some",
        high: "Much",
        max: "As much as it can",
      },
      unset: "As the model likes",
    },
    "llm.vision": { label: "Can see images", help: "For servers that do not say so; Ollama does." },
    "llm.keepAlive": {
      label: "Keep it loaded for",
      help: "Seconds, or a time such as 10m or 1h; -1 is for ever.",
      unset: "As usual",
    },
    "llm.preload": {
      label: "Load it while I write",
      help: "The first answer comes sooner. For Ollama, which loads a model when it is asked.",
    },
    "llm.fallback": {
      label: "When the language model cannot be reached",
      choices: { demo: "The demo answers", none: "Nobody answers" },
    },
    "llm.api": {
      label: "How it is asked",
      help: "With the whole conversation, the model knows what was said before.",
      choices: { chat: "With the whole conversation", generate: "With one message only" },
    },
    ...MODEL_OPTIONS,
    "limits.firstByteSeconds": {
      label: "Longest wait for the first word",
      help: "In seconds. Large models take long to load.",
    },
    "limits.idleSeconds": { label: "Longest pause within an answer", help: "In seconds." },
    "emotions.classifier": {
      label: "Guess feelings from the words",
      help: "For language models that do not mark what they feel.",
    },
    "voice.engine": {
      label: "Voice",
      choices: {
        auto: "The best there is",
        sherpa: "Neural voices (fetched)",
        flite: "Built in (English)",
        openai: "Speech server",
        browser: "The browser's own",
        blips: "Blips, as in old games",
        off: "Silent",
      },
    },
    "voice.voice": {
      label: "Which voice",
      help: "Such as slt, rms, awb or kal of the built-in one, or kokoro#af_heart of a neural one.",
      unset: "The first",
    },
    "voice.rate": { label: "How fast she speaks", help: "1 is usual, 2 is twice as fast." },
    "voice.pitch": { label: "How high she speaks", help: "1 is usual." },
    "voice.volume": { label: "How loud, for readers who have not chosen", help: "From 0 to 1." },
    "voice.speak": {
      label: "What is said aloud",
      choices: { all: "Everything that can be said", dialogue: "Only what stands in quotation marks" },
    },
    "hearing.engine": {
      label: "Who understands",
      choices: {
        auto: "The best there is",
        sherpa: "On this machine (fetched)",
        openai: "Speech server",
        browser: "The browser's own",
        off: "Nobody",
      },
    },
    "hearing.mode": {
      label: "When she listens",
      choices: { hold: "While I hold the button", open: "Always, once it is on", wake: "When she is called" },
    },
    "hearing.wakeWord": { label: "What she is called by", unset: "Her name" },
    "hearing.patience": {
      label: "How long a pause may be",
      help: "After it, it is her turn. An unfinished thought gets more time anyway.",
      ends: ["Quick", "Patient"],
    },
    "hearing.early": {
      label: "Begin the answer in the pause",
      help: "It is dropped when you go on. She answers sooner, for some more work of the language model.",
    },
    "hearing.bargeIn": { label: "Interrupt her by speaking", help: "Her own voice and a cough do not." },
    "hearing.language": { label: "Language that is spoken", help: "Such as en or ja.", unset: "Found by itself" },
    timeScale: { label: "Speed of movement", help: "1 is as the artist made it, 2 is twice as fast." },
    "avatar.maxFps": { label: "Pictures a second, at most", help: "Fewer save power." },
    "avatar.maxPixelRatio": {
      label: "Sharpness, at most",
      help: "Pixels for each point of the screen. Less saves power.",
    },
    "ui.language": {
      label: "Language",
      choices: { auto: "As the browser asks", en: "English", ja: "日本語", zh: "中文" },
    },
    "ui.theme": {
      label: "Colours",
      choices: { auto: "As the device has it", light: "Light", dark: "Dark", contrast: "High contrast" },
    },
    "server.port": { label: "Port", help: "The number after the colon in this page's address." },
    "guests.access": {
      label: "Who may come in",
      help:
        "Besides you. Everybody needs server.token to be set: you come in by it, and all others are guests with limits of their own.",
      choices: { off: "Nobody", link: "Whoever has the link", open: "Everybody" },
    },
    "server.host": {
      label: "Who can reach it",
      help: "127.0.0.1 is this computer only; 0.0.0.0 is everybody in the network, with a token.",
    },
    "llm.wsPath": { label: "Path of the socket", help: "Where pages and other programs connect." },
    "log.level": {
      label: "What is logged",
      choices: { debug: "Everything", info: "What happens", warn: "Warnings", error: "Errors only" },
    },
  },
  saving: "Saving…",
  saved: "Saved",
  restore: (value) => `Back to ${value}`,
  on: "on",
  off: "off",
  decidedBy: (variable) => `The environment variable ${variable} decides this.`,
  nextStart: "Holds from the next start on.",
  restartNow: "Restart the server for the changes to take effect.",
  keptIn: "Everything is kept in vtuber.config.json, your comments included.",
  outOfRange: (least, most) =>
    most === undefined
      ? `At least ${least}`
      : least === undefined
      ? `At most ${most}`
      : `A number from ${least} to ${most}`,
  loading: "Loading…",
  installed: "Models on this computer",
  noneInstalled: (server) => `${server} has no model yet.`,
  installedAt: (server) => `Models of ${server}`,
  moreModels: (count) => `${count} more: type a part of the name below.`,
  options: {
    title: "How it chooses its words",
    about:
      "Nothing has to be set here: every model brings what suits it. Further options may stand in the file, under llm.options.",
  },
  key: {
    label: "Key",
    needed: (server) => `${server} answers nobody without a key.`,
    about: (host) =>
      `It is kept on this server in a file that only you can read, told to ${host} alone, and never shown again.`,
    kept: (host) => `A key is kept for ${host}.`,
    configured: "The configuration has the key.",
    keep: "Keep",
    forget: "Forget it",
  },
  inUse: "In use",
  runsElsewhere: "Runs in the cloud: your messages leave this computer",
  otherModel: "Another model",
  otherModelHelp: (library, examples) => `A name from ${library}, such as ${examples}`,
  use: "Use",
  avatars: "Avatars",
  characters: "Characters",
  chosen: "Chosen",
  fetching: "On its way…",
  missing: "Not there yet",
  addZip: "Add a zip",
  addFolder: "Add a folder",
  addCard: "Add a card",
  dropHint: "Or drop it anywhere on this page.",
  aboutCards: "Character cards (PNG, JSON, CharX, JPEG or WebP), as SillyTavern and others make them, bring more.",
  share: {
    title: "Share",
    about:
      "Whoever has this link can talk with your character. They see their own conversations only, and no settings.",
    make: "Make a link",
    renew: "Make a new one",
    revoke: "Turn it off",
    link: "Link for guests",
    onlyHere:
      "Only this computer opens this address: let the network reach it below, or use a tunnel's address instead.",
  },
  trial: {
    say: "Say something",
    stays: "What she says stays on this machine.",
    onDevice: "What she says stays on your device.",
    goesTo: (host) => `What she says goes to ${host}.`,
    silent: "Nobody speaks.",
    nobody: "This voice does not speak your language. Choose another one.",
  },
  images: IMAGE_STORAGE,
  timings: {
    title: "How fast she answers",
    about:
      "Seconds from a message until its answer is begun, its first token and its first clause are there, the clause is " +
      "heard, and has been heard to its end. Of the last 20 messages, as it happens.",
    none: "No message has come since the server was started.",
    turn: "Asked at",
    stages: {
      queue: "Queue",
      firstToken: "First token",
      firstClause: "First clause",
      firstSound: "First sound",
      played: "Played",
    },
    median: "Median",
    most: "95 %",
  },
  voiceModels: VOICE_MODELS,
  ears: {
    stays: "What you say stays on this machine.",
    goesTo: (host) => `What you say goes to ${host}.`,
    browser: "Your browser understands you. Many send what you say to their maker: the test tells whether yours does.",
    noBrowser: "Your browser cannot understand speech: get a recogniser below, or name a speech server.",
    deaf: "Nobody listens.",
    test: "Try it",
    loudness: "How loud it is",
    talkNow: "Say something…",
    heard: (text) => `I heard: “${text}”`,
    device: "Microphone",
    usualDevice: "The usual one",
    unnamed: (number) => `Microphone ${number}`,
    talkKey: "Key to hold while talking",
    talkKeyHelp: "It works without the button, wherever you are on this page.",
    talkKeys: { space: "Space, outside of boxes", control: "Right Ctrl", f8: "F8", none: "None" },
  },
  recognisers: RECOGNISERS,
  wakeWords: WAKE_WORDS,
  detectors: DETECTORS,
  thisBrowser: "In this browser",
  everybody: "For everyone who has not chosen",
};
