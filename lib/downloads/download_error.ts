/** Why a download cannot go on; message and hint are shown to the reader. */
export class DownloadError extends Error {
  override readonly name = "DownloadError";
  /** What to do about it. */
  readonly hint: string;

  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.hint = hint;
  }
}

/** An error of the file system in words for the reader, such as of a disk that is full; others stay what they are. */
export function diskError(cause: unknown, path: string): unknown {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ENOSPC" || code === "EDQUOT") return noRoom(path, { cause });
  if (code !== "EACCES" && code !== "EPERM" && code !== "EROFS") return cause;
  return new DownloadError(
    `Cannot write ${path}: the server may not`,
    "Let the program write there, or choose another data folder in the configuration",
    { cause },
  );
}

/** @param missing bytes, where that is known */
export function noRoom(path: string, options: ErrorOptions & { missing?: number } = {}): DownloadError {
  const { missing, ...rest } = options;
  const what = missing === undefined
    ? "the disk is full"
    : `${Math.ceil(missing / 1_000_000)} MB are missing on the disk`;
  return new DownloadError(`Cannot write ${path}: ${what}`, "Free some space and go on: what has come is kept", rest);
}
