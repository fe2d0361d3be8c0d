/** Neural voices, recognisers and what they need, which can be fetched: as the page and the server tell each other. */
import type { TurnError } from "./v2.ts";

/**
 * What a model is for: to speak, to understand what is said, to find the wake word in it, or to find in the microphone's
 * sound where somebody speaks, which all that hears on the server needs and comes with the first one.
 */
export const SPEECH_MODEL_KINDS = ["voice", "recogniser", "wake", "detector"] as const;

export type SpeechModelKind = typeof SPEECH_MODEL_KINDS[number];

export interface License {
  name: string;
  /** Where its text or its proof stands. */
  url: string;
}

/**
 * How far fetching a model is: first the program that runs it, which does not tell how far it is, then its files in
 * bytes, then unpacking these.
 */
export type SpeechModelProgress =
  | { step: "runtime" }
  | { step: "fetching" | "unpacking"; completed: number; total: number };

/** What models need that is not in their own files. */
export interface SpeechModelPart {
  name: string;
  /** Of what is fetched, about. */
  bytes: number;
  licenses: License[];
  /** Page of those who have made it. */
  source: string;
}

/** A model of the list. */
export interface SpeechModelInfo {
  id: string;
  name: string;
  /** BCP 47, the one that it knows best first; empty where it needs none. */
  languages: string[];
  /** How many voices are in it; absent where it does not speak. */
  speakers?: number;
  /** True where a recogniser tells words while they are being said. */
  streaming?: boolean;
  /** Of what is fetched. */
  bytes: number;
  /** First that of the model, then those of what comes with it. */
  licenses: License[];
  /** Page of those who have made it. */
  source: string;
  /** `partial`: some of it has come, and is gone on with. `lacking`: its files are there, but not all that it needs. */
  state: "absent" | "partial" | "running" | "lacking" | "there";
  /** What it needs, where it is lacking. */
  lacks?: SpeechModelPart[];
  /** Bytes that have come, where it is partial. */
  completed?: number;
  /** Why it was not fetched when that was tried last. */
  problem?: Pick<TurnError, "message" | "hint">;
}

/** A folder that somebody has put there, of which the list knows nothing. */
export interface OwnSpeechModel {
  /** The folder's name. */
  id: string;
  /** What is missing before it can be used, or why it cannot. */
  problem?: string;
}

export interface SpeechModelList {
  models: SpeechModelInfo[];
  own: OwnSpeechModel[];
  /** Where the files of models come from: names of hosts. What they need comes from npm. */
  host: string;
  /** Where a folder with such a model can be put by hand. */
  folder: string;
  /** The program that runs all of them. */
  runtime: SpeechModelPart & { version: string; there: boolean };
}
