/** Waiting for work that does not stop by itself, as long as an `AbortSignal` lets it. */

/**
 * What `work` gives, or the reason of `signal` as soon as it aborts. The work itself goes on.
 *
 * @throws what the work throws, or the reason of `signal`
 */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/**
 * Waits until `work` is done, or `signal` aborts, such as `AbortSignal.timeout(1_000)`. What is late goes on, and what it
 * throws then is not told.
 *
 * @returns whether it was done before
 * @throws what the work throws before
 */
export async function inTime(work: Promise<unknown>, signal: AbortSignal): Promise<boolean> {
  try {
    await abortable(work, signal);
    return true;
  } catch (error) {
    if (signal.aborted && error === signal.reason) return false;
    throw error;
  }
}
