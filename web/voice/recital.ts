/** What is said to this page alone, because it has asked for it: an answer again, a greeting, a line to try a voice. */
import type { Read, Reading } from "@/lib/protocol/calls.ts";
import type { VoiceManner } from "@/lib/protocol/speech.ts";
import type { CallClient, CallOptions } from "@/web/connection/call_client.ts";
import { NoVoice } from "./no_voice.ts";
import { ownLanguages } from "./own_languages.ts";

export interface Recital {
  /** Names it where turns are named by their id. */
  readonly id: string;
  /** From 0 to 1. Default: as the reader has it. */
  readonly volume?: number;
  /** Its text so far. */
  text(): string;
  /**
   * Asks the server for the next sentences, from one on.
   *
   * @throws {CallError} when the server cannot say them
   */
  ask(from: number, options: CallOptions<"speech.turn">): Promise<Read>;
  /** Told of a sound that was to be had, and could not be. */
  onLost?(error: unknown): void;
}

export const GREETING = "greeting";
export const TRIAL = "trial";

/** An answer, from the first sentence on or from another one. */
export function recitalOf(calls: CallClient, turn: string, text: () => string): Recital {
  return { id: turn, text, ask: (from, options) => calls.call("speech.turn", { turn, ...reading(from) }, options) };
}

/** What the conversation begins with: that one of the character's greetings, from 0. */
export function greetingRecital(calls: CallClient, greeting: number, text: string): Recital {
  return {
    id: GREETING,
    text: () => text,
    ask: (from, options) => calls.call("speech.greeting", { greeting, ...reading(from) }, options),
  };
}

/** How a voice is tried. */
export interface Trial extends Partial<VoiceManner> {
  text: string;
  /** As the configuration names it. */
  engine: string;
  /** From 0 to 1. */
  volume: number;
}

/**
 * The beginning of a text in a voice that need not be the chosen one. Asking for it throws {@linkcode NoVoice} where
 * nobody says it.
 */
export function trialRecital(calls: CallClient, trial: Trial, onLost: (error: unknown) => void): Recital {
  const { volume, ...line } = trial;
  return {
    id: TRIAL,
    volume,
    text: () => line.text,
    ask: async (from, options) => {
      let isSaid = false;
      await calls.call("speech.say", { ...line, ...reading(from) }, {
        ...options,
        onProgress(part) {
          isSaid ||= part.engine !== "none";
          options.onProgress?.(part);
        },
      });
      if (!isSaid) throw new NoVoice(`Cannot say it: ${line.engine} does not speak its language`);
      return {};
    },
    onLost,
  };
}

function reading(from: number): Reading {
  const speaks = ownLanguages();
  return { from, ...(speaks.length > 0 && { speaks }) };
}
