/** The processes on a bus: each one says again and again that it lives, and what of the limits it has taken. */
import { type Bus, BusLost, NoAnswer } from "./bus.ts";
import { guarded } from "@/lib/telemetry/guard.ts";

/** How often a process says that it lives, ms. */
const BEAT_MS = 400;
/** A process that has said nothing for so many beats is asked whether it lives. */
const ASKED_BEATS = 2;
/** It is dead where it is found gone twice, so far apart, ms: it may just have lost the bus, and come back. */
const AGAIN_MS = 300;
/** For so many beats after the bus was found again nobody is asked: others need a moment longer to find it. */
const FOUND_BEATS = 5;
/** One that is still connected and has said nothing for so many beats hangs, or its machine is cut off: it is dead. */
const MISSED_BEATS = 15;
/** For so long after it heard itself no other process takes this one for dead that is connected, ms. */
const TRUSTED_MS = BEAT_MS * (MISSED_BEATS - 1);
/** How soon others are told of what this process has taken, ms. */
const SOON_MS = 20;
/** Few of what there may be are told of with the next beat: so many processes may have them before a limit is passed. */
const FEW_PROCESSES = 16;
const TOPIC = "alive";

/** What a process has taken of what is limited over all of them, by name. */
export type Shares = Readonly<Record<string, number>>;

/** What is known of another process. */
interface Other {
  /** Beats since it was heard. */
  silent: number;
  shares: Shares;
  /** When it was asked last whether it lives, by `performance.now()`, and whether it was gone. */
  asked: number;
  gone: boolean;
}

/**
 * Who is killed has its connection closed by the system, and whoever asks for it hears from the bus at once that nobody
 * answers. So silence alone is no death for long: a process that is held up stays connected.
 *
 * Who is held up itself hears everything late, and takes nobody for dead by that: a beat counts once this process has
 * heard its own, and with it what others have said before.
 */
export class Processes implements Disposable {
  readonly #bus: Bus;
  readonly #shares: (() => Shares)[] = [];
  #telling: ReturnType<typeof setTimeout> | undefined;
  readonly #others = new Map<string, Other>();
  readonly #buried = new Set<string>();
  readonly #dead = new Set<(process: string) => void>();
  readonly #returns = new Set<() => void>();
  readonly #stops: (() => void)[];
  /** Whether this process has told of itself since a beat was counted last. */
  #due = false;
  /** Beats in which others could be heard, and since the bus was found again. */
  #beats = 0;
  #found = FOUND_BEATS;
  /** When this process heard itself, by `performance.now()`. */
  #heardMyself = performance.now();

  constructor(bus: Bus) {
    this.#bus = bus;
    bus.serve(TOPIC, () => Promise.resolve(""));
    const beat = setInterval(
      () => guarded("tell the other processes that this one lives", () => this.#tellAgain()),
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

  /** Asks a process that somebody misses whether it lives: where it is gone, that is told soon. */
  doubt(process: string): void {
    if (process === this.#bus.self || this.#buried.has(process)) return;
    const other = this.#others.get(process) ?? heard({});
    this.#others.set(process, other);
    this.#askWhetherAlive(process, other);
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

  /** What this process has taken of `most` has changed: the others know in a moment, of few with the next beat. */
  changed(before: number, after: number, most: number): void {
    if (!isFew(Math.max(before, after), most)) this.#telling ??= setTimeout(() => this.#tell(), SOON_MS);
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

  #tellAgain(): void {
    this.#due = true;
    this.#tell();
  }

  /** What others have said by now has been heard. */
  #beat(): void {
    if (!this.#due || !this.#bus.connected) return;
    this.#due = false;
    this.#beats++;
    this.#found++;
    for (const [process, other] of this.#others) {
      if (++other.silent > MISSED_BEATS) this.#bury(process);
      else if (other.silent >= ASKED_BEATS || other.gone) this.#askWhetherAlive(process, other);
    }
  }

  #askWhetherAlive(process: string, other: Other): void {
    if (this.#found < FOUND_BEATS || performance.now() - other.asked < AGAIN_MS) return;
    other.asked = performance.now();
    guarded("ask whether another process lives", () => this.#ask(process, other));
  }

  async #ask(process: string, other: Other): Promise<void> {
    const wasGone = other.gone;
    try {
      await this.#bus.request(process, TOPIC, "");
      other.silent = 0;
      other.gone = false;
    } catch (error) {
      if (error instanceof BusLost) return;
      if (!(error instanceof NoAnswer)) throw error;
      other.gone = error.gone;
    }
    // One that was heard meanwhile is another entry.
    if (wasGone && other.gone && this.#bus.connected && this.#others.get(process) === other) this.#bury(process);
  }

  #hear(data: string, from: string): void {
    if (from === this.#bus.self) {
      const wasTrusted = performance.now() - this.#heardMyself < TRUSTED_MS;
      this.#heardMyself = performance.now();
      if (!wasTrusted) { for (const listener of this.#returns) guarded("look what others have taken", listener); }
      return this.#beat();
    }
    const shares = JSON.parse(data) as Shares | null;
    if (shares === null) this.#bury(from);
    else {
      this.#buried.delete(from);
      this.#others.set(from, heard(shares));
    }
  }

  #bury(process: string): void {
    this.#others.delete(process);
    this.#buried.add(process);
    for (const listener of this.#dead) guarded("take over from a process that has died", () => listener(process));
  }

  #forgive(): void {
    this.#beats = 0;
    this.#found = 0;
    for (const other of this.#others.values()) other.silent = 0;
  }
}

function heard(shares: Shares): Other {
  return { silent: 0, shares, asked: -Infinity, gone: false };
}

/** Whether so much of a limit is no matter of the moment. */
export function isFew(taken: number, most: number): boolean {
  return taken < most / FEW_PROCESSES;
}
