/** Plays what is said of turns, sentence after sentence without a gap, and tells how far it has been heard. */
import type { PlayedSound } from "@/lib/protocol/hearing.ts";
import type { SentenceSpeech, SpokenSentence } from "@/lib/protocol/speech.ts";
import type { MouthPose } from "@/web/presence/presence.ts";
import type { AudioOutput } from "./audio_output.ts";
import type { BrowserVoice } from "./browser_voice.ts";
import { trackFromText } from "./mouth_track.ts";
import { Resampler } from "@/lib/resampler.ts";
import { type SentenceSound, SpokenTurn } from "./spoken_turn.ts";
import { type FindTrack, TrackFinder } from "./track_finder.ts";
import { readWav } from "./wav_stream.ts";

/** Milliseconds between two looks at how far it has been heard. */
const TICK_MS = 40;
/** Seconds of sound that lie ready: the next sentence is fetched when there is less. */
const AHEAD = 8;
/** Milliseconds without a sound from the server after which no more of a sentence is expected. */
const PATIENCE_MS = 20_000;
/** Seconds from now at which a sound can begin at the earliest, so that its first samples are not missed. */
const LEAD = 0.02;

/** How fast a voice of the browser can be. */
const RATES = { least: 0.4, most: 3 };

/** What is being heard now. */
export interface Hearing {
  turn: string;
  /** UTF-16 units of the turn's visible text that have been heard. */
  to: number;
  /** The sentence that is being heard; null between two. */
  sentence: SpokenSentence | null;
  /** Where the word that is being heard begins. */
  word: number | null;
}

export interface PlayerHandlers {
  /** Null when nothing is said any more. */
  onHearing(hearing: Hearing | null): void;
  /** A sentence begins to sound, goes on after a gap, or, by null, there is silence. */
  onSounding(sounding: PlayedSound | null): void;
  /** A sentence has been heard to its end; not told of what is said again. */
  onPlayed(turn: string, index: number): void;
  /** A sound was to be had, and could not be. The next sentence goes on. */
  onLost(error: unknown): void;
}

export interface PlayerOptions extends PlayerHandlers {
  output: AudioOutput;
  voice: BrowserVoice;
  fetch(url: string, options: { signal: AbortSignal }): Promise<Response>;
  /** Finds the mouth's way through a sound whose engine does not tell it. */
  findTrack: FindTrack;
  /** Calls back once after so many milliseconds; the returned function calls it off. */
  schedule(callback: () => void, ms: number): () => void;
}

export class Player {
  readonly #options: PlayerOptions;
  readonly #output: AudioOutput;
  readonly #tracks: TrackFinder;
  /** In the order in which they are said. */
  #turns: SpokenTurn[] = [];
  #running: SpokenTurn | null = null;
  #waiting: { until: () => boolean; go: () => void }[] = [];
  #stopTicking: (() => void) | null = null;
  #sounding: PlayedSound | null = null;
  /** How fast the browser's voice is: it tells only while it speaks, and some tell nothing but when they have ended. */
  #browserRate = 1;

  constructor(options: PlayerOptions) {
    this.#options = options;
    this.#output = options.output;
    this.#tracks = new TrackFinder(options.findTrack);
  }

  /** The turn that is being said. */
  get current(): SpokenTurn | null {
    return this.#turns[0] ?? null;
  }

  /** Whether the turn is being said, or will be. */
  knows(turn: string): boolean {
    return this.#turns.some((known) => known.turn === turn);
  }

  /** A turn will be said, after those before it. */
  begin(turn: string, options: { from?: number; replay?: boolean } = {}): void {
    if (this.knows(turn)) return;
    this.#turns.push(new SpokenTurn(turn, this.#output.channel(), options));
    this.#tell();
    this.#tick();
  }

  /** @param text the turn's visible text so far */
  sentence(turn: string, sentence: SpokenSentence, text: string): void {
    this.#find(turn)?.add(sentence, text);
  }

  speech(turn: string, speech: SentenceSpeech): void {
    this.#find(turn)?.speak(speech);
    this.#tick();
  }

  /**
   * Resolves when so little of a turn is left to be scheduled that what comes from a sentence on is wanted.
   *
   * @throws when the turn is not to be said any more
   */
  async comesTo(turn: string, index: number): Promise<void> {
    const known = this.#find(turn);
    if (known === undefined) throw new DOMException(`The turn ${turn} is not to be said any more`, "AbortError");
    await this.#until(() => known.next >= index - 1, known.end.signal);
  }

  /** No more of a turn will be said than what is known, unless it comes after all. */
  close(turn: string): void {
    const known = this.#find(turn);
    if (known !== undefined) known.closed = true;
    this.#tick();
  }

  /** Does not say any more of a turn. */
  drop(turn: string): void {
    const known = this.#find(turn);
    if (known === undefined) return;
    this.#end(known);
    this.#turns = this.#turns.filter((other) => other !== known);
    this.#tell();
    this.#tick();
  }

  /** Ends all that is said and will be, within the moment. Gives what was being said. */
  silence(): SpokenTurn | null {
    const current = this.current;
    current?.advance(this.#output.heardAt);
    for (const turn of this.#turns) this.#end(turn);
    this.#turns = [];
    this.#options.voice.cancel();
    this.#tell();
    return current;
  }

  /**
   * How the mouth stands.
   *
   * @param ahead Milliseconds from what is being heard
   */
  pose(ahead = 0): MouthPose {
    return this.current?.pose(this.#output.heardAt + ahead / 1000) ?? {};
  }

  #find(turn: string): SpokenTurn | undefined {
    return this.#turns.find((known) => known.turn === turn);
  }

  #end(turn: SpokenTurn): void {
    turn.end.abort();
    turn.channel.silence();
  }

  /** Looks at the clock, and goes on with whatever waits for it. */
  #tick(): void {
    this.#stopTicking?.();
    this.#stopTicking = null;
    const turn = this.current;
    if (turn === null) return;
    for (const { sentence } of turn.advance(this.#output.heardAt)) {
      if (!turn.replay) this.#options.onPlayed(turn.turn, sentence.index);
    }
    if (turn.closed && turn.idle) {
      // Its very end is told, before there is nothing.
      this.#tell();
      this.#end(turn);
      this.#turns.shift();
    }
    this.#tell();
    if (this.current !== this.#running) this.#run();
    const ready = this.#waiting.filter(({ until }) => until());
    this.#waiting = this.#waiting.filter((one) => !ready.includes(one));
    for (const { go } of ready) go();
    if (this.current !== null) this.#stopTicking = this.#options.schedule(() => this.#tick(), TICK_MS);
  }

  #tell(): void {
    this.#tellSounding();
    const turn = this.current;
    if (turn === null) return this.#options.onHearing(null);
    const sound = turn.hearing?.audible ? turn.hearing : null;
    const word = sound?.words.find(({ to }) => to === turn.heard)?.from ?? null;
    this.#options.onHearing({ turn: turn.turn, to: turn.heard, sentence: sound?.sentence ?? null, word });
  }

  #tellSounding(): void {
    const { current: turn } = this;
    const sound = turn?.hearing ?? null;
    const ms = this.#output.running ? sound?.soundingMs(this.#output.heardAt) ?? null : null;
    const before = this.#sounding;
    this.#sounding = turn === null || sound === null || ms === null ? null : {
      turn: turn.turn,
      index: sound.sentence.index,
      ms,
      ...(sound.speech?.url !== undefined && { url: sound.speech.url }),
    };
    const isSame = before?.turn === this.#sounding?.turn && before?.index === this.#sounding?.index;
    if (!isSame) this.#options.onSounding(this.#sounding);
  }

  /** Schedules the sentences of the turn that is to be said now. */
  #run(): void {
    const turn = this.#running = this.current;
    // Whoever ends a turn ends what is awaited for it.
    if (turn !== null) this.#scheduleAll(turn).catch((error) => turn.end.signal.aborted || this.#options.onLost(error));
  }

  async #scheduleAll(turn: SpokenTurn): Promise<void> {
    const { signal } = turn.end;
    for (;;) {
      await this.#until(() => turn.ready !== null && this.#isRoom(turn), signal);
      const sound = turn.ready;
      if (sound?.speech == null) continue;
      const { url, engine } = sound.speech;
      try {
        if (url !== undefined) await this.#play(turn, sound, url);
        else if (engine === "browser") await this.#say(turn, sound);
      } catch (error) {
        if (signal.aborted) return;
        this.#options.onLost(error);
      }
      sound.complete = true;
      turn.next++;
      this.#tick();
    }
  }

  #isRoom(turn: SpokenTurn): boolean {
    return turn.cursor / this.#output.sampleRate - this.#output.now < AHEAD;
  }

  async #play(turn: SpokenTurn, sound: SentenceSound, url: string): Promise<void> {
    const late = new AbortController();
    const signal = AbortSignal.any([turn.end.signal, late.signal]);
    const giveUp = () => late.abort(new Error(`Cannot load the sound: nothing comes from ${url}`));
    let stopWaiting = this.#options.schedule(giveUp, PATIENCE_MS);
    try {
      const response = await this.#options.fetch(url, { signal });
      if (!response.ok || response.body === null) {
        throw new Error(`Cannot load the sound: ${response.status} for ${url}`);
      }
      const { track } = sound;
      const isTracked = track.length > 0;
      let resampler: Resampler | null = null;
      let ms = 0;
      for await (const { samples, sampleRate } of readWav(response.body)) {
        stopWaiting();
        stopWaiting = this.#options.schedule(giveUp, PATIENCE_MS);
        signal.throwIfAborted();
        resampler ??= new Resampler(sampleRate, this.#output.sampleRate);
        this.#put(turn, sound, resampler.push(samples));
        const { end } = sound;
        const isWanted = () => !turn.end.signal.aborted && this.#output.heardAt < end;
        if (!isTracked) this.#tracks.add({ samples, sampleRate, startMs: ms, track, isWanted });
        ms += samples.length * 1000 / sampleRate;
      }
      if (resampler !== null) this.#put(turn, sound, resampler.end());
    } finally {
      stopWaiting();
    }
  }

  #put(turn: SpokenTurn, sound: SentenceSound, samples: Float32Array<ArrayBuffer>): void {
    const { sampleRate, now } = this.#output;
    const at = Math.max(turn.cursor, Math.ceil((now + LEAD) * sampleRate));
    turn.channel.play(samples, at);
    turn.cursor = at + samples.length;
    sound.addPiece(at / sampleRate, samples.length / sampleRate);
  }

  /** Lets a voice of the browser say it, once what comes before has been heard. */
  async #say(turn: SpokenTurn, sound: SentenceSound): Promise<void> {
    const { sampleRate } = this.#output;
    const { signal } = turn.end;
    const { say, language } = sound.sentence;
    const { voice, rate = 1, pitch = 1 } = sound.speech ?? {};
    await this.#until(() => this.#output.running && this.#output.heardAt >= turn.cursor / sampleRate, signal);
    const pace = this.#browserRate * rate;
    const { track, ms } = trackFromText(say, pace);
    sound.track = track;
    let began = this.#output.now;
    try {
      await this.#options.voice.speak(say, language, {
        manner: { ...(voice !== undefined && { voice }), rate, pitch },
        signal,
        onStart: () => sound.moveTo(0, began = this.#output.now),
        onBoundary: (at) => sound.moveTo(trackFromText(say.slice(0, at), pace).ms, this.#output.now),
      });
      const own = this.#browserRate * ms / 1000 / (this.#output.now - began);
      this.#browserRate = Math.min(RATES.most, Math.max(RATES.least, own));
    } finally {
      sound.finish(this.#output.now);
      turn.cursor = Math.max(turn.cursor, Math.ceil(this.#output.now * sampleRate));
    }
  }

  /** Waits until something is so; looked at whenever something comes, and every tick. */
  #until(until: () => boolean, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (until()) return Promise.resolve();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const one = { until, go: resolve };
    this.#waiting.push(one);
    signal.addEventListener("abort", () => {
      this.#waiting = this.#waiting.filter((other) => other !== one);
      reject(signal.reason);
    }, { once: true });
    return promise;
  }
}
