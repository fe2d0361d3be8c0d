/** The screen that the reader shares: shown, and sent a frame at a time, when they press for it. */
import { type ReadonlySignal, signal } from "@preact/signals";

export class ScreenShare {
  readonly #stream = signal<MediaStream | null>(null);

  /** What is shared; null while nothing is. */
  get stream(): ReadonlySignal<MediaStream | null> {
    return this.#stream;
  }

  /** Whether this browser can share a screen. */
  get isPossible(): boolean {
    return typeof navigator.mediaDevices?.getDisplayMedia === "function";
  }

  /** Has the browser ask what to share. Nothing of it leaves the page by that. */
  async start(): Promise<void> {
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getDisplayMedia({ video: true, audio: false });
    } catch (error) {
      // The reader has thought better of it, or the browser does not let them: it says so itself.
      if (error instanceof DOMException) return;
      throw error;
    }
    this.stop();
    this.#stream.value = stream;
    // By the browser's own button, or because the window is gone.
    for (const track of stream.getVideoTracks()) track.addEventListener("ended", () => this.#end(stream));
  }

  stop(): void {
    const stream = this.#stream.peek();
    if (stream !== null) this.#end(stream);
  }

  #end(stream: MediaStream): void {
    for (const track of stream.getTracks()) track.stop();
    if (this.#stream.peek() === stream) this.#stream.value = null;
  }
}
