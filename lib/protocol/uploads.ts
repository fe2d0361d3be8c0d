/** Files that a page sends: `POST /api/avatars` and `POST /api/characters`, a form with each file as `file`. */

/** What files are meant as. */
export type UploadKind = "avatar" | "character";

/** Why files cannot be sent. The page's own: never on the wire. */
export type UploadProblem = "nothing" | "unknown" | "several_cards" | "too_many";

/** The answer, with status 201, to files that were taken. */
export interface UploadResult {
  /** What they are in the configuration. */
  name: string;
  /** What their owner should know. */
  warnings: string[];
  /** Of an avatar that waits to be looked at and chosen: the address of its entry file. */
  url?: string;
}
