/** Of all tabs of this server that are open in a browser, one speaks: the one that was used last. */
import { type ReadonlySignal, signal } from "@preact/signals";

const NAME = "vtuber:voice";
/** What shows that a tab is used. */
const USES = ["pointerdown", "keydown", "focus"] as const;

export class SpeakingTab {
  readonly #mine = signal(false);
  readonly #end = new AbortController();
  /** For browsers and addresses without Web Locks, such as plain http in the home network. */
  readonly #channel = navigator.locks === undefined ? new BroadcastChannel(NAME) : null;
  #waiting: AbortController | null = null;

  /** Whether this tab is the one. */
  get mine(): ReadonlySignal<boolean> {
    return this.#mine;
  }

  /** Looks whether another tab speaks; resolves once that is known. A tab that has the focus takes over. */
  async open(): Promise<void> {
    const { signal } = this.#end;
    for (const use of USES) addEventListener(use, () => void this.#take(), { capture: true, passive: true, signal });
    if (this.#channel !== null) this.#channel.onmessage = () => this.#mine.value = false;
    // The press that has brought the voice may have been the last one for long.
    if (document.hasFocus() || navigator.userActivation?.isActive) await this.#take();
    else if (this.#channel === null) await this.#ask({ ifAvailable: true });
  }

  dispose(): void {
    this.#end.abort();
    this.#waiting?.abort();
    this.#channel?.close();
    this.#mine.value = false;
  }

  async #take(): Promise<void> {
    if (this.#mine.peek()) return;
    this.#waiting?.abort();
    this.#waiting = null;
    if (this.#channel === null) return await this.#ask({ steal: true });
    this.#channel.postMessage("mine");
    this.#mine.value = true;
  }

  /** Resolves when the lock has been given, or will have to be waited for. */
  #ask(options: LockOptions): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const held = navigator.locks.request(NAME, options, async (lock) => {
      resolve();
      if (lock === null || this.#end.signal.aborted) return false;
      this.#mine.value = true;
      await new Promise((resolve) => this.#end.signal.addEventListener("abort", resolve, { once: true }));
      return true;
    });
    held.catch(() => false).then((ended) => {
      resolve();
      // Another tab has taken it, or has it: when that one goes, somebody has to speak.
      if (ended || this.#end.signal.aborted || options.signal?.aborted) return;
      this.#mine.value = false;
      this.#waiting = new AbortController();
      void this.#ask({ signal: this.#waiting.signal });
    });
    return promise;
  }
}
