/**
 * The microphone as the page shows it, and its sound on its way to the server.
 *
 * ```text
 * off ─press─▶ asking ─allowed─▶ on ◀─activity─▶ speaking
 *  ▲              │                │ ▲
 *  │   refused …  │      the device│ │ gives sound again
 *  └──────────────┴────────────────┤ ▼
 *         gone, elsewhere, released└held, without a stream
 * ```
 */
import { batch, type ReadonlySignal, signal } from "@preact/signals";
import type { HearingMode, HearingServerFrame, PlayedSound } from "@/lib/protocol/hearing.ts";
import type { ServerFrame } from "@/lib/protocol/v2.ts";
import type { BrowserRecogniser, RecogniserHandlers } from "./browser_recogniser.ts";
import type { Microphone, MicrophoneHandlers } from "./microphone.ts";
import { MicrophoneStream, type StreamLine } from "./microphone_stream.ts";
import { loudness, type SoundFrame } from "./sound_frames.ts";
import { failureOf, type Trouble, troubleOf } from "./trouble.ts";

/** `held`: the device gives no sound for now. */
export type MicrophoneState = "off" | "asking" | "on" | "speaking" | "held";

/** What has been understood so far of what is being said. */
export interface Transcript {
  id: string;
  text: string;
  final: boolean;
  /** The turn that it has become. */
  turn?: string;
}

/** Where what is heard goes. */
export interface Whereabouts {
  engine: string;
  /** True when it leaves this machine and the network that it is in. */
  away: boolean;
  /** Absent where it stays on this machine, and where only the browser's maker knows. */
  host?: string;
}

export interface MicrophoneStoreOptions extends StreamLine {
  /** When it is listened to, as the configuration says. */
  mode(): HearingMode;
  /** The device that the reader has chosen; empty for the usual one. */
  device(): string;
  /** What stands in the way of any microphone. */
  obstacle(): Trouble | null;
  open(device: string, handlers: MicrophoneHandlers, signal: AbortSignal): Promise<Pick<Microphone, MicrophonePart>>;
  /** The browser's own, for where the server has none. */
  recogniser(handlers: RecogniserHandlers): Pick<BrowserRecogniser, RecogniserPart> | null;
  /** Has her fall silent. */
  interrupt(): void;
  /** Becomes the tab of the browser that listens; calls back when another one does. The result gives it up. */
  takeTab(onLost: () => void): Promise<() => void>;
  /** Calls back once after so many milliseconds; the returned function calls it off. */
  schedule(callback: () => void, ms: number): () => void;
  /** Milliseconds of a monotonic clock. */
  now(): number;
}

type MicrophonePart = "position" | "dispose";
type RecogniserPart = "pause" | "resume" | "finish" | "dispose";

/** Milliseconds for which it still listens when the key is let go: fingers are ahead of mouths. */
const TAIL_MS = 200;
/** Nobody says anything in so many milliseconds: such a press was meant to be another one. */
const TAP_MS = 300;

/** A stretch of listening, from the press that begins it. */
interface Session {
  mode: HearingMode;
  trial: boolean;
  /** As `now` counts. */
  since: number;
  end: AbortController;
  /** What is to be undone at its end. */
  undo: (() => void)[];
  microphone: Pick<Microphone, MicrophonePart> | null;
  /** Null without a line, and while the device gives no sound. */
  stream: MicrophoneStream | null;
  recogniser: Pick<BrowserRecogniser, RecogniserPart> | null;
}

export class MicrophoneStore {
  readonly #options: MicrophoneStoreOptions;
  readonly #state = signal<MicrophoneState>("off");
  readonly #trouble = signal<Trouble | null>(null);
  readonly #transcript = signal<Transcript | null>(null);
  readonly #whereabouts = signal<Whereabouts | null>(null);
  readonly #level = signal(0);
  readonly #isTrial = signal(false);
  readonly #isHeldDown = signal(false);
  #session: Session | null = null;
  #streams = 0;
  /** What the loudspeaker gives out, and since when. */
  #sounding: { sound: PlayedSound; since: number } | null = null;

  constructor(options: MicrophoneStoreOptions) {
    this.#options = options;
  }

  get state(): ReadonlySignal<MicrophoneState> {
    return this.#state;
  }

  /** Why it does not listen, until the next press. */
  get trouble(): ReadonlySignal<Trouble | null> {
    return this.#trouble;
  }

  /** What is being said, or was said last. Null where it was not for her. */
  get transcript(): ReadonlySignal<Transcript | null> {
    return this.#transcript;
  }

  /** Where what is heard goes, once that is known. */
  get whereabouts(): ReadonlySignal<Whereabouts | null> {
    return this.#whereabouts;
  }

  /** How loud it is, from 0 to 1. */
  get level(): ReadonlySignal<number> {
    return this.#level;
  }

  /** Whether the reader only tries it out, or did so last. */
  get isTrial(): ReadonlySignal<boolean> {
    return this.#isTrial;
  }

  /** Whether it listens only as long as a key or the button is held. */
  get isHeldDown(): ReadonlySignal<boolean> {
    return this.#isHeldDown;
  }

  /** Begins to listen, until {@linkcode stop}. Never throws: what stands in the way is in `trouble`. */
  start(): Promise<void> {
    return this.#start(this.#options.mode(), false);
  }

  /** Lets the reader see what is understood, as {@linkcode start} otherwise; a name to be called by is not wanted. */
  tryOut(): Promise<void> {
    return this.#start(this.#options.mode() === "hold" ? "hold" : "open", true);
  }

  /** Listens no more. */
  stop(): void {
    this.#end();
  }

  /** A key or the button is pressed: listens until {@linkcode release}. Whoever holds it wants her to be silent. */
  press(): void {
    void this.#start("hold", false);
    const session = this.#session;
    const interrupt = () => this.#session === session && this.#options.interrupt();
    session?.undo.push(this.#options.schedule(interrupt, TAP_MS));
  }

  release(): void {
    const session = this.#session;
    if (session?.mode !== "hold") return;
    // Whoever lets go to answer the browser's question has not begun to talk either.
    const isTap = session.microphone === null || this.#options.now() - session.since < TAP_MS;
    if (isTap) return this.#end({ kind: "tapped" });
    // Without a line all of it is lost, and that is said on.
    const end = () => this.#session === session && this.#end(this.#trouble.peek());
    session.undo.push(this.#options.schedule(end, TAIL_MS));
  }

  /** Takes in what the server says. Gives whether it was about the microphone. */
  receive(frame: ServerFrame): boolean {
    switch (frame.type) {
      case "listening":
      case "activity":
      case "transcript":
        this.#receive(frame);
        return true;
      case "error":
        if (frame.stream === undefined) return false;
        if (frame.stream === this.#session?.stream?.number) this.#end(failureOf(frame));
        return true;
      default:
        return false;
    }
  }

  /** There is a line to the server again, which knows of no stream. */
  connected(): void {
    if (this.#session?.microphone == null) return;
    this.#trouble.value = null;
    this.#begin(this.#session);
  }

  disconnected(): void {
    const session = this.#session;
    if (session === null) return;
    session.stream = null;
    session.recogniser?.dispose();
    session.recogniser = null;
    batch(() => {
      this.#transcript.value = null;
      if (session.microphone !== null) this.#trouble.value = { kind: "offline" };
    });
  }

  /** The loudspeaker gives out something else from now on; null: nothing. */
  sounding(sound: PlayedSound | null): void {
    this.#sounding = sound === null ? null : { sound, since: this.#options.now() };
    this.#tellSounding();
  }

  dispose(): void {
    this.#end();
  }

  async #start(mode: HearingMode, trial: boolean): Promise<void> {
    if (this.#session !== null) return;
    const session: Session = {
      mode,
      trial,
      since: this.#options.now(),
      end: new AbortController(),
      undo: [],
      microphone: null,
      stream: null,
      recogniser: null,
    };
    this.#session = session;
    batch(() => {
      this.#state.value = "asking";
      this.#trouble.value = null;
      this.#transcript.value = null;
      this.#isTrial.value = trial;
      this.#isHeldDown.value = mode === "hold" && !trial;
    });
    const obstacle = this.#options.obstacle();
    if (obstacle !== null) return this.#end(obstacle);
    try {
      await this.#open(session);
    } catch (error) {
      if (this.#session === session) this.#end(troubleOf(error));
    }
  }

  async #open(session: Session): Promise<void> {
    const { signal } = session.end;
    const release = await this.#options.takeTab(() => this.#session === session && this.#end({ kind: "elsewhere" }));
    if (signal.aborted) return release();
    session.undo.push(release);
    const microphone = await this.#options.open(this.#options.device(), {
      onFrame: (frame) => this.#onFrame(session, frame),
      onHeld: (held) => this.#session === session && this.#onHeld(session, held),
      onGone: () => this.#session === session && this.#end({ kind: "gone" }),
    }, signal);
    if (signal.aborted) return microphone.dispose();
    session.undo.push(() => microphone.dispose());
    session.microphone = microphone;
    if (this.#state.peek() === "asking") this.#state.value = "on";
    this.#begin(session);
  }

  #begin(session: Session): void {
    const { mode, trial, microphone } = session;
    if (microphone === null || this.#state.peek() === "held") return;
    session.stream = MicrophoneStream.begin(this.#options, { stream: ++this.#streams, mode, trial, microphone });
    if (session.stream === null) this.#trouble.value = { kind: "offline" };
    this.#tellSounding();
  }

  #onFrame(session: Session, frame: SoundFrame): void {
    if (this.#session !== session) return;
    this.#level.value = loudness(frame.samples);
    if (session.recogniser === null) session.stream?.push(frame);
  }

  #onHeld(session: Session, held: boolean): void {
    if (held === (this.#state.peek() === "held")) return;
    this.#state.value = held ? "held" : "on";
    if (!held) return this.#begin(session);
    this.#level.value = 0;
    // The server gives up a stream in which nothing comes for long.
    session.recogniser?.finish();
    session.recogniser = null;
    session.stream?.end();
    session.stream = null;
  }

  #receive(frame: Exclude<HearingServerFrame, { type: "interruption" }>): void {
    const session = this.#session;
    if (frame.type === "transcript") {
      const { type: _, ...transcript } = frame;
      const isOver = transcript.final && transcript.turn === undefined && !this.#isTrial.peek();
      this.#transcript.value = isOver ? null : transcript;
    } else if (session === null || frame.stream !== session.stream?.number) return;
    else if (frame.type === "activity") this.#onSpeaking(frame.speaking);
    else {
      const { engine, away, host } = frame;
      this.#whereabouts.value = { engine, away, ...(host !== undefined && { host }) };
      if (engine === "browser") this.#recognise(session);
    }
  }

  #onSpeaking(speaking: boolean): void {
    if (this.#state.peek() !== "held") this.#state.value = speaking ? "speaking" : "on";
  }

  /** Lets the browser understand what is said: the server cannot. That tells what is for her behind a wake word. */
  #recognise(session: Session): void {
    session.recogniser = this.#options.recogniser({
      onText: (id, text, final) => {
        if (this.#session !== session) return;
        if (session.mode !== "wake") this.#transcript.value = { id, text, final };
        if (!session.trial) this.#options.send({ type: "utterance", id, text, final });
      },
      onSpeaking: (speaking) => this.#session === session && this.#onSpeaking(speaking),
      onPlace: (away) => this.#whereabouts.value = { engine: "browser", away },
      onFailed: (trouble) => this.#session === session && this.#end(trouble),
    });
    if (session.recogniser === null) return this.#end({ kind: "unsupported" });
    session.undo.push(() => session.recogniser?.dispose());
    this.#tellSounding();
  }

  #tellSounding(): void {
    const { stream, recogniser } = this.#session ?? {};
    // It hears her as well as the reader, and cannot tell one from the other.
    if (this.#sounding === null) recogniser?.resume();
    else recogniser?.pause();
    if (this.#sounding === null) return stream?.tellPlayback(null);
    const { sound, since } = this.#sounding;
    stream?.tellPlayback({ ...sound, ms: sound.ms + this.#options.now() - since });
  }

  #end(trouble: Trouble | null = null): void {
    const session = this.#session;
    if (session === null) return;
    if (trouble === null) session.recogniser?.finish();
    this.#session = null;
    session.end.abort();
    session.stream?.end();
    for (const undo of session.undo.reverse()) undo();
    batch(() => {
      this.#state.value = "off";
      this.#trouble.value = trouble;
      this.#level.value = 0;
      this.#isHeldDown.value = false;
    });
  }
}
