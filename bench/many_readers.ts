/** All pages of the fault bench, and what they have seen. */
import { charactersMissing, faultsOf, Page, type Watch } from "./many_page.ts";
import { until } from "@/tests/until.ts";

/** Pages of a conversation, in turns. */
const PAGES = [2, 1];
/** An answer's last frame may still be under way when its process has been killed, ms. */
const UNDER_WAY_MS = 500;
/** Conversations that are begun at once: people do not come in the same millisecond. */
const AT_ONCE = 20;
/** When a second page tries again to enter, ms. */
const AGAIN_MS = 200;
/** How long the last answers and the last comparison may take, ms. */
const END_MS = 120_000;

export interface ReadersOutcome {
  conversations: number;
  /** Characters that pages were sent. */
  sent: number;
  /** Characters that a page was sent and the conversation lacks, or the other way round, by how they were lost. */
  lost: Map<string, number>;
  twice: number;
  /** Of answers that were broken off: from the kill to when a page of the conversation knew, ms. */
  takeovers: number[];
  /** From when a page lost its socket to its welcome elsewhere, ms. */
  reconnects: number[];
  /** The longest time without a frame of each conversation, ms. */
  silences: number[];
  /** Failures of any other kind, by their code. */
  failures: Map<string, number>;
}

export class Readers {
  readonly #url: string;
  readonly #rate: number;
  readonly #kills: readonly number[];
  readonly #conversations: { pages: Page[]; silence: number }[] = [];
  readonly #takeovers: number[] = [];
  readonly #reconnects: number[] = [];
  readonly #failures = new Map<string, number>();

  /** @param kills when processes were killed, by `performance.now()`, as it happens */
  constructor(url: string, rate: number, kills: readonly number[]) {
    this.#url = url;
    this.#rate = rate;
    this.#kills = kills;
  }

  /** Opens that many sockets; resolves when each has been welcomed. */
  async enter(sockets: number): Promise<void> {
    const sizes: number[] = [];
    for (let left = sockets; left > 0; left -= sizes.at(-1)!) {
      sizes.push(Math.min(left, PAGES[sizes.length % PAGES.length]!));
    }
    for (let first = 0; first < sizes.length; first += AT_ONCE) {
      await Promise.all(sizes.slice(first, first + AT_ONCE).map((size) => this.#open(size)));
    }
  }

  /** Lets what is being answered come to its end, and compares what pages have with what was kept. */
  async leave(): Promise<ReadersOutcome> {
    const pages = this.#conversations.flatMap(({ pages }) => pages);
    for (const page of pages) page.rest();
    const left = () => pages.filter((page) => page.isWaiting || page.isAway);
    const seen = () =>
      `${left().length} pages have no end of their answer (${left()[0]?.state}), ${[...this.#failures].join(" ")}`;
    await until(seen, () => left().length === 0, { patience: END_MS });
    const outcome: ReadersOutcome = {
      conversations: this.#conversations.length,
      sent: 0,
      lost: new Map(),
      twice: 0,
      takeovers: this.#takeovers,
      reconnects: this.#reconnects,
      silences: this.#conversations.map(({ silence }) => silence),
      failures: this.#failures,
    };
    for (const { pages } of this.#conversations) await this.#compare(pages, outcome);
    for (const page of pages) page[Symbol.dispose]();
    return outcome;
  }

  async #open(size: number): Promise<void> {
    const conversation = { pages: [] as Page[], silence: 0 };
    const watch = this.#watch(conversation);
    const asking = new Page(this.#url, { rate: this.#rate, watch });
    conversation.pages.push(asking);
    this.#conversations.push(conversation);
    await asking.welcomed;
    while (conversation.pages.length < size) {
      const further = new Page(this.#url, { session: asking.session, watch });
      await further.welcomed;
      if (further.session === asking.session) conversation.pages.push(further);
      else {
        // Other processes know a session once something that was said in it has been stored.
        further[Symbol.dispose]();
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
  }

  #watch(conversation: { silence: number }): Watch {
    const interrupted = new Set<string>();
    /** When the last frame came, and the last that was told just then. */
    let last = performance.now();
    let told = last;
    return {
      onFrame: (at, isMissed) => {
        conversation.silence = Math.max(conversation.silence, at - last);
        last = at;
        if (!isMissed) told = at;
      },
      onInterrupted: (turn, at) => {
        if (interrupted.has(turn)) return;
        interrupted.add(turn);
        const kill = this.#kills.find((killed) => killed > told - UNDER_WAY_MS);
        if (kill === undefined) this.#count("interrupted without a kill");
        else this.#takeovers.push(at - kill);
      },
      onBack: (ms) => this.#reconnects.push(ms),
      onFailed: (code) => this.#count(code),
    };
  }

  #count(failure: string): void {
    this.#failures.set(failure, (this.#failures.get(failure) ?? 0) + 1);
  }

  async #compare(pages: readonly Page[], outcome: ReadersOutcome): Promise<void> {
    using whole = new Page(this.#url, { session: pages[0]!.session });
    await whole.welcomed;
    const lose = (characters: number, how: string) => {
      if (characters > 0) outcome.lost.set(how, (outcome.lost.get(how) ?? 0) + characters);
    };
    for (const [turn, text] of whole.texts) {
      lose(faultsOf(text).gaps, "left out in what was kept");
      for (const page of pages) {
        const seen = page.texts.get(turn);
        outcome.sent += seen?.length ?? 0;
        lose(charactersMissing(seen ?? "", text), "sent and not kept");
        lose(
          charactersMissing(text, seen ?? ""),
          seen === undefined ? "of a turn kept and not sent" : "kept and not sent",
        );
        outcome.twice += faultsOf(seen ?? "").twice;
      }
    }
    for (const page of pages) {
      for (const [turn, { length }] of page.texts) if (!whole.texts.has(turn)) lose(length, "of a turn not kept");
      lose(page.lost, "taken back by a later welcome");
      outcome.twice += page.repeated;
    }
  }
}
