/** What bringing an avatar or a character may cost: every limit of uploads and of reading models, once. */

const MIB = 1024 * 1024;

/** Nobody's model or character is this big; a folder chosen by mistake, or a file made to harm, is. */
export const UPLOAD_LIMITS = {
  /** Uploads at a time, from everybody and from one visitor. */
  atOnce: 3,
  atOncePerVisitor: 1,
  /** How long the body of an upload may take to come, and how long nothing of it may come, seconds. */
  bodySeconds: 900,
  bodyIdleSeconds: 30,
  /** Body of an upload, without the form around its files. */
  avatarBytes: 256 * MIB,
  cardBytes: 16 * MIB,
  /** A CharX, which may hold many pictures: only its card is read. */
  charxBytes: 256 * MIB,
  /** An image of a prompt; pages shrink theirs to some 300 KB. */
  imageBytes: 4 * MIB,
  /** Images that come at a time: each takes a moment. */
  imagesAtOnce: 16,
  imagesAtOncePerVisitor: 4,
  /** What the names of the files and the borders between them may take. */
  formBytes: 8 * MIB,

  /** Files of a folder or a zip. */
  files: 20_000,
  /** Folders within folders. */
  depth: 12,
  /** Files of a zip, and the list of them at its end: read, each of them takes some 8 KB. */
  zipFiles: 2_500,
  zipDirectoryBytes: MIB,
  /** A model's entry file, unpacked. */
  entryBytes: MIB,
  /** Any other JSON file of a model, such as a motion, that is read to check it: that takes twenty times as much. */
  jsonBytes: MIB / 2,
  /** A whole model, unpacked; one of its files may take all of it. */
  modelBytes: 512 * MIB,

  /** All that is read of one upload, unpacked, however often: to check it, to compare it, to keep it. */
  readBytes: 2048 * MIB,
  readFiles: 100_000,
  readSeconds: 120,

  /** The JSON of a character card, and each text in a picture that may hold one. */
  cardTextBytes: 4 * MIB,
  /** Signs in it that begin a value: each value takes twenty times as much as its text. */
  cardValues: 600_000,
  /** All that a card says of its character, UTF-16 units. */
  cardTextLength: 1_000_000,
  cardNameLength: 200,

  /** Live2D's Core. */
  coreBytes: 16 * MIB,
} as const;

/** A number of bytes for readers, such as `16 MiB`. */
export function mebibytes(bytes: number): string {
  return bytes < MIB ? `${bytes} bytes` : `${Math.round(bytes / MIB)} MiB`;
}
