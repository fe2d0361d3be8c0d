/** The processes on a bus: each one says again and again that it lives, and what of the limits it has taken. */
import type { Bus } from "./bus.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

/** How often a process says that it lives, ms. */
const BEAT_MS = 400;
/** A process that has said nothing for so many beats is dead. With the time of a takeover, that is less than 3 s. */
const MISSED_BEATS = 5;
/** For so long after it heard itself no other process takes this one for dead, ms. */
const TRUSTED_MS = BEAT_MS * (MISSED_BEATS - 1);
/** How soon others are told of what this process has taken, ms. */
const SOON_MS = 20;
const TOPIC = "alive";

/** What a process has taken of what is limited over all of them, by name. */
export type Shares = Readonly<Record<string, number>>;

/**
 * A clock that stands still counts as silence of nobody: beats are what this process has counted itself, so that one
 * that was held up does not take all others for dead.
 */
export class Processes implements Disposable {
  readonly #bus: Bus;
  readonly #shares: (() => Shares)[] = [];
  #telling: ReturnType<typeof setTimeout> | undefined;
  /** Beats since each of the others was heard, and what it has said. */
  readonly #others = new Map<string, { silent: number; shares: Shares }>();
  readonly #buried = new Set<string>();
  readonly #dead = new Set<(process: string) => void>();
  readonly #returns = new Set<() => void>();
  readonly #stops: (() => void)[];
  #beats = 0;
  /** When this process heard itself, by `performance.now()`. */
  #heardMyself = performance.now();

  constructor(bus: Bus) {
    this.#bus = bus;
    const beat = setInterval(
      () => guarded("tell the other processes that this one lives", () => this.#beat()),
      BEAT_MS,
    );
    this.#stops = [
      () => clearInterval(beat),
      bus.hear(TOPIC, (data, from) => guarded("hear another process", () => this.#hear(data, from))),
      // While it was away nobody could be heard.
      bus.onConnection(() => this.#forgive()),
    ];
    this.#tell();
  }

  /** How many live, this one included. */
  get size(): number {
    return 1 + this.#others.size;
  }

  /** Whether others still take this process for alive: what it holds leases of is its own then. */
  get isTrusted(): boolean {
    return this.#bus.connected && performance.now() - this.#heardMyself < TRUSTED_MS;
  }

  /** Whether a process is dead. One that nobody has heard of is, once it had the time to be heard. */
  isDead(process: string): boolean {
    if (process === this.#bus.self || this.#others.has(process)) return false;
    return this.#buried.has(process) || (this.#bus.connected && this.#beats > MISSED_BEATS);
  }

  /** Notices the death of a process that was not heard yet as well. */
  expect(process: string): void {
    if (process === this.#bus.self || this.#others.has(process) || this.#buried.has(process)) return;
    this.#others.set(process, { silent: 0, shares: {} });
  }

  /** What the others have taken of something. */
  taken(name: string): number {
    return this.#others.values().reduce((sum, { shares }) => sum + (shares[name] ?? 0), 0);
  }

  /** Calls back with each process that has died. Returns a disposer. */
  onDead(listener: (process: string) => void): () => void {
    this.#dead.add(listener);
    return () => this.#dead.delete(listener);
  }

  /** Calls back when this process was away for so long that others may have taken it for dead. Returns a disposer. */
  onReturn(listener: () => void): () => void {
    this.#returns.add(listener);
    return () => this.#returns.delete(listener);
  }

  /** Has others know what this process has taken: `shares` is asked with every beat. */
  share(shares: () => Shares): void {
    this.#shares.push(shares);
  }

  /** What this process has taken has changed: the others know in a moment. */
  changed(): void {
    this.#telling ??= setTimeout(() => this.#tell(), SOON_MS);
  }

  /** Leaves: for the others this process is dead from now on. */
  [Symbol.dispose](): void {
    this.#bus.announce(TOPIC, "null");
    for (const stop of this.#stops) stop();
    clearTimeout(this.#telling);
    this.#dead.clear();
    this.#returns.clear();
  }

  #tell(): void {
    clearTimeout(this.#telling);
    this.#telling = undefined;
    this.#bus.announce(TOPIC, JSON.stringify(Object.assign({}, ...this.#shares.map((shares) => shares()))));
  }

  #beat(): void {
    this.#tell();
    if (!this.#bus.connected) return;
    this.#beats++;
    for (const [process, other] of this.#others) if (++other.silent > MISSED_BEATS) this.#bury(process);
  }

  #hear(data: string, from: string): void {
    if (from === this.#bus.self) {
      const wasTrusted = performance.now() - this.#heardMyself < TRUSTED_MS;
      this.#heardMyself = performance.now();
      if (!wasTrusted) { for (const listener of this.#returns) guarded("look what others have taken", listener); }
      return;
    }
    const shares = JSON.parse(data) as Shares | null;
    if (shares === null) this.#bury(from);
    else {
      this.#buried.delete(from);
      this.#others.set(from, { silent: 0, shares });
    }
  }

  #bury(process: string): void {
    this.#others.delete(process);
    this.#buried.add(process);
    for (const listener of this.#dead) guarded("take over from a process that has died", () => listener(process));
  }

  #forgive(): void {
    this.#beats = 0;
    for (const other of this.#others.values()) other.silent = 0;
  }
}
