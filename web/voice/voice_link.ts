/**
 * The page's side of the voice that is always there: it tells the server whether the page speaks, opens the sound within
 * the reader's first press, and loads the rest once something is to be said.
 */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { ClientFrame, ServerFrame } from "@/lib/protocol/v2.ts";
import type { CallClient } from "@/web/connection/call_client.ts";
import type { PageStorage } from "@/web/browser/storage.ts";
import { heard } from "@/web/presence/presence.ts";
import { AudioGate } from "./audio_gate.ts";
import { ownLanguages } from "./own_languages.ts";
import type { Hearing } from "./player.ts";
import type { Recital } from "./recital.ts";
import type { Silenced, Voice } from "./voice.ts";

/** What the reader wants. */
export interface VoiceWishes {
  on: boolean;
  /** From 0 to 1. */
  volume: number;
}

export interface VoiceLinkOptions {
  calls: CallClient;
  storage: PageStorage;
  /** Sends a frame where there is a connection. */
  send(frame: ClientFrame): void;
  /** The visible text of a turn so far. */
  textOf(turn: string): string;
  /** The turn whose text comes. */
  streaming(): string | null;
}

export class VoiceLink {
  readonly #options: VoiceLinkOptions;
  readonly #hearing = signal<Hearing | null>(null);
  readonly #gate = signal<AudioGate | null>(null);
  readonly #end = new AbortController();
  #wishes: VoiceWishes = { on: false, volume: 1 };
  #voice: Voice | null = null;
  #loading: Promise<Voice> | null = null;
  #waiting: ((voice: Voice) => void)[] = [];

  constructor(options: VoiceLinkOptions) {
    this.#options = options;
    // Browsers know their voices only after a while.
    globalThis.speechSynthesis?.addEventListener?.("voiceschanged", () => this.#announce(), {
      signal: this.#end.signal,
    });
  }

  /** What is being heard; null while nothing is said. */
  get hearing(): ReadonlySignal<Hearing | null> {
    return this.#hearing;
  }

  /** Whether something is said. */
  readonly isSpeaking: ReadonlySignal<boolean> = computed(() => this.#hearing.value !== null);

  /** Whether something is to be heard, and the browser waits for a press before it lets it. */
  readonly isBlocked: ReadonlySignal<boolean> = computed(() =>
    this.isSpeaking.value && this.#gate.value?.running.value === false
  );

  /** Takes up what the reader wants. */
  set(wishes: VoiceWishes): void {
    const was = this.#wishes;
    this.#wishes = wishes;
    if (this.#voice !== null) this.#voice.volume = wishes.volume;
    if (wishes.on === was.on) return;
    if (wishes.on) this.#gate.value ??= new AudioGate();
    this.#announce();
    if (!wishes.on) this.#voice?.pause();
    else if (this.#voice !== null || this.#isInMidTurn) this.#use((voice) => voice.resume());
  }

  /** Takes in what the server says. */
  receive(frame: ServerFrame): void {
    if (frame.type === "welcome") {
      this.#announce();
      if (!frame.resumed) this.#startOver();
    } else if (!this.#wishes.on) return;
    // By the time the first sentence is there, so is the voice.
    else if (frame.type === "queued") this.#use(() => {});
    else if (FRAMES.has(frame.type)) {
      // A voice that is still being loaded will be heard: until then nothing moves with the text.
      if (frame.type === "sentence" && this.#voice === null) heard.value ??= { turn: frame.turn, to: 0 };
      this.#use((voice) => voice.receive(frame));
    }
  }

  /** Whether a new prompt interrupts what is being said. */
  get isAudible(): boolean {
    return this.#voice?.audible === true;
  }

  /** Ends what is being said, at once; tells what of it was heard. Null where nothing was, or where it was said again. */
  silence(): Silenced | null {
    return this.#voice?.silence() ?? null;
  }

  /**
   * Says something to this page alone. Called within a press, as all that makes a sound for the first time. Resolves
   * when all of it has come.
   *
   * @throws {CallError} when the server cannot
   */
  async recite(recital: Recital): Promise<void> {
    this.#gate.value ??= new AudioGate();
    this.#gate.value.wake();
    await (await this.#load()).recite(recital);
  }

  /**
   * Lights up the words of a turn's answer as they are heard, until the returned function is called.
   *
   * @param root where the answer is shown
   * @param source its text so far
   */
  lightWords(root: Element, turn: string, source: () => string): () => void {
    let stop: (() => void) | null | undefined;
    const unfollow = effect(() => {
      if (stop !== undefined || this.#hearing.value?.turn !== turn) return;
      stop = null;
      import("./word_light.ts").then(({ lightWords }) => {
        if (stop === null) stop = lightWords(root, { turn, source, hearing: this.#hearing });
      }).catch(() => {
        // The line is down, and words stay as they are.
      });
    });
    return () => {
      unfollow();
      stop?.();
      stop = () => {};
    };
  }

  dispose(): void {
    this.#end.abort();
    this.#voice?.dispose();
    this.#gate.value?.dispose();
  }

  /** Whether something of the conversation is being told, or was being said by the page or the tab before this one. */
  get #isInMidTurn(): boolean {
    const { storage: { spoken }, streaming, textOf } = this.#options;
    return streaming() !== null || (spoken !== null && textOf(spoken.turn) !== "");
  }

  #startOver(): void {
    if (!this.#wishes.on) this.#voice?.silence();
    else if (this.#voice !== null || this.#options.storage.spoken !== null) this.#use((voice) => voice.startOver());
  }

  /** Tells the server whether this page speaks, and what its browser can say without anybody's help. */
  #announce(): void {
    const speaks = ownLanguages();
    this.#options.send({ type: "voice", on: this.#wishes.on, ...(speaks.length > 0 && { speaks }) });
  }

  #use(action: (voice: Voice) => void): void {
    if (this.#voice !== null) return action(this.#voice);
    this.#waiting.push(action);
    this.#load().catch(() => {
      // Without a line there is no voice; the next sentence tries again.
      this.#waiting = [];
      heard.value = null;
    });
  }

  #load(): Promise<Voice> {
    this.#gate.value ??= new AudioGate();
    const gate = this.#gate.value;
    return this.#loading ??= (async () => {
      try {
        const { openVoice } = await import("./voice.ts");
        const voice = await openVoice({
          ...this.#options,
          gate,
          hearing: this.#hearing,
          now: () => Date.now(),
          onPlayed: (turn, index) => this.#options.send({ type: "played", turn, index }),
        });
        if (this.#end.signal.aborted) voice.dispose();
        this.#voice = voice;
        voice.volume = this.#wishes.volume;
        for (const action of this.#waiting.splice(0)) action(voice);
        if (this.#hearing.peek() === null) heard.value = null;
        return voice;
      } catch (error) {
        this.#loading = null;
        throw error;
      }
    })();
  }
}

const FRAMES: ReadonlySet<ServerFrame["type"]> = new Set(["start", "sentence", "speech", "end", "error"]);
