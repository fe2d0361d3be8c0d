/** Of all tabs of this server that are open in a browser, one does what only one can do at a time. */
import { type ReadonlySignal, signal } from "@preact/signals";

export class TabElection {
  readonly #name: string;
  readonly #mine = signal(false);
  readonly #end = new AbortController();
  /** For browsers and addresses without Web Locks, such as plain http in the home network. */
  readonly #channel: BroadcastChannel | null;
  #waiting: AbortController | null = null;

  /** @param name the same in all tabs */
  constructor(name: string) {
    this.#name = name;
    this.#channel = navigator.locks === undefined ? new BroadcastChannel(name) : null;
    if (this.#channel !== null) this.#channel.onmessage = () => this.#mine.value = false;
  }

  /** Whether this tab is the one. */
  get mine(): ReadonlySignal<boolean> {
    return this.#mine;
  }

  /** This tab is the one from now on. Resolves once it is. */
  async take(): Promise<void> {
    if (this.#mine.peek()) return;
    this.#waiting?.abort();
    this.#waiting = null;
    if (this.#channel === null) return await this.#ask({ steal: true });
    this.#channel.postMessage("mine");
    this.#mine.value = true;
  }

  /** This tab is the one if no other is, or once that has gone. Resolves once it is known whether it is. */
  async takeIfFree(): Promise<void> {
    if (this.#channel === null) await this.#ask({ ifAvailable: true });
  }

  dispose(): void {
    this.#end.abort();
    this.#waiting?.abort();
    this.#channel?.close();
    this.#mine.value = false;
  }

  /** Resolves when the lock has been given, or will have to be waited for. */
  #ask(options: LockOptions): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const held = navigator.locks.request(this.#name, options, async (lock) => {
      resolve();
      if (lock === null || this.#end.signal.aborted) return false;
      this.#mine.value = true;
      await new Promise((resolve) => this.#end.signal.addEventListener("abort", resolve, { once: true }));
      return true;
    });
    held.catch(() => false).then((ended) => {
      resolve();
      // Another tab has taken it, or has it: when that one goes, somebody has to be the one.
      if (ended || options.signal?.aborted) return;
      this.#mine.value = false;
      if (this.#end.signal.aborted) return;
      this.#waiting = new AbortController();
      void this.#ask({ signal: this.#waiting.signal });
    });
    return promise;
  }
}
