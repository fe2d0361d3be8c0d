/**
 * The page's one AudioContext. Browsers let it sound only once the reader has pressed something, so it is opened within
 * that press, before anything else of the voice is loaded.
 */
import { type ReadonlySignal, signal } from "@preact/signals";

/** Presses in which one browser or another lets a page begin to sound. */
const GESTURES = ["pointerdown", "pointerup", "click", "keydown"] as const;
/** A context that runs keeps the device awake: after so many milliseconds of silence it rests. */
const REST_MS = 30_000;

export class AudioGate {
  readonly #running = signal(false);
  readonly #end = new AbortController();
  #context: AudioContext | null = null;
  #rest: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    const { signal } = this.#end;
    for (const gesture of GESTURES) {
      document.addEventListener(gesture, () => this.#onGesture(), { capture: true, passive: true, signal });
    }
    // A call, another app or another loudspeaker may have taken the sound away meanwhile.
    document.addEventListener("visibilitychange", () => this.#takeBack(), { signal });
    navigator.mediaDevices?.addEventListener("devicechange", () => this.#takeBack(), { signal });
  }

  /** Whether sound comes out: false before the first press, at rest, and while something else has the loudspeaker. */
  get running(): ReadonlySignal<boolean> {
    return this.#running;
  }

  /** The context, awake if the browser lets it be. */
  wake(): AudioContext {
    clearTimeout(this.#rest);
    this.#rest = undefined;
    const context = this.#context ??= this.#make();
    if (context.state !== "running") this.#resume(context);
    return context;
  }

  /** Nothing is to be heard for now. */
  rest(): void {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => void this.#context?.suspend(), REST_MS);
  }

  dispose(): void {
    this.#end.abort();
    clearTimeout(this.#rest);
    void this.#context?.close();
    this.#context = null;
    this.#running.value = false;
  }

  #make(): AudioContext {
    const context = new AudioContext({ latencyHint: "interactive" });
    const tell = () => {
      this.#running.value = context.state === "running";
    };
    context.addEventListener("statechange", tell);
    tell();
    return context;
  }

  #onGesture(): void {
    // Some keys and some pointers are no press to the browser; it would complain of a context that is made in one.
    if (navigator.userActivation?.hasBeenActive === false) return;
    if (this.#context === null) {
      this.wake();
      this.rest();
    } else this.#takeBack();
  }

  #takeBack(): void {
    // One that rests is left alone.
    if (this.#context === null || document.visibilityState !== "visible" || this.#running.peek()) return;
    if (this.#rest === undefined) this.#resume(this.#context);
  }

  #resume(context: AudioContext): void {
    // Refused without a press: the next one tries again.
    context.resume().catch(() => {});
  }
}
