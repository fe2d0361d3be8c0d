/** Waiting in tests: until something is so, and never for ever. */

/** How long the slowest thing, the avatar under software WebGL on a busy machine, may take, ms. */
export const PATIENCE = 60_000;

export interface Waiting {
  /** How long to wait, ms. */
  patience?: number;
  /** The pause between two looks, ms. */
  every?: number;
}

/**
 * Looks again and again until it is so.
 *
 * @param what is waited for, as the failure shall name it; a function is asked at the end, for what was seen last
 * @throws {Error} when it is not so after `patience`
 */
export async function until(
  what: string | (() => string),
  isSo: () => boolean | Promise<boolean>,
  { patience = PATIENCE, every = 20 }: Waiting = {},
): Promise<void> {
  const end = performance.now() + patience;
  while (!await isSo()) {
    if (performance.now() > end) throw inVain(typeof what === "string" ? what : what(), patience);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}

/**
 * What a promise resolves to, if it does in time.
 *
 * @param what is waited for; a function is asked at the end, for what was seen last
 * @throws {Error} when it has not settled after `patience`, ms
 */
export async function within<T>(
  what: string | (() => string),
  promise: Promise<T>,
  patience: number = PATIENCE,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(inVain(typeof what === "string" ? what : what(), patience)), patience);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function inVain(what: string, patience: number): Error {
  return new Error(`Waited ${patience / 1_000} s in vain: ${what}`);
}
