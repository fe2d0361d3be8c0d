/** Faces of which pictures are drawn; of some models there are hundreds. */
const MOST = 60;
/** Between two pictures, ms, so that the page and the figure go on meanwhile. */
const PAUSE = 30;

/** Small pictures of an avatar's faces: drawn when they are first wanted, one after the other, and kept. */
export class FacePictures {
  readonly #draw: (name: string) => string;
  readonly #waiting: string[];
  readonly #onDrawn: () => void;
  #drawn: ReadonlyMap<string, string> = new Map();
  #busy = false;

  /**
   * @param names of the faces
   * @param draw gives a picture as a data URL; empty while the avatar is not on the stage, and its turn comes again
   * @param onDrawn called when there is one more
   */
  constructor(names: readonly string[], draw: (name: string) => string, onDrawn: () => void) {
    this.#waiting = names.slice(0, MOST);
    this.#draw = draw;
    this.#onDrawn = onDrawn;
  }

  /** Those that there are so far, by the names of the faces; the first call has them drawn. */
  read(): ReadonlyMap<string, string> {
    if (!this.#busy) this.#next();
    return this.#drawn;
  }

  #next(): void {
    this.#busy = this.#waiting.length > 0;
    if (!this.#busy) return;
    setTimeout(() => {
      const name = this.#waiting[0]!;
      const picture = this.#draw(name);
      if (picture === "") {
        this.#busy = false;
        return;
      }
      this.#waiting.shift();
      this.#drawn = new Map([...this.#drawn, [name, picture]]);
      this.#onDrawn();
      this.#next();
    }, PAUSE);
  }
}
