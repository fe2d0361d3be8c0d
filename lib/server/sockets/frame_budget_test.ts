import { assertEquals } from "@std/assert";
import { limitFrames } from "./frame_budget.ts";

/** A socket of the test's own, and how it was closed. */
function open() {
  const clock = { now: 0 };
  const closed: (number | undefined)[] = [];
  const socket = Object.assign(new EventTarget(), { close: (code?: number) => void closed.push(code) });
  limitFrames(socket, () => clock.now);
  const send = (data: unknown, count: number) => {
    for (let sent = 0; sent < count; sent++) socket.dispatchEvent(new MessageEvent("message", { data }));
    return closed.length > 0;
  };
  return { clock, closed, send };
}

Deno.test("limitFrames() lets a microphone send for hours, and all of half a minute at once", () => {
  const { clock, send } = open();
  for (let second = 0; second < 7_200; second++) {
    clock.now += 1_000;
    assertEquals(send(new ArrayBuffer(1_040), 32), false, `second ${second}`);
  }
  assertEquals(send(new ArrayBuffer(1_040), 30 * 32), false);
});

Deno.test("limitFrames() closes a socket by which more comes, be it in number or in size", () => {
  for (const [data, most] of [["{}", 10_000], [new ArrayBuffer(18), 10_000], [new ArrayBuffer(5 << 20), 7]] as const) {
    const { closed, send } = open();
    assertEquals([send(data, most), send(data, 1), closed], [false, true, [1013]]);
  }
});
