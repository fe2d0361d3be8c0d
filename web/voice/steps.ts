/** Milliseconds of work after which the page comes in between: half of a frame. */
const LONGEST_WORK = 8;

/** What the steps go by; a test has its own. */
export interface Pace {
  now(): number;
  /** Lets the page do what waits. */
  rest(): Promise<void>;
}

const PACE: Pace = {
  now: () => performance.now(),
  rest: () => new Promise((resolve) => setTimeout(resolve)),
};

/** Does work that is made of short steps, and lets the page come in between now and then. Gives what comes of it. */
export async function inSteps<T>(work: Generator<void, T>, { now, rest }: Pace = PACE): Promise<T> {
  let began = now();
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    if (now() - began < LONGEST_WORK) continue;
    await rest();
    began = now();
  }
}
