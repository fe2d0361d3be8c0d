import { MASK_SIZE } from "./masks.ts";

/** How finely and how often is drawn. */
export interface Quality {
  /** Share of the pixels of an edge. */
  scale: number;
  /** Frames a second at most. */
  maxFps: number;
  /** Edge of the buffer for clipping masks, pixels. */
  maskSize: number;
}

/** From all that is wanted to what a processor can do that plays graphics card. */
const LEVELS: readonly Quality[] = [
  { scale: 1, maxFps: Infinity, maskSize: MASK_SIZE },
  { scale: 0.75, maxFps: 30, maskSize: MASK_SIZE / 2 },
  { scale: 0.6, maxFps: 30, maskSize: MASK_SIZE / 2 },
  { scale: 0.5, maxFps: 30, maskSize: MASK_SIZE / 4 },
  { scale: 0.5, maxFps: 20, maskSize: MASK_SIZE / 4 },
  { scale: 0.35, maxFps: 20, maskSize: MASK_SIZE / 4 },
  { scale: 0.35, maxFps: 15, maskSize: MASK_SIZE / 4 },
];

/** Time over which frames are counted, and over which the display's own pace is learnt before anything is drawn, ms. */
const WINDOW = { drawing: 1000, empty: 250 };
/** Share of the time by which frames come late: more is too slow, less than the other leaves room for more. */
const SLOW = 0.3;
const QUICK = 0.15;
/** From this share on two levels are given up at once. */
const VERY_SLOW = 0.7;
/** Windows in a row that must be slow, and quick, until something changes. */
const SLOW_FOR = 2;
const QUICK_FOR = 5;
/** The wait for more quality doubles up to this, whenever more has turned out to be too much. */
const LONGEST_WAIT = 160;
/** Windows after a rise in which a fall means that the rise was too much. */
const TRIAL = 8;
/** A display's time for a frame, ms: one of 60 Hz is quick enough, one of 30 Hz is no sign of a slow machine. */
const PERIOD = { least: 1000 / 60, most: 1000 / 29 };

/**
 * Lowers the quality of drawing while the machine does not keep up with its display, so that whoever types on the page
 * need not wait for the avatar; raises it again when there is room. What counts are the display's frames that come
 * late or not at all, whether the main thread or the graphics card has no time for them.
 */
export class Governor {
  #level = 0;
  /** The shortest time between two frames so far. */
  #period = PERIOD.most;
  #began: number | null = null;
  #last = 0;
  /** Time by which frames were late since `#began`. */
  #late = 0;
  #times: number[] = [];
  #slow = 0;
  #quick = 0;
  #wait = QUICK_FOR;
  #sinceRise = Infinity;

  get quality(): Quality {
    return LEVELS[this.#level]!;
  }

  /** Begins to count anew: what comes between was not about drawing. */
  restart(): void {
    this.#began = null;
    this.#slow = this.#quick = 0;
  }

  /**
   * A frame of the display has come, whether anything is drawn in it or not.
   *
   * @param now its time, ms
   * @param asked since when it was waited for: the time of the frame before, or later after a rest
   * @param drawing whether there is anything to draw; the display's own pace shows best while there is not
   * @returns whether the quality is another one now
   */
  frame(now: number, asked: number, drawing: boolean): boolean {
    if (this.#began === null) {
      this.#began = this.#last = now;
      this.#late = 0;
      this.#times = [];
      return false;
    }
    if (asked === this.#last) this.#times.push(now - asked);
    this.#late += Math.max(0, now - asked - this.#period);
    this.#last = now;
    const elapsed = now - this.#began;
    if (elapsed < (drawing ? WINDOW.drawing : WINDOW.empty)) return false;
    const short = this.#times.sort((a, b) => a - b)[Math.floor(this.#times.length / 10)] ?? PERIOD.most;
    this.#period = Math.max(PERIOD.least, Math.min(this.#period, short));
    const lost = this.#late / elapsed;
    this.#began = now;
    this.#late = 0;
    this.#times = [];
    return drawing && this.#judge(lost);
  }

  /** @param lost share of the time by which frames were late */
  #judge(lost: number): boolean {
    this.#sinceRise++;
    this.#slow = lost > SLOW ? this.#slow + 1 : 0;
    this.#quick = lost < QUICK ? this.#quick + 1 : 0;
    if (this.#slow >= SLOW_FOR) {
      if (this.#sinceRise <= TRIAL) this.#wait = Math.min(LONGEST_WAIT, this.#wait * 2);
      return this.#go(lost > VERY_SLOW ? 2 : 1);
    }
    if (this.#quick >= this.#wait) {
      this.#sinceRise = 0;
      return this.#go(-1);
    }
    return false;
  }

  #go(steps: number): boolean {
    const level = Math.min(LEVELS.length - 1, Math.max(0, this.#level + steps));
    const changed = level !== this.#level;
    this.#level = level;
    // The first frames of another size are dearer than the rest, and are not counted.
    this.restart();
    return changed;
  }
}
