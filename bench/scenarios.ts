/** What is asked of every contestant, and what came of it over all rounds. */
import type { MeasuringClient } from "./measuring_client.ts";
import type { Outcome, Way } from "./plan.ts";
import { median } from "./stats.ts";

export interface Contestant {
  name: string;
  way: Way;
  url: string;
  /** The process that reads the answers. */
  reader: { cpuSeconds(): Promise<number> };
}

export interface Scenario {
  sockets: number;
  /** Tokens a second for each socket; 0 for as fast as they are read. */
  rate: number;
}

/** Medians over the rounds. */
export interface Result extends Scenario, Outcome {
  contestant: string;
  /** Processor time of its reader a token, µs, once its sockets are open. */
  micros: number;
}

type Counted = Outcome & Pick<Result, "micros">;

export const SCENARIOS: readonly Scenario[] = [
  { sockets: 1, rate: 0 },
  { sockets: 20, rate: 0 },
  { sockets: 100, rate: 0 },
  { sockets: 1, rate: 30 },
  { sockets: 500, rate: 10 },
  { sockets: 500, rate: 30 },
];

/** Tokens of an unpaced run over all its sockets: 100 of them have one answer of a usual length each. */
const TOKENS = 30_000;
const LONGEST_ANSWER = 1_500;
/** Length of a paced answer, s. */
const PACED_SECONDS = 5;

/**
 * Measures all contestants in turns: what else the machine does meets each of them, and the median forgets it.
 *
 * Unpaced tokens are counted from lines made beforehand, as the stub is slower when it stamps them; a second, stamped
 * measurement gives their ages.
 */
export async function measure(
  client: MeasuringClient,
  contestants: readonly Contestant[],
  { sockets, rate }: Scenario,
  rounds: number,
): Promise<Result[]> {
  const counted = new Map(contestants.map(({ name }): [string, Counted[]] => [name, []]));
  const stamped = new Map(contestants.map(({ name }): [string, Counted[]] => [name, []]));
  const tokens = rate > 0 ? rate * PACED_SECONDS : Math.min(LONGEST_ANSWER, TOKENS / sockets);
  const answers = rate > 0 ? 1 : TOKENS / sockets / tokens;
  for (let round = 0; round <= rounds; round++) {
    for (const { name, way, url, reader } of contestants) {
      const count = async (stamp: boolean): Promise<Counted> => {
        let before = 0;
        const outcome = await client.measure(
          { way, url, sockets, tokens, answers, rate, stamp },
          async () => void (before = await reader.cpuSeconds()),
        );
        const seconds = await reader.cpuSeconds() - before;
        return { ...outcome, micros: seconds / (sockets * answers * tokens) * 1e6 };
      };
      const aged = await count(true);
      const quick = rate > 0 ? aged : await count(false);
      // In the first round code is compiled, which a server does once.
      if (round === 0) continue;
      stamped.get(name)!.push(aged);
      counted.get(name)!.push(quick);
    }
  }
  const over = (outcomes: Map<string, Counted[]>, name: string, field: keyof Counted) =>
    median(outcomes.get(name)!.map((outcome) => outcome[field]));
  return contestants.map(({ name }) => ({
    contestant: name,
    sockets,
    rate,
    chunksPerSecond: over(counted, name, "chunksPerSecond"),
    withConnecting: over(counted, name, "withConnecting"),
    micros: over(counted, name, "micros"),
    p50: over(stamped, name, "p50"),
    p99: over(stamped, name, "p99"),
  }));
}
