/** For tests: a reader who holds the button and talks, in a browser whose microphone hears a recording. */
import type { Page } from "./browser.ts";
import { until } from "./until.ts";
import { named } from "./visit.ts";

/** Runs before the page's own scripts: counts the samples that go to the server. */
export function countSound(): void {
  const sound = { samples: 0 };
  Object.assign(globalThis, { sound });
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (data) {
    if (data instanceof Uint8Array) sound.samples += (data.byteLength - 16) / 2;
    return send.call(this, data);
  };
}

/** Holds the button until so much of the recording has been heard. */
export async function holdFor(page: Page, samples: number): Promise<void> {
  const heard = () => page.evaluate(() => (globalThis as unknown as { sound: { samples: number } }).sound.samples);
  const before = await heard();
  await (await named(page, "button", "Hold to talk")).hover();
  await page.mouse.down();
  await until("the recording is heard", async () => await heard() - before >= samples);
  await page.mouse.up();
}
