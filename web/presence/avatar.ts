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
  motions: { group: string; names: readonly string[] }[];
  /** Address of the picture that its owner has for it. */
  icon?: string;
  /** The owner's own buttons. */
  hotkeys: readonly Hotkey[];
  /** Names of the expressions that are worn for feelings; feelings without one get a pose. */
  faces: ReadonlyMap<Emotion, string>;
}

/**
 * What keeps the avatar from the stage, with what there is to say about it. It becomes a sentence where it is shown,
 * as only the page knows its reader's language.
 */
export type StageFault =
  /** The browser has no WebGL. */
  | { code: "no_webgl" }
  /** The graphics card was lost and has not come back. */
  | { code: "webgl_lost" }
  /** Live2D's core does not load, or its file is something else. */
  | { code: "core_missing" | "core_wrong"; file: string }
  /** Live2D's core has loaded, but does not start. */
  | { code: "core_asleep" }
  /** The server does not hand out a file. */
  | { code: "file_missing"; file: string; status: number }
  /** The connection broke while a file was loading. */
  | { code: "file_cut"; file: string }
  | { code: "not_json"; file: string }
  /** An entry file that names no moc, or no texture. */
  | { code: "not_entry" | "no_texture"; file: string }
  | { code: "bad_moc" | "bad_texture"; file: string }
  /** `format` is what the moc needs, `latest` what this core knows: versions of Cubism, such as `5.0`. */
  | { code: "too_new"; file: string; format: string; latest: string }
  /** A model that was loaded, but fails while it is drawn. */
  | { code: "undrawable"; name: string }
  /** Whatever nobody has thought of; `message` is the error's own. */
  | { code: "unexpected"; message: string };

/** What became of a character that was to be shown. */
export type ShownAvatar =
  & { entry: string }
  & ({
    repertoire: Repertoire;
    /** A small picture of it, as a data URL. */
    picture: string;
  } | { fault: StageFault });
