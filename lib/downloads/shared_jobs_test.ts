import { assertEquals, assertRejects } from "@std/assert";
import { SharedJobs } from "./shared_jobs.ts";
import { until } from "@/tests/until.ts";

/** A job that goes on when it is told to. */
class Work {
  begun = 0;
  note: (progress: number) => void = () => {};
  readonly #end = Promise.withResolvers<void>();

  readonly job = async (signal: AbortSignal, note: (progress: number) => void): Promise<void> => {
    this.begun++;
    this.note = note;
    signal.addEventListener("abort", () => this.#end.reject(signal.reason));
    await this.#end.promise;
  };

  end(): void {
    this.#end.resolve();
  }
}

/** Somebody who watches a job. */
class Watcher {
  readonly seen: number[] = [];
  readonly abort = new AbortController();
  readonly signal = this.abort.signal;
  readonly onProgress = (progress: number) => void this.seen.push(progress);
}

Deno.test("two who ask for the same share one job, whose end both hear of; one who leaves does not end it", async () => {
  const jobs = new SharedJobs<number>();
  const work = new Work();
  const [stays, leaves, late] = [new Watcher(), new Watcher(), new Watcher()];
  const done = jobs.run("a", work.job, stays);
  const left = jobs.run("a", work.job, leaves);
  work.note(1);
  await until("it is told", () => stays.seen.length === 1 && leaves.seen.length === 1);
  leaves.abort.abort(new Error("left"));
  await assertRejects(() => left, Error, "left");
  const alsoDone = jobs.run("a", work.job, late);
  assertEquals([late.seen, jobs.has("a"), jobs.progress("a")], [[1], true, 1]);
  work.note(2);
  work.note(3);
  work.end();
  await Promise.all([done, alsoDone]);
  // No more often than anybody can see, and the last of all.
  assertEquals([stays.seen, late.seen, leaves.seen], [[1, 3], [1, 3], [1]]);
  assertEquals([work.begun, jobs.has("a"), jobs.progress("a")], [1, false, undefined]);
});

Deno.test("a job that is cancelled has stopped when that is told, and can be begun again", async () => {
  const jobs = new SharedJobs<number>();
  const [work, again, other] = [new Work(), new Work(), new Work()];
  const cancelled = assertRejects(() => jobs.run("a", work.job, new Watcher()), DOMException, "cancelled");
  await jobs.cancel("a");
  assertEquals(jobs.has("a"), false);
  await cancelled;
  await jobs.cancel("a");
  const ended = [jobs.run("a", again.job, new Watcher()), jobs.run("b", other.job, new Watcher())]
    .map((one) => assertRejects(() => one, DOMException));
  await jobs.close();
  await Promise.all(ended);
  assertEquals([again.begun, other.begun, jobs.has("a"), jobs.has("b")], [1, 1, false, false]);
});

Deno.test("what a job throws reaches those who watch, and nobody else", async () => {
  const jobs = new SharedJobs<number>();
  const failing = () => Promise.reject(new Error("broken"));
  await assertRejects(() => jobs.run("a", failing, new Watcher()), Error, "broken");
  const gone = new Watcher();
  gone.abort.abort(new Error("gone"));
  await assertRejects(() => jobs.run("a", failing, gone), Error, "gone");
});
