/** What the settings say. */
import type { ImageStorageWords } from "./images.ts";
import type { TurnStage } from "@/lib/protocol/calls.ts";
import type { TalkKey } from "./hearing.ts";
import type { SpeechModelWords } from "./speech_models.ts";

/** A part of the settings. */
export type SettingsSection = "language" | "character" | "hearing" | "avatar" | "appearance" | "server";

/** What a field is called, and what it does. */
export interface FieldWords {
  label: string;
  help?: string;
  /** What its values are called. One that is not here is called what it is. */
  choices?: Readonly<Record<string, string>>;
  /** Shown where nothing is set and there is no default. */
  unset?: string;
  /** Of a number that is chosen by a slider: what its least and its most mean. */
  ends?: readonly [string, string];
}

/** About the microphone and who understands it. */
export interface EarWords {
  /** Where what is said goes. */
  stays: string;
  goesTo(host: string): string;
  browser: string;
  noBrowser: string;
  deaf: string;
  /** A button that tries it. */
  test: string;
  loudness: string;
  /** While it is tried: before anything was understood, and what was. */
  talkNow: string;
  heard(text: string): string;
  device: string;
  usualDevice: string;
  /** One that the browser does not name. */
  unnamed(number: number): string;
  talkKey: string;
  talkKeyHelp: string;
  talkKeys: Record<TalkKey, string>;
}

/** About hearing a voice. */
export interface VoiceTrialWords {
  /** A button. */
  say: string;
  /** Where the words go. */
  stays: string;
  onDevice: string;
  goesTo(host: string): string;
  silent: string;
  /** Why nothing is heard: no voice speaks the language. */
  nobody: string;
}

/** About how long turns took. */
export interface TimingWords {
  title: string;
  about: string;
  none: string;
  /** Above the times of day at which they were asked. */
  turn: string;
  stages: Record<TurnStage, string>;
  median: string;
  /** The 95th percentile. */
  most: string;
}

export interface SettingsWords {
  sections: Record<SettingsSection, string>;
  /** Under the name of each part. */
  about: Record<SettingsSection, string>;
  /** By dotted path. A field that is not here is shown with the server's own description. */
  fields: Readonly<Record<string, FieldWords>>;
  saving: string;
  saved: string;
  /** A button; `value` is the default. */
  restore(value: string): string;
  on: string;
  off: string;
  decidedBy(variable: string): string;
  nextStart: string;
  restartNow: string;
  keptIn: string;
  outOfRange(least: number | undefined, most: number | undefined): string;
  loading: string;
  installed: string;
  noneInstalled(server: string): string;
  /** Above those of a server that is not on this computer. */
  installedAt(server: string): string;
  /** Under the first of them. */
  moreModels(count: number): string;
  /** Above the options of the model's server. */
  options: { title: string; about: string };
  /** About the key of the model's server. */
  key: {
    label: string;
    needed(server: string): string;
    about(host: string): string;
    kept(host: string): string;
    configured: string;
    /** Buttons. */
    keep: string;
    forget: string;
  };
  inUse: string;
  runsElsewhere: string;
  otherModel: string;
  /** Where the provider tells: the address of its library, and names that are there. */
  otherModelHelp(library: string, examples: string): string;
  use: string;
  avatars: string;
  characters: string;
  chosen: string;
  fetching: string;
  /** Above the reason why something cannot be chosen. */
  missing: string;
  addZip: string;
  addFolder: string;
  addCard: string;
  dropHint: string;
  aboutCards: string;
  /** About the link that lets guests in. */
  share: {
    title: string;
    about: string;
    /** A button, as the two that follow. */
    make: string;
    renew: string;
    revoke: string;
    /** Names the box that shows it. */
    link: string;
    onlyHere: string;
  };
  trial: VoiceTrialWords;
  images: ImageStorageWords;
  timings: TimingWords;
  voiceModels: SpeechModelWords;
  ears: EarWords;
  recognisers: SpeechModelWords;
  wakeWords: SpeechModelWords;
  detectors: SpeechModelWords;
  thisBrowser: string;
  everybody: string;
}
