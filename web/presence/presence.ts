/**
 * What the chat lets the avatar see. The chat writes these signals, the avatar reads them; neither knows the other,
 * and each works without the other. Only for the browser: a server shares its modules among all its visitors.
 */
import { type Signal, signal } from "@preact/signals";
import type { Avatar, ShownAvatar } from "./avatar.ts";
import type { MouthShapeName } from "@/lib/protocol/speech.ts";
import type { AppConfig } from "@/lib/protocol/app_config.ts";

/** What the character is doing, as far as the conversation tells. */
export type Activity = "idle" | "listening" | "thinking" | "speaking";

/** The visible text of the turn that streams. It only grows until the turn changes. */
export interface Speech {
  turn: string;
  text: string;
}

/** A feeling that the face should show. */
export interface Feeling {
  /** Such as `happy`, `sad`, `angry`, `surprised`, `shy`, `neutral`; the avatar ignores a name it has no face for. */
  name: string;
  /** From 0 (nothing) to 1 (fully). */
  intensity: number;
  /** Offset in the turn's visible text at which it begins, in UTF-16 units. */
  at: number;
  turn: string;
}

/** What the character is doing. Written by the chat. */
export const activity: Signal<Activity> = signal<Activity>("idle");

/** What the character is saying; null when nothing streams. Written by the chat. */
export const speech: Signal<Speech | null> = signal<Speech | null>(null);

/** The newest feeling; each writing is a new one, even with the same name. Written by the chat. */
export const feelings: Signal<Feeling | null> = signal<Feeling | null>(null);

/** How the mouth stands now; null where nobody speaks aloud, so that text moves it. A share of each shape, 0 to 1. */
export type MouthPose = Readonly<Partial<Record<MouthShapeName, number>>>;

/** Where the avatar asks how the mouth stands, several times a frame. */
export interface MouthPoseSource {
  /**
   * How the mouth stands, by the clock of what comes out of the loudspeaker.
   *
   * @param ahead Milliseconds from now, back when negative: lips begin before their sound, and so that a smoothed
   * movement is not late, it has to know what comes. Nothing when left out
   */
  (ahead?: number): MouthPose;
  /** The loudspeaker's own time, in milliseconds: for whoever records how well the mouth keeps to it. */
  playhead?(): number;
}

/** Tells how the mouth is to stand; null while nothing is said aloud. Set by the voice. */
export const mouthPose: Signal<MouthPoseSource | null> = signal<MouthPoseSource | null>(null);

/**
 * How far the answer has been heard: characters (UTF-16 units) of the turn's visible text, 0 from when it is known that
 * it will be spoken; null where it is not spoken aloud. Feelings take effect by it. Written by the voice.
 */
export const heard: Signal<{ turn: string; to: number } | null> = signal<{ turn: string; to: number } | null>(null);

/** Counts the taps on the character: a reader who wants it silent, or just its attention. Written by the avatar. */
export const taps: Signal<number> = signal(0);

/** The character to show instead of the configured one; null for that one. Written by whoever lets a person choose. */
export const chosenAvatar: Signal<Avatar | null> = signal<Avatar | null>(null);

/** What the last character that came onto the stage can do, or why it did not come. Written by the avatar. */
export const shownAvatar: Signal<ShownAvatar | null> = signal<ShownAvatar | null>(null);

/** Avatars of which small pictures are wanted beside the one that is shown. Written by whoever lists them. */
export const wantedPictures: Signal<readonly Avatar[]> = signal([]);

/** Counts the small pictures of avatars and of their faces that have been drawn. Written by the avatar. */
export const drawnPictures: Signal<number> = signal(0);

/** What the server says of the avatar since the page was loaded; null until it says anything. Written by the chat. */
export const appConfig: Signal<AppConfig | null> = signal<AppConfig | null>(null);
