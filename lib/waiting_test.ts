import { assertEquals, assertRejects } from "@std/assert";
import { abortable, inTime } from "./waiting.ts";

const never = new Promise<never>(() => {});

Deno.test("abortable() gives what the work gives, or the reason of its signal", async () => {
  const { signal } = new AbortController();
  assertEquals(await abortable(Promise.resolve(1), signal), 1);
  await assertRejects(() => abortable(Promise.reject(new RangeError("the work")), signal), RangeError, "the work");
  const over = new RangeError("over");
  const leaving = new AbortController();
  const waiting = assertRejects(() => abortable(never, leaving.signal), RangeError, "over");
  leaving.abort(over);
  await waiting;
  await assertRejects(() => abortable(never, AbortSignal.abort(over)), RangeError, "over");
});

Deno.test("inTime() tells whether the work was done before its signal", async () => {
  const leaving = new AbortController();
  assertEquals(await inTime(Promise.resolve(1), leaving.signal), true);
  await assertRejects(() => inTime(Promise.reject(new RangeError("the work")), leaving.signal), RangeError);
  assertEquals(await inTime(never, AbortSignal.timeout(1)), false);
  const late = Promise.withResolvers<void>();
  const waiting = inTime(late.promise, leaving.signal);
  leaving.abort();
  assertEquals(await waiting, false);
  late.reject(new Error("nobody waits for it any more, and nobody has to be told"));
});

Deno.test("abortable() leaves nothing behind at a signal that lives longer", async () => {
  const { signal } = new AbortController();
  let listeners = 0;
  const add = signal.addEventListener.bind(signal), remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add(...args));
  signal.removeEventListener = (...args: Parameters<typeof remove>) => (listeners--, remove(...args));
  await abortable(Promise.resolve(), signal);
  await inTime(Promise.reject(new Error("the work")), signal).catch(() => {/* That is looked at above. */});
  assertEquals(listeners, 0);
});
