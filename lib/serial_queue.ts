/** Does one thing after the other, so that none undoes what another one does. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Runs a job once those before it are done, well or not.
   *
   * @throws whatever the job throws
   */
  run<T>(job: () => Promise<T>): Promise<T> {
    const done = this.#last.then(job);
    this.#last = done.catch(() => {/* Told to whoever asked for it. */});
    return done;
  }
}
