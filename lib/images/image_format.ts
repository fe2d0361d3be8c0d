/** Which kind of image bytes are, by the bytes themselves. */
import { JPG } from "image-size/types/jpg";
import { PNG } from "image-size/types/png";
import { WEBP } from "image-size/types/webp";

/** The kinds that language models read, and browsers make. */
const FORMATS = [
  { type: "image/jpeg", ending: "jpg", reader: JPG },
  { type: "image/png", ending: "png", reader: PNG },
  { type: "image/webp", ending: "webp", reader: WEBP },
] as const;

export interface ImageFormat {
  type: string;
  /** Of its file, without a dot. */
  ending: string;
  /** In pixels. */
  width: number;
  height: number;
}

/** What an image is; undefined where it is none, or of another kind. */
export function imageFormat(bytes: Uint8Array): ImageFormat | undefined {
  try {
    const format = FORMATS.find(({ reader }) => reader.validate(bytes));
    if (format === undefined) return undefined;
    const { width, height } = format.reader.calculate(bytes);
    return width > 0 && height > 0 ? { type: format.type, ending: format.ending, width, height } : undefined;
  } catch {
    return undefined; // Cut off before it says how large it is.
  }
}

/** The media type of a kept file by its name. */
export function typeOfEnding(ending: string): string | undefined {
  return FORMATS.find((format) => format.ending === ending)?.type;
}

/** The endings that kept files have. */
export const IMAGE_ENDINGS: readonly string[] = FORMATS.map(({ ending }) => ending);
