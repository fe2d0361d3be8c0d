/** What kept the avatar from the stage, so that the page can say what to do. */
export type StageErrorCode = "webgl" | "core" | "model" | "too-new";

/** The avatar cannot be shown. The message is a whole sentence for the person before the page. */
export class StageError extends Error {
  override readonly name = "StageError";

  /**
   * @param code What kind of thing went wrong
   * @param message What was being done, with which file
   * @param hint What the person can do about it
   */
  constructor(readonly code: StageErrorCode, message: string, readonly hint: string, options?: ErrorOptions) {
    super(message, options);
  }
}
