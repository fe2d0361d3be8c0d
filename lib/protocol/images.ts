/**
 * Images that prompts show. A page sends each by `POST /api/images`, a form with it as `file`, is told its id, and names
 * that in the prompt; whoever may see the conversation gets it from below {@linkcode IMAGES}.
 */

/** Below it, the images by their ids. */
export const IMAGES = "/images/*";

/** Images in one prompt, at most. */
export const MOST_IMAGES = 4;
/** What a page shrinks the longer side to, in pixels: models see no more than that. */
export const LONGEST_SIDE = 1280;
/** Longest name of an image, UTF-16 units. */
export const LONGEST_IMAGE_NAME = 200;

/** An image as a prompt names it. */
export interface NamedImage {
  /** The SHA-256 of its bytes, in hexadecimal digits. */
  id: string;
  /** What its sender calls it, such as the name of the file. */
  name?: string;
}

/** An image of a turn. */
export interface TurnImage extends NamedImage {
  /** In pixels. */
  width: number;
  height: number;
  /** True where whoever answered cannot see, and was not shown it. */
  unseen?: true;
}

/** Images with whether whoever answers does not see them. */
export function markUnseen(images: readonly TurnImage[], unseen: true | undefined): TurnImage[] {
  return images.map(({ unseen: _, ...image }) => ({ ...image, ...(unseen && { unseen }) }));
}
