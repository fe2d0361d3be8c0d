import { PositionWaits } from "@/lib/bus/position_waits.ts";
import type { ServerFrame } from "@/lib/protocol/v2.ts";

/** A frame that belongs to the conversation, and so is numbered and kept for those who come back. */
export type LoggedFrame =
  | Extract<
    ServerFrame,
    { type: "queued" | "start" | "chunk" | "thinking" | "emotion" | "sentence" | "speech" | "heard" | "end" }
  >
  | (Extract<ServerFrame, { type: "error" }> & { turn: string; seq: number });

type TextFrame = Extract<LoggedFrame, { type: "chunk" | "thinking" }>;

function isText(frame: LoggedFrame): frame is TextFrame {
  return frame.type === "chunk" || frame.type === "thinking";
}

/**
 * The latest frames of a conversation, oldest first. Readers hold a position and take what is new since then,
 * so a slow reader costs no memory of its own; one that falls off the end gets the whole history instead.
 */
export class FrameLog {
  #frames: LoggedFrame[] = [];
  /** Position of the first frame that is still kept. */
  #first = 0;
  /** Number of the newest frame that is no longer kept. */
  #before: number;
  #seq: number;
  readonly #capacity: number;
  /** Position up to which frames may be sent; undefined while all may. */
  #kept: number | undefined;
  #cleared = 0;
  readonly #waits = new PositionWaits();

  /**
   * @param seq the number that the first frame will follow
   * @param capacity how many frames are kept at least; up to twice as many are
   */
  constructor(seq: number, capacity = 2_000) {
    this.#before = seq;
    this.#seq = seq;
    this.#capacity = capacity;
  }

  /** Number of the newest frame. */
  get seq(): number {
    return this.#seq;
  }

  /** Position after the newest frame. */
  get end(): number {
    return this.#first + this.#frames.length;
  }

  /** Position after the newest frame that may be sent. */
  get kept(): number {
    return this.#kept ?? this.end;
  }

  /** How often it was cleared. */
  get cleared(): number {
    return this.#cleared;
  }

  /** From now on a frame may be sent once {@linkcode keep} has said so. */
  hold(): void {
    this.#kept = this.end;
  }

  /** Frames before this position may be sent. */
  keep(position: number): void {
    this.#kept = position;
    this.#waits.reach(position);
  }

  /** Every frame may be sent when it comes. */
  unhold(): void {
    this.#kept = undefined;
    this.#waits.reach(this.end);
  }

  /** Resolves when all before a position may be sent; undefined when it may already. */
  whenKept(position: number): Promise<void> | undefined {
    if (this.kept >= position) return undefined;
    return this.#waits.until(position);
  }

  /** Takes numbers up to `seq` as used. */
  raise(seq: number): void {
    this.#seq = Math.max(this.#seq, seq);
  }

  push(frame: LoggedFrame): void {
    this.#frames.push(frame);
    this.#seq = frame.seq;
    if (this.#frames.length >= 2 * this.#capacity) {
      const surplus = this.#frames.length - this.#capacity;
      this.#before = this.#frames.splice(0, surplus).at(-1)!.seq;
      this.#first += surplus;
    }
  }

  /** Drops everything and takes `seq` as used; positions go on growing. */
  clear(seq: number): void {
    this.#before = seq;
    this.#seq = seq;
    this.#first = this.end;
    this.#frames = [];
    this.#cleared++;
  }

  /** Position right after the frame numbered `seq`, or undefined when frames since then are not (or no longer) here. */
  positionAfter(seq: number): number | undefined {
    if (seq < this.#before || seq > this.#seq) return undefined;
    let low = 0;
    let high = this.#frames.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#frames[middle]!.seq <= seq) low = middle + 1;
      else high = middle;
    }
    return this.#first + low;
  }

  /**
   * The frames from `position` on that may be sent, neighbouring text of the same turn joined to one frame that carries the last `seq`.
   * Undefined when some of them are no longer kept.
   */
  readJoined(position: number): LoggedFrame[] | undefined {
    if (position < this.#first) return undefined;
    const joined: LoggedFrame[] = [];
    /** The last of them, where it is a copy that grows: the frames of the log stay as they are. */
    let growing: TextFrame | undefined;
    const to = this.kept - this.#first;
    for (let i = position - this.#first; i < to; i++) {
      const frame = this.#frames[i]!;
      const last = joined.at(-1);
      if (!isText(frame) || last?.type !== frame.type || last.turn !== frame.turn) {
        joined.push(frame);
        growing = undefined;
        continue;
      }
      if (growing === undefined) joined[joined.length - 1] = growing = { ...last };
      growing.seq = frame.seq;
      growing.data += frame.data;
    }
    return joined;
  }
}
