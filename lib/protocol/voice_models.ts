/** Neural voices that can be fetched, as the page and the server tell each other of them. */
import type { TurnError } from "./v2.ts";

export interface License {
  name: string;
  /** Where its text or its proof stands. */
  url: string;
}

/**
 * How far fetching a voice is: first the program that makes it speak, which does not tell how far it is, then its files
 * in bytes, then unpacking these.
 */
export type VoiceModelProgress =
  | { step: "runtime" }
  | { step: "fetching" | "unpacking"; completed: number; total: number };

/** A voice of the list. */
export interface VoiceModelInfo {
  id: string;
  name: string;
  /** BCP 47, the one that it speaks best first. */
  languages: string[];
  /** How many voices are in it. */
  speakers: number;
  /** Of what is fetched. */
  bytes: number;
  /** First that of the voice, then those of what comes with it. */
  licenses: License[];
  /** Page of those who have made it. */
  source: string;
  /** `partial`: some of it has come, and is gone on with. */
  state: "absent" | "partial" | "running" | "there";
  /** Bytes that have come, where it is partial. */
  completed?: number;
  /** Why it was not fetched when that was tried last. */
  problem?: Pick<TurnError, "message" | "hint">;
}

export interface VoiceModelList {
  voices: VoiceModelInfo[];
  /** Where the files come from: names of hosts. */
  host: string;
  /** Where a folder with a voice can be put by hand. */
  folder: string;
  /** The program that makes all of them speak. */
  runtime: { name: string; version: string; there: boolean; licenses: License[]; source: string };
}
