/** The character's voice in this page: what the server says of it, what is heard, and what the page shows of that. */
import { effect, type Signal } from "@preact/signals";
import type { ServerFrame } from "@/lib/protocol/v2.ts";
import type { CallClient } from "@/web/connection/call_client.ts";
import { address } from "@/web/browser/base_path.ts";
import type { PageStorage, Spoken } from "@/web/browser/storage.ts";
import { heard, mouthPose } from "@/web/presence/presence.ts";
import type { AudioGate } from "./audio_gate.ts";
import { WebAudioOutput } from "./audio_output.ts";
import { BrowserVoice } from "./browser_voice.ts";
import { type Hearing, Player } from "./player.ts";
import { type Recital, recitalOf } from "./recital.ts";
import { SpeakingTab } from "./speaking_tab.ts";
import type { SpokenTurn } from "./spoken_turn.ts";
import { trackFromSound } from "./track_from_sound.ts";

/** What was cut short: how much of a turn's text had been heard, UTF-16 units; absent where nobody knows. */
export interface Silenced {
  turn: string;
  heard?: number;
}

export interface VoiceOptions {
  gate: AudioGate;
  calls: CallClient;
  storage: PageStorage;
  /** What is being heard; written here. */
  hearing: Signal<Hearing | null>;
  /** The visible text of a turn so far. */
  textOf(turn: string): string;
  /** The turn whose text comes. */
  streaming(): string | null;
  onPlayed(turn: string, index: number): void;
  now(): number;
}

/** Text that is not said, or nothing. */
const FOR_THE_EYE = /^\s*(```|~~~|\||$)/;

/** A tab that was left in mid-sentence longer ago, in milliseconds, does not go on with it. */
const GO_ON_MS = 60_000;

/** Makes the voice, once it is known whether this tab speaks. */
export async function openVoice(options: VoiceOptions): Promise<Voice> {
  const tab = new SpeakingTab();
  await tab.open();
  return new Voice(options, tab);
}

export class Voice {
  readonly #options: VoiceOptions;
  readonly #tab: SpeakingTab;
  readonly #output: WebAudioOutput;
  readonly #voice = new BrowserVoice();
  readonly #player: Player;
  readonly #unfollow: () => void;
  /** Whether the last turn was heard: then the next one is expected to be, before its first sentence is there. */
  #expected = false;
  #last: SpokenTurn | null = null;
  /** Turns that were cut short: what still comes of them is not said. */
  readonly #over = new Set<string>();
  #kept = "";
  /** Whose sentences are being asked for. */
  #reading: { id: string; end: AbortController } | null = null;
  /** What was asked for last. */
  #recital: Recital | null = null;
  #volume = 1;

  constructor(options: VoiceOptions, tab: SpeakingTab) {
    this.#options = options;
    this.#tab = tab;
    this.#output = new WebAudioOutput(options.gate.wake(), 1);
    options.gate.rest();
    this.#player = new Player({
      output: this.#output,
      voice: this.#voice,
      fetch: (url, init) => fetch(address(url), init),
      findTrack: trackFromSound,
      schedule(callback, ms) {
        const timer = setTimeout(callback, ms);
        return () => clearTimeout(timer);
      },
      onHearing: (hearing) => this.#onHearing(hearing),
      onPlayed: options.onPlayed,
      // The server tells once a turn why it cannot be heard; here a sentence is passed over.
      onLost: (error) => this.#recited?.onLost?.(error),
    });
    let was = tab.mine.peek();
    this.#unfollow = effect(() => {
      const mine = tab.mine.value;
      if (was && !mine) this.#player.silence();
      if (!was && mine) this.#goOn(options.storage.spoken);
      was = mine;
    });
  }

  /** From 0 to 1. */
  set volume(volume: number) {
    this.#volume = volume;
    this.#setVolume();
  }

  /** Takes in what the server says of turns and of speech. */
  receive(frame: ServerFrame): void {
    if (frame.type === "end" || frame.type === "error") {
      // Of one that is being asked for, there may be more to come.
      if (frame.turn !== this.#reading?.id) this.#player.close(frame.turn ?? "");
    } else if (!this.#tab.mine.peek()) return;
    else if (frame.type === "start" && this.#expected) this.#begin(frame.turn);
    else if (frame.type === "sentence" && !this.#over.has(frame.turn)) {
      const { turn } = frame;
      this.#begin(turn, { from: frame.index });
      this.#player.sentence(turn, frame, this.#options.textOf(turn));
      this.#closeUnlessStreaming(turn);
    } else if (frame.type === "speech") this.#player.speech(frame.turn, frame);
  }

  /** The page shows a conversation anew: what was said of another one is over. */
  startOver(): void {
    const { spoken } = this.#options.storage;
    this.silence();
    this.#over.clear();
    this.#goOn(spoken);
  }

  /** Falls silent for a while. */
  pause(): void {
    const { spoken } = this.#options.storage;
    this.#reading?.end.abort();
    this.#player.silence();
    this.#options.storage.spoken = spoken;
  }

  /** Goes on after a pause, or says the answer that comes from its beginning where it was not to be heard until now. */
  resume(): void {
    const turn = this.#options.streaming();
    if (!this.#goOn(this.#options.storage.spoken) && turn !== null) this.#catchUp(turn, 0);
  }

  /**
   * Says something to this page alone. Whoever calls has silenced what was being said. Resolves when all of it has come.
   *
   * @throws {CallError} when the server cannot
   */
  async recite(recital: Recital): Promise<void> {
    await this.#read(recital, { from: 0, replay: true });
  }

  /** Whether silence would cut something short that makes a sound. */
  get audible(): boolean {
    return this.#player.current?.audible === true;
  }

  /** Ends what is said. Gives what of a turn was heard; null where nothing was being said, or only said again. */
  silence(): Silenced | null {
    this.#reading?.end.abort();
    const cut = this.#player.silence();
    if (cut === null || cut.replay) return null;
    this.#over.add(cut.turn);
    if (!cut.audible) return { turn: cut.turn };
    const rest = this.#options.textOf(cut.turn).slice(cut.heard);
    // What follows is for the eye: code, or a table.
    if (cut.idle && FOR_THE_EYE.test(rest)) return { turn: cut.turn };
    return { turn: cut.turn, heard: cut.heard };
  }

  dispose(): void {
    this.#unfollow();
    this.#tab.dispose();
    this.#reading?.end.abort();
    this.#player.silence();
  }

  #closeUnlessStreaming(turn: string): void {
    if (this.#options.streaming() !== turn) this.#player.close(turn);
  }

  #begin(turn: string, options: { from?: number; replay?: boolean } = {}): void {
    if (this.#player.knows(turn)) return;
    this.#options.gate.wake();
    this.#player.begin(turn, options);
  }

  /** Goes on where this page was before it was loaded anew, or the tab that spoke before it. False: there is nothing. */
  #goOn(spoken: Spoken | null): boolean {
    if (spoken === null || this.#options.now() - spoken.at > GO_ON_MS || !this.#tab.mine.peek()) return false;
    if (this.#options.textOf(spoken.turn) === "") return false;
    this.#catchUp(spoken.turn, spoken.index);
    return true;
  }

  #catchUp(turn: string, from: number): void {
    const { calls, textOf } = this.#options;
    // What comes from now on is heard all the same.
    this.#read(recitalOf(calls, turn, () => textOf(turn)), { from }).catch(() => {});
  }

  /** Asks for more as long as there is more, each time when little is left to be heard. */
  async #read(recital: Recital, options: { from: number; replay?: boolean }): Promise<void> {
    const { id } = recital;
    const end = new AbortController();
    const { signal } = end;
    const reading = this.#reading = { id, end };
    this.#recital = recital;
    this.#begin(id, options);
    try {
      for (let next: number | undefined = options.from; next !== undefined;) {
        await this.#player.comesTo(id, next);
        ({ next } = await recital.ask(next, {
          signal,
          onProgress: (part) => {
            this.#player.sentence(id, part, recital.text());
            this.#player.speech(id, part);
          },
        }));
      }
      this.#closeUnlessStreaming(id);
    } catch (error) {
      if (signal.aborted || !this.#player.knows(id)) return;
      this.#player.drop(id);
      throw error;
    } finally {
      if (this.#reading === reading) this.#reading = null;
    }
  }

  /** What is being said to this page alone. */
  get #recited(): Recital | null {
    return this.#player.current?.turn === this.#recital?.id ? this.#recital : null;
  }

  #setVolume(): void {
    const { volume = this.#volume } = this.#recited ?? {};
    this.#output.volume = volume;
    this.#voice.volume = volume;
  }

  #onHearing(hearing: Hearing | null): void {
    const { current } = this.#player;
    if (current !== this.#last) {
      this.#expected = this.#last?.audible ?? this.#expected;
      this.#last = current;
      this.#setVolume();
    }
    if (hearing === null || current === null) {
      if (this.#options.hearing.peek() !== null) this.#options.gate.rest();
      // Where another tab has taken over, it goes on with what this one was saying.
      if (this.#tab.mine.peek()) this.#keep(null);
      return this.#show(null);
    }
    const { sentence, turn } = hearing;
    if (sentence !== null && !current.replay) this.#keep({ turn, index: sentence.index });
    // Where nobody can say it, text moves the mouth.
    this.#show(current.isMute ? null : hearing);
  }

  #show(hearing: Hearing | null): void {
    const before = this.#options.hearing.peek();
    if (before?.turn === hearing?.turn && before?.to === hearing?.to && before?.sentence === hearing?.sentence) return;
    this.#options.hearing.value = hearing;
    heard.value = hearing === null ? null : { turn: hearing.turn, to: hearing.to };
    if (hearing === null) mouthPose.value = null;
    else if (mouthPose.peek() === null) {
      mouthPose.value = Object.assign((ahead?: number) => this.#player.pose(ahead), {
        playhead: () => this.#output.heardAt * 1000,
      });
    }
  }

  #keep(place: { turn: string; index: number } | null): void {
    const key = place === null ? "" : `${place.turn} ${place.index}`;
    if (key === this.#kept) return;
    this.#kept = key;
    this.#options.storage.spoken = place === null ? null : { ...place, at: this.#options.now() };
  }
}
