/** What `/metrics` shows, in Prometheus' format. */
import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** How a turn went, once it is over. */
export interface TurnReport {
  provider: string;
  outcome: string;
  /** From the request to the first piece of the answer, thoughts included; undefined when none came. */
  firstSeconds: number | undefined;
  /** From the first piece to the end. */
  streamSeconds: number;
  /** Pieces of text or thought, which are about the model's tokens. */
  pieces: number;
}

/** One server's numbers. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #turns: Counter<"outcome" | "provider">;
  readonly #generating: Gauge;
  readonly #pieces: Counter<"provider">;
  readonly #first: Histogram<"provider">;
  readonly #rate: Histogram<"provider">;
  readonly #stages: Histogram<"stage">;
  readonly #early: Counter<"event">;

  constructor() {
    const registers = [this.#registry];
    new Gauge({
      name: "process_resident_memory_bytes",
      help: "Memory the process holds",
      registers,
      collect() {
        this.set(Deno.memoryUsage().rss);
      },
    });
    new Gauge({
      name: "process_heap_bytes",
      help: "Memory of JavaScript's objects, those included that wait to be collected",
      registers,
      collect() {
        this.set(Deno.memoryUsage().heapUsed);
      },
    });
    this.#generating = new Gauge({ name: "vtuber_generating", help: "Answers being generated", registers });
    this.#turns = new Counter({
      name: "vtuber_turns_total",
      help: "Turns by how they ended",
      labelNames: ["outcome", "provider"],
      registers,
    });
    this.#pieces = new Counter({
      name: "vtuber_tokens_total",
      help: "Pieces of answers that arrived, which are about the model's tokens",
      labelNames: ["provider"],
      registers,
    });
    this.#first = new Histogram({
      name: "vtuber_first_token_seconds",
      help: "From the request to the first piece of its answer",
      labelNames: ["provider"],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
      registers,
    });
    this.#rate = new Histogram({
      name: "vtuber_tokens_per_second",
      help: "How fast an answer came, once it had begun",
      labelNames: ["provider"],
      buckets: [1, 2, 5, 10, 20, 40, 80, 160, 320],
      registers,
    });
    this.#stages = new Histogram({
      name: "vtuber_turn_stage_seconds",
      help: "From the prompt to each stage of its turn, as far as it came",
      labelNames: ["stage"],
      buckets: [0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30, 60],
      registers,
    });
    this.#early = new Counter({
      name: "vtuber_early_answers_total",
      help: "Answers begun while the user had paused, and which of them were released as turns or dropped",
      labelNames: ["event"],
      registers,
    });
  }

  /**
   * Adds a number that is asked for whenever Prometheus reads.
   *
   * @param name without `vtuber_`
   * @param help what it counts
   */
  observe(name: string, help: string, count: () => number): void {
    const collect = function (this: Gauge): void {
      this.set(count());
    };
    new Gauge({ name: `vtuber_${name}`, help, registers: [this.#registry], collect });
  }

  turnBegan(): void {
    this.#generating.inc();
  }

  turnEnded({ provider, outcome, firstSeconds, streamSeconds, pieces }: TurnReport): void {
    this.#generating.dec();
    this.#turns.inc({ outcome, provider });
    this.#pieces.inc({ provider }, pieces);
    if (firstSeconds !== undefined) this.#first.observe({ provider }, firstSeconds);
    if (pieces > 1 && streamSeconds > 0) this.#rate.observe({ provider }, (pieces - 1) / streamSeconds);
  }

  /** A turn has come to one of its stages, so long after its prompt was taken. */
  turnStage(stage: string, seconds: number): void {
    this.#stages.observe({ stage }, seconds);
  }

  /** An answer was begun before it was asked for, or became a turn, or was dropped. */
  earlyAnswer(event: string): void {
    this.#early.inc({ event });
  }

  /** The page that Prometheus reads. */
  async page(): Promise<Response> {
    return new Response(await this.#registry.metrics(), { headers: { "content-type": this.#registry.contentType } });
  }
}
