/** What is measured, and how an answer's shape travels in its prompt. */

/** Who is measured: a reader straight at Ollama, or a protocol through a relay. */
export type Way = "direct" | "plain" | "v2";

export interface Answer {
  tokens: number;
  /** Tokens a second; 0 for as fast as they are read. */
  rate: number;
  /** Whether every token is the moment of its writing. */
  stamp: boolean;
  /** Whether every token is its own number, so that none can be missing or there twice without being seen. */
  numbered?: boolean;
}

/** One measurement of one contestant: answers on each of its sockets, one after the other. */
export interface Run extends Answer {
  way: Way;
  /** Where to connect: `http:` for the direct reader, `ws:` for the others. */
  url: string;
  sockets: number;
  /** On each socket. */
  answers: number;
}

/** Tells when all sockets of a run are open, before anything is asked. */
export interface Opened {
  opened: true;
}

/** What came of a run, from the prompts to the last end. Latencies are ms from a token's writing, 0 without stamps. */
export interface Outcome {
  chunksPerSecond: number;
  /** The same with the time that it took to open the sockets. */
  withConnecting: number;
  p50: number;
  p99: number;
}

/** Opens sockets that only sit there, until the next order. */
export interface Idle {
  idle: number;
  way: Exclude<Way, "direct">;
  url: string;
}

export function promptOf({ tokens, rate, stamp, numbered = false }: Answer): string {
  return `tokens=${tokens} rate=${rate} stamp=${stamp}${numbered ? " numbered" : ""}`;
}

/** The latest plan in a request's body: a conversation holds those of its earlier turns, too. */
export function readPlan(body: string): Answer {
  const plans = [...body.matchAll(/tokens=(\d+) rate=(\d+) stamp=(true|false)( numbered)?/g)];
  const [, tokens, rate, stamp, numbered] = plans.at(-1) ?? [];
  return {
    tokens: Number(tokens ?? 1),
    rate: Number(rate ?? 0),
    stamp: stamp === "true",
    numbered: numbered !== undefined,
  };
}
