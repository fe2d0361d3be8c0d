import type { SetupWords } from "@/lib/i18n/types/setup.ts";

export const SETUP: SetupWords = {
  checks: "What is there",
  serverThere: (server) => `${server} is running`,
  serverMissing: (server, host) => `${server} does not answer at ${host}`,
  modelThere: (model) => `The model ${model} is there`,
  modelMissing: (model) => `The model ${model} is not there yet`,
  modelUnknown: (model, server) => `The model ${model}: known once ${server} runs`,
  webglThere: "This browser draws the avatar with WebGL",
  webglMissing: "This browser does not draw with WebGL",
  webglHelp: "Turn on hardware acceleration in the browser's settings, or try another browser.",
  contextThere: (tokens) => `It remembers ${tokens} tokens of a conversation`,
  contextLoaded: (tokens, most) =>
    `It remembers ${tokens} tokens of a conversation, of the ${most} that the model could`,
  contextUnknown: "How much it remembers: known once the model is there",
  loaded: (size, percent) =>
    percent === 100
      ? `Loaded (${size}), all of it on the graphics card`
      : percent === 0
      ? `Loaded (${size}), on the processor alone`
      : `Loaded (${size}), only ${percent} % of it on the graphics card`,
  memoryHelp: "That is slower. A smaller model, or a shorter context, may fit on the card.",
  memoryUnknown: "Whether it fits the graphics card: known once it is loaded",
  alsoLoaded: (models) => `In memory beside it: ${models}`,
  verdicts: { good: "There:", weak: "Could be better:", bad: "Missing:", unknown: "Not known yet:" },
  startServer: "Start it on this computer:",
  start: (server) => `Start ${server}`,
  starting: (server) => `${server} is starting…`,
  getServer: (server) => `Get ${server}`,
  checkAgain: "Try again",
  checking: "Looking…",
  get: (model) => `Get ${model}`,
  orUse: "Or use one that is there:",
  more: "All settings",
  pull: {
    coming: (model) => `${model} is coming`,
    there: (model) => `${model} is there`,
    stopped: "Stopped. What has come so far is kept.",
    failed: (model) => `${model} could not be brought`,
    starting: "Starting…",
    progress: (completed, total) => `${completed} of ${total}`,
    left: (time) => `${time} left`,
    cancel: "Cancel",
    goOn: "Go on",
  },
  review: {
    found: (faces, motions) => `${faces} faces, ${motions} motions. `,
    faces: "Which face for which feeling",
    byItself: (name) => name === undefined ? "by itself" : `by itself: ${name}`,
    missing: (count) => count === 1 ? "One thing is missing or left out" : `${count} things are missing or left out`,
    take: "Put on the stage",
    remove: "Remove",
  },
  drop: {
    several: (label) => `There are several models in ${label}. Which one?`,
    review: (name) => `${name}: have a look`,
    title: "Drop it here",
    text: "An image for your message, an avatar as a zip or a folder, or a character card as a picture, JSON or CharX",
    reading: "Reading the files…",
    sending: (label) => `Sending ${label}`,
    checking: (label) => `Looking ${label} over`,
    done: {
      avatar: (name) => `${name} is on the stage`,
      character: (name) => `You are talking with ${name} now`,
    },
    failed: {
      avatar: (label) => `${label} cannot be shown`,
      character: (label) => `${label} cannot be used`,
    },
    proxyAnswered: (status) =>
      `Something between this page and the server has answered in its place (${status})${
        status === 413 ? ": it takes no files of this size. Raise its limit (in nginx: client_max_body_size)" : ""
      }`,
    connectionLost: "The connection broke. Try again.",
    problems: {
      nothing: "There was nothing in it that could be read",
      unknown:
        "This is neither an avatar (a zip, or a folder with a .model3.json) nor a character card (PNG, JSON, CharX, JPEG or WebP)",
      several_cards: "Drop one character card at a time",
      too_many: "That is far too much for one avatar: drop the model's own folder",
    },
  },
  notLoaded: "This could not be loaded. Is the server running?",
};
