/** What the page says of images. */
export interface ImageWords {
  /** Of the button that shows the ways to attach one. */
  attach: string;
  choose: string;
  photograph: string;
  share: string;
  /** While a screen is shared. */
  sharing: string;
  takeFrame: string;
  stopSharing: string;
  /** What a picture of the screen is called. */
  screen: string;
  /** Of an image without a name, and of one with. */
  image: string;
  named(name: string): string;
  remove(name: string): string;
  preparing: string;
  /** What is asked of an image without a word. */
  question: string;
  /** Where who would answer cannot see. */
  blind(model: string): string;
  /** Under an answer of somebody who could not see. */
  unseen: string;
  /** While files are held above the page. */
  drop: { title: string; text: string };
  problems: { unreadable: string; offline: string; many(most: number): string };
}

/** What the settings say of all images of conversations. */
export interface ImageStorageWords {
  title: string;
  usage(count: number, bytes: string, most: string): string;
  about: string;
}
