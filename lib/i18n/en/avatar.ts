import type { AvatarWords } from "@/lib/i18n/types/avatar.ts";

const BRING = "Choose the avatar again in the settings: its files are checked and brought anew.";
const DAMAGED = "The file may be damaged: fetch the model again.";

export const AVATAR: AvatarWords = {
  picture: (name) => `Avatar: ${name}`,
  loading: "Loading the avatar",
  tryOut: "Try faces and motions",
  feelings: "Feelings",
  emotions: {
    neutral: "neutral",
    happy: "happy",
    excited: "excited",
    sad: "sad",
    angry: "angry",
    surprised: "surprised",
    shy: "shy",
    scared: "scared",
    sleepy: "sleepy",
    thinking: "thinking",
  },
  expressions: "Expressions",
  motions: (group) => group === "" ? "Motions" : `Motions: ${group}`,
  shrunk: "The textures are larger than this browser takes, so they are drawn smaller.",
  hotkeys: "Hotkeys",
  view: "View",
  size: "Size",
  leftRight: "Left and right",
  upDown: "Up and down",
  reset: "Reset the view",
  faults: {
    no_webgl: {
      text: () => "This browser cannot draw the avatar: WebGL is not available",
      hint: "Turn on hardware acceleration in the browser's settings, or try another browser.",
    },
    webgl_lost: { text: () => "The browser has stopped drawing the avatar", hint: "Reload this page." },
    core_missing: { text: ({ file }) => `Live2D's Cubism Core could not be loaded (${file})`, hint: BRING },
    core_wrong: { text: ({ file }) => `${file} is not Live2D's Cubism Core`, hint: BRING },
    core_asleep: {
      text: () => "Live2D's Cubism Core does not start",
      hint: "Reload this page; if that does not help, update the browser.",
    },
    file_missing: { text: ({ file, status }) => `Cannot load ${file}: the server answered ${status}`, hint: BRING },
    file_cut: {
      text: ({ file }) => `Cannot load ${file}: the connection failed`,
      hint: "See whether the server is running, and reload this page.",
    },
    not_json: { text: ({ file }) => `${file} is not JSON`, hint: DAMAGED },
    not_entry: {
      text: ({ file }) => `${file} is not the entry file of a Live2D model`,
      hint: "The entry of a model ends with .model3.json (or .model.json for Cubism 2).",
    },
    no_texture: { text: ({ file }) => `${file} names no texture`, hint: DAMAGED },
    bad_moc: { text: ({ file }) => `${file} is not a Live2D model that can be read`, hint: DAMAGED },
    bad_texture: { text: ({ file }) => `${file} is not an image that can be read`, hint: DAMAGED },
    too_new: {
      text: ({ file, format, latest }) =>
        `${file} is of Cubism ${format}, but this Cubism Core knows formats up to ${latest}`,
      hint: "Name a newer Cubism Core as `cubismCore` in vtuber.config.json, or export the model for an older version.",
    },
    undrawable: {
      text: ({ name }) => `${name} cannot be drawn`,
      hint: "Reload this page, or choose another model.",
    },
    unexpected: { text: ({ message }) => `The avatar cannot be shown: ${message}`, hint: "Reload this page." },
  },
};
