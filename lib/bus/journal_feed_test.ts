import { assertEquals, assertRejects } from "@std/assert";
import { BusLost } from "./bus.ts";
import { JournalFeed } from "./journal_feed.ts";
import type { KeptBatch } from "./journal_stream.ts";
import { until, within } from "@/tests/until.ts";

function kept(position: number): KeptBatch {
  return { process: "p", position, name: String(position), start: 0, parts: [], fences: [] };
}

/** A stream that keeps what it is told, of which a feed hears what is said aloud. */
function heard({ base = Promise.resolve(0) } = {}) {
  const all: KeptBatch[] = [];
  const taken: number[] = [];
  const readFrom: number[] = [];
  let failures = 0;
  let missed = 0;
  let hear: (position: number, decoded: () => KeptBatch) => void = () => {};
  const feed = new JournalFeed(
    {
      hear: (take) => {
        hear = take;
        return () => hear = () => {};
      },
      lastPosition: () => base,
      read: (_, from, take) => {
        readFrom.push(from);
        if (failures-- > 0) return Promise.reject(new Error("heartbeats missed"));
        all.filter(({ position }) => position >= from).forEach(take);
        return Promise.resolve();
      },
    },
    ({ position }) => void taken.push(position),
    () => missed++,
  );
  return {
    feed,
    taken,
    readFrom,
    missed: () => missed,
    forget: () => void (all.length = 0),
    fail: (times: number) => failures = times,
    say: (position: number, { aloud = true } = {}) => {
      all.push(kept(position));
      if (aloud) hear(position, () => kept(position));
    },
  };
}

Deno.test("JournalFeed takes what comes once and in order, and reads what it has not heard, however often that fails", async () => {
  const { feed, taken, readFrom, fail, say } = heard();
  say(5);
  say(6);
  say(6);
  assertEquals([taken, readFrom], [[5, 6], []]);
  fail(1);
  say(7, { aloud: false });
  say(8);
  say(9);
  await within("all has been taken", feed.until(9));
  assertEquals([taken, readFrom], [[5, 6, 7, 8, 9], [7, 7]]);
  feed[Symbol.dispose]();
  say(10);
  assertEquals(taken.at(-1), 9);
  await assertRejects(() => feed.until(10), BusLost);
});

Deno.test("JournalFeed that has heard nothing reads from where the journals stood, or says that something may be missing", async () => {
  const known = heard({ base: Promise.resolve(40) });
  await Promise.resolve();
  known.say(41, { aloud: false });
  known.feed.catchUp();
  await until("it was read", () => known.taken.length === 1);
  assertEquals([known.taken, known.missed()], [[41], 0]);
  known.feed[Symbol.dispose]();

  const unknown = heard({ base: new Promise(() => {}) });
  unknown.feed.catchUp();
  assertEquals(unknown.missed(), 1);
  unknown.feed[Symbol.dispose]();
});

Deno.test("JournalFeed begins anew with the stream", async () => {
  const { feed, taken, say, forget } = heard();
  say(700);
  forget();
  say(1, { aloud: false });
  feed.reset();
  await until("the new stream was read", () => taken.length >= 2);
  assertEquals(taken.at(1), 1);
  feed[Symbol.dispose]();
});
