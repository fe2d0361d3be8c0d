/** Of all tabs of this server that are open in a browser, one speaks: the one that was used last. */
import type { ReadonlySignal } from "@preact/signals";
import { TabElection } from "@/web/browser/tab_election.ts";

/** What shows that a tab is used. */
const USES = ["pointerdown", "keydown", "focus"] as const;

export class SpeakingTab {
  readonly #election = new TabElection("vtuber:voice");
  readonly #end = new AbortController();

  /** Whether this tab is the one. */
  get mine(): ReadonlySignal<boolean> {
    return this.#election.mine;
  }

  /** Looks whether another tab speaks; resolves once that is known. A tab that has the focus takes over. */
  async open(): Promise<void> {
    const { signal } = this.#end;
    const take = () => this.#election.take();
    for (const use of USES) addEventListener(use, take, { capture: true, passive: true, signal });
    // The press that has brought the voice may have been the last one for long.
    if (document.hasFocus() || navigator.userActivation?.isActive) await take();
    else await this.#election.takeIfFree();
  }

  dispose(): void {
    this.#end.abort();
    this.#election.dispose();
  }
}
