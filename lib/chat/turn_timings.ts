/** How long each stage of a turn took: for the metrics, and of the last turns for the page. */
import { TURN_STAGES, type TurnStage, type TurnTiming } from "@/lib/protocol/calls.ts";
import { guarded } from "@/lib/telemetry/guard.ts";
import type { Metrics } from "@/lib/telemetry/metrics.ts";

/** Turns that are remembered. */
const LAST = 20;

/** Keeps no text. */
export class TurnTimings {
  readonly #metrics: Pick<Metrics, "turnStage">;
  readonly #now: () => number;
  readonly #watchers = new Set<() => void>();
  /** By conversation and turn, the oldest first. */
  readonly #turns = new Map<string, { began: number; timing: TurnTiming }>();

  /** @param now milliseconds of a clock that never goes back */
  constructor(metrics: Pick<Metrics, "turnStage">, now: () => number = () => performance.now()) {
    this.#metrics = metrics;
    this.#now = now;
  }

  /** A prompt was taken, or an answer is to go on. */
  begin(conversation: string, turn: string): void {
    const key = keyOf(conversation, turn);
    this.#turns.delete(key);
    this.#turns.set(key, { began: this.#now(), timing: { turn, at: Date.now(), seconds: {} } });
    const [oldest] = this.#turns.keys();
    if (this.#turns.size > LAST && oldest !== undefined) this.#turns.delete(oldest);
    this.#tell();
  }

  /** A stage of a turn is reached. Only the first time counts; a turn that is forgotten already is left alone. */
  reached(conversation: string, turn: string, stage: TurnStage): void {
    const known = this.#turns.get(keyOf(conversation, turn));
    if (known === undefined || known.timing.seconds[stage] !== undefined) return;
    const seconds = (this.#now() - known.began) / 1_000;
    known.timing.seconds[stage] = seconds;
    this.#metrics.turnStage(stage, seconds);
    this.#tell();
  }

  /**
   * Calls back whenever {@linkcode last} has changed.
   *
   * @returns ends that
   */
  watch(onChange: () => void): () => void {
    // Two may watch with the same function.
    const watcher = () => onChange();
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** Of the last turns of all conversations, the newest first. */
  get last(): TurnTiming[] {
    return [...this.#turns.values()].reverse().map(({ timing }) => ({
      turn: timing.turn,
      at: timing.at,
      // In the order of the stages, whichever was told first.
      seconds: Object.fromEntries(
        TURN_STAGES.flatMap((stage) => timing.seconds[stage] === undefined ? [] : [[stage, timing.seconds[stage]]]),
      ),
    }));
  }

  #tell(): void {
    for (const tell of this.#watchers) guarded("tell of the stages of turns", tell);
  }
}

/** Ids of turns are made by clients: two conversations may have the same. */
function keyOf(conversation: string, turn: string): string {
  return JSON.stringify([conversation, turn]);
}
