/** Finds how the mouth moves with sounds beside their being read and played, so that no sound is late for its mouth. */
import type { Viseme } from "@/lib/protocol/speech.ts";
import type { SoundPiece } from "./wav_stream.ts";

/** Looks for the track of a piece that begins so many milliseconds into its sound. */
export type FindTrack = (samples: Int16Array, sampleRate: number, startMs: number) => Promise<Viseme[]>;

/** A piece of a sound whose engine does not tell the mouth's way through it. */
export interface UntrackedPiece extends SoundPiece {
  startMs: number;
  /** The sound's track, which is gone on with. */
  track: Viseme[];
  /** Whether it is still to be heard. What has been is passed over, so that its samples do not pile up. */
  isWanted(): boolean;
}

export class TrackFinder {
  readonly #find: FindTrack;
  /** In the order in which they are heard. */
  readonly #waiting: UntrackedPiece[] = [];
  #isFinding = false;

  constructor(find: FindTrack) {
    this.#find = find;
  }

  /** Its track is found after those of the pieces before. */
  add(piece: UntrackedPiece): void {
    this.#waiting.push(piece);
    if (!this.#isFinding) void this.#findAll();
  }

  async #findAll(): Promise<void> {
    this.#isFinding = true;
    try {
      for (let piece = this.#waiting.shift(); piece !== undefined; piece = this.#waiting.shift()) {
        const { samples, sampleRate, startMs, track } = piece;
        if (piece.isWanted()) track.push(...await this.#find(samples, sampleRate, startMs));
      }
    } finally {
      this.#isFinding = false;
    }
  }
}
