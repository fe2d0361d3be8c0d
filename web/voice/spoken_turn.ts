/** What is said of a turn: its sentences in their order, and when each of them is heard. */
import type { SentenceSpeech, SpokenSentence, Viseme } from "@/lib/protocol/speech.ts";
import { LETTER_MS } from "@/web/presence/letter_shapes.ts";
import type { MouthPose } from "@/web/presence/presence.ts";
import type { AudioChannel } from "./audio_output.ts";
import { heardTo, type HeardWord, shareSaid, wordsOf } from "./heard_words.ts";
import { poseAt } from "./mouth_track.ts";

/** A part of a sentence's sound on the loudspeaker's clock. */
interface Piece {
  /** Seconds. */
  start: number;
  end: number;
  /** Milliseconds of the sentence's sound before it. */
  offset: number;
}

/** A sentence of a turn, from when it is known until it has been heard. */
export class SentenceSound {
  readonly sentence: SpokenSentence;
  readonly words: readonly HeardWord[];
  /** Who says it; null until that is known. */
  speech: SentenceSpeech | null = null;
  track: Viseme[] = [];
  /** Milliseconds of its sound that have been scheduled. */
  scheduled = 0;
  /** Whether all of it has been scheduled. */
  complete = false;
  #pieces: Piece[] = [];

  constructor(sentence: SpokenSentence, text: string) {
    this.sentence = sentence;
    this.words = wordsOf(sentence, text);
  }

  /** When the last of it is heard, in seconds of the clock; 0 for one that is not heard at all. */
  get end(): number {
    return this.#pieces.at(-1)?.end ?? 0;
  }

  get audible(): boolean {
    return this.#pieces.length > 0;
  }

  addPiece(start: number, seconds: number): void {
    this.#pieces.push({ start, end: start + seconds, offset: this.scheduled });
    this.scheduled += seconds * 1000;
  }

  /** A voice of the browser has come to a place of it, in milliseconds as its track counts. */
  moveTo(offset: number, now: number): void {
    const last = this.#pieces.at(-1);
    if (last !== undefined) last.end = now;
    this.#pieces.push({ start: now, end: Infinity, offset });
  }

  /** A voice of the browser has come to its end. */
  finish(now: number): void {
    const last = this.#pieces.at(-1);
    if (last !== undefined) last.end = now;
    this.complete = true;
  }

  /** Milliseconds of it that have been heard at a time of the clock; null before it begins. */
  heardMs(time: number): number | null {
    const piece = this.#pieces.findLast(({ start }) => start <= time);
    return piece === undefined ? null : piece.offset + (Math.min(time, piece.end) - piece.start) * 1000;
  }

  /** Milliseconds of it that come out of the loudspeaker at a time of the clock; null while nothing of it does. */
  soundingMs(time: number): number | null {
    const piece = this.#pieces.findLast(({ start }) => start <= time);
    return piece === undefined || time >= piece.end ? null : this.heardMs(time);
  }

  /** Up to where the turn's text has been heard, UTF-16 units. */
  heardTo(time: number): number {
    const ms = this.heardMs(time);
    return ms === null
      ? this.sentence.from
      : heardTo(this.sentence, this.words, shareSaid(this.track, ms, this.#length));
  }

  pose(time: number): MouthPose {
    const ms = this.heardMs(time);
    return ms === null || time >= this.end ? {} : poseAt(this.track, ms);
  }

  /** In milliseconds, as far as anybody knows. */
  get #length(): number {
    if (this.complete) return Math.max(this.scheduled, this.track.at(-1)?.at ?? 0);
    return Math.max(this.scheduled, this.speech?.ms ?? this.sentence.say.length * LETTER_MS);
  }
}

export class SpokenTurn {
  readonly turn: string;
  /** Whether it is said again: then it ends without a word to the server. */
  readonly replay: boolean;
  readonly channel: AudioChannel;
  readonly end = new AbortController();
  /** Sample of the clock at which the next sound begins at the earliest. */
  cursor = 0;
  /** The next sentence to schedule. */
  next: number;
  /** No more sentences come. */
  closed = false;
  #audible = false;
  #answered = false;
  readonly #sounds = new Map<number, SentenceSound>();
  /** The sentence that is being heard, or will be next. */
  #hearing: number;
  #heard = 0;

  /** @param from the sentence that it begins with, from 0 */
  constructor(
    turn: string,
    channel: AudioChannel,
    { from = 0, replay = false }: { from?: number; replay?: boolean } = {},
  ) {
    this.turn = turn;
    this.channel = channel;
    this.replay = replay;
    this.next = this.#hearing = from;
  }

  /** Takes a sentence; one that is known stays as it is. `text` = the turn's visible text so far. */
  add(sentence: SpokenSentence, text: string): void {
    if (sentence.index < this.next || this.#sounds.has(sentence.index)) return;
    this.#sounds.set(sentence.index, new SentenceSound(sentence, text));
  }

  speak(speech: SentenceSpeech): void {
    const sound = this.#sounds.get(speech.index);
    if (sound === undefined || sound.speech !== null) return;
    sound.speech = speech;
    sound.track = speech.visemes?.slice() ?? [];
    this.#answered = true;
    if (speech.url !== undefined || speech.engine === "browser") this.#audible = true;
  }

  /** Whether any of it makes or will make a sound. */
  get audible(): boolean {
    return this.#audible;
  }

  /** Whether nobody can say what is known of it. */
  get isMute(): boolean {
    return this.#answered && !this.#audible;
  }

  /** The next sentence to schedule, once it is known who says it. */
  get ready(): SentenceSound | null {
    const sound = this.#sounds.get(this.next);
    return sound?.speech ? sound : null;
  }

  /** The sentence that is being heard; null between two. */
  get hearing(): SentenceSound | null {
    return this.#sounds.get(this.#hearing) ?? null;
  }

  /** Whether all that is known of it has been heard. */
  get idle(): boolean {
    return this.hearing === null;
  }

  /** How far it has been heard, UTF-16 units. */
  get heard(): number {
    return this.#heard;
  }

  /** Goes on to a time of the clock. Gives the sentences that have been heard to their end since the last call. */
  advance(time: number): SentenceSound[] {
    const done: SentenceSound[] = [];
    for (let sound = this.hearing; sound !== null; sound = this.hearing) {
      if (!sound.complete || time < sound.end) {
        this.#heard = Math.max(this.#heard, sound.audible ? sound.heardTo(time) : 0);
        break;
      }
      this.#heard = sound.sentence.to;
      this.#hearing++;
      if (sound.audible) done.push(sound);
    }
    return done;
  }

  /** How the mouth stands at a time of the clock. */
  pose(time: number): MouthPose {
    // Whoever smooths asks for what was a moment ago, and for what comes.
    for (let index = this.#hearing - 1; index < this.next; index++) {
      const sound = this.#sounds.get(index);
      if (sound?.audible && time < sound.end) return sound.pose(time);
    }
    // The one that is being scheduled.
    return this.#sounds.get(this.next)?.pose(time) ?? {};
  }
}
