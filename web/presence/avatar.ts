import type { AvatarFault } from "@/lib/protocol/avatar_fault.ts";
import type { Emotion } from "@/lib/protocol/emotions.ts";
import type { Hotkey } from "@/lib/protocol/model_extras.ts";

/** A character to put on the stage. */
export interface Avatar {
  name: string;
  /** Address of the model's entry file. */
  entry: string;
  /** How fast the model's own time runs: 1, the default, is real time. */
  timeScale?: number;
  /** Names of the model's expressions for feelings, where those that are found by themselves are not wanted. */
  emotions?: Readonly<Record<string, string>>;
}

/** What a character can do, for a panel to try it. */
export interface Repertoire {
  /** Feelings that it has a face for. */
  emotions: Emotion[];
  /** Names of the model's own expressions. */
  expressions: string[];
  /** Better names of expressions, where the model has them. */
  titles: ReadonlyMap<string, string>;
  /**
   * Small pictures of the expressions, as data URLs by name, as many as there are by now. The first call has them drawn;
   * `drawnPictures` of presence.ts tells of more.
   */
  pictures(): ReadonlyMap<string, string>;
  motions: { group: string; names: readonly string[] }[];
  /** Address of the picture that its owner has for it. */
  icon?: string;
  /** The owner's own buttons. */
  hotkeys: readonly Hotkey[];
  /** Names of the expressions that are worn for feelings; feelings without one get a pose. */
  faces: ReadonlyMap<Emotion, string>;
}

/** What became of a character that was to be shown. */
export type ShownAvatar =
  & { entry: string }
  & ({
    repertoire: Repertoire;
    /** A small picture of it, as a data URL. */
    picture: string;
  } | { fault: AvatarFault });
