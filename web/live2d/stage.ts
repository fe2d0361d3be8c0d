/** A canvas with a Live2D character, as the page uses it. */
import type { Avatar, Repertoire } from "@/web/presence/avatar.ts";
import type { MouthPoseSource } from "@/web/presence/presence.ts";
import type { Progress } from "./downloads.ts";
import type { View } from "./fit.ts";

/** What drawing may cost. */
export interface Limits {
  /** Frames a second at most. */
  maxFps: number;
  /** Device pixels for each CSS pixel at most. */
  maxPixelRatio: number;
}

export interface StageOptions extends Partial<Limits> {
  /** Takes the stage down, as {@linkcode Stage.dispose} does. */
  signal?: AbortSignal;
  /** The graphics card has dropped everything. The promise tells when the character is back, or that it will not be. */
  onLost?: (recovery: Promise<void>) => void;
  /** The person has moved or sized the model. */
  onView?: (view: View) => void;
  /** The person has tapped the model. */
  onTap?: () => void;
  /** There is one more of the pictures that {@linkcode Repertoire.pictures} gives. */
  onFacePicture?: () => void;
}

export interface LoadOptions {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** How a character has come onto the stage. */
export interface Loaded {
  /** Whether its textures are larger than the graphics card takes, and so are drawn smaller. */
  shrunk: boolean;
}

/**
 * A canvas with a Live2D character that lives on it. Everything but `load` does nothing while there is none. The stage
 * is the box of the canvas's parent; a canvas that is larger shows more of what lies to the right of it and below.
 */
export interface Stage {
  /**
   * Shows a character. The one before stays until the new one is ready, or for good when it fails.
   *
   * @throws {StageError} saying what is missing
   */
  load(character: Avatar, options?: LoadOptions): Promise<Loaded>;
  /** Moves the mouth with the text of a turn as it grows; null when no more will come. */
  speak(turn: string, text: string | null): void;
  /** Moves the mouth with what is said aloud, which comes before text; null when nothing is. */
  lipSync(source: MouthPoseSource | null): void;
  /** Shows a feeling, by any common word for it, from 0 to 1; it fades by itself. Unknown words change nothing. */
  feel(word: string, intensity?: number): void;
  /** Takes a thinking pose, until told otherwise. */
  think(on: boolean): void;
  /** Puts one of the model's own expressions on, until it is taken off. */
  setExpression(name: string, on: boolean): void;
  /** Plays one of the model's motions. */
  play(group: string, index: number): Promise<void>;
  repertoire(): Repertoire;
  /** A small picture of what is on the stage, as a data URL; empty where there is none. */
  picture(): string;
  /** A small square picture of its head, as a data URL; empty where there is none. */
  portrait(): string;
  /**
   * The same of a character that is not shown. It is drawn here all the same: models of two canvases would take each
   * other's shaders, which the framework keeps once for the page.
   *
   * @throws {StageError} saying what is missing
   */
  portraitOf(character: Avatar, signal: AbortSignal): Promise<string>;
  /** Moves and sizes the character; this is remembered for it. */
  setView(view: View): void;
  /** Keeps to breath, blinks and gaze, for those who ask for reduced motion. */
  setCalm(calm: boolean): void;
  /** Changes what drawing may cost; what is left out is as usual. */
  setLimits(limits?: Partial<Limits>): void;
  /** Frees everything. The canvas cannot be used for another stage afterwards. */
  dispose(): void;
}
