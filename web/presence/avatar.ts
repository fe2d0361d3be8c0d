import type { StageFault } from "@/web/live2d/errors.ts";
import type { Repertoire } from "@/web/live2d/stage.ts";

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

/** What became of a character that was to be shown. */
export type ShownAvatar =
  & { entry: string }
  & ({
    repertoire: Repertoire;
    /** A small picture of it, as a data URL. */
    picture: string;
  } | { fault: StageFault });
