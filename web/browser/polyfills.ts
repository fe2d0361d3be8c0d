/**
 * What the oldest browsers that the build is for do not have: `Promise.withResolvers` and `AbortSignal.any`. The one
 * inside OBS is often old. Islands import this before everything else; what is there already stays.
 */

// Written as what the platform itself would have, which is why it is put where the platform keeps it.
Promise.withResolvers ??= function <T>(): PromiseWithResolvers<T> {
  let resolve!: (value: T | PromiseLike<T>) => void;
  let reject!: (reason?: unknown) => void;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
};

AbortSignal.any ??= function (signals: Iterable<AbortSignal>): AbortSignal {
  const any = new AbortController();
  const sources = [...signals];
  const aborted = sources.find((signal) => signal.aborted);
  if (aborted !== undefined) any.abort(aborted.reason);
  for (const source of sources) {
    source.addEventListener("abort", () => any.abort(source.reason), { once: true, signal: any.signal });
  }
  return any.signal;
};

export {};
