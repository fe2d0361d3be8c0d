/** What axe, the checker of accessibility, has against a page. */
// Only tests need it: no import of deno.json's, and in the tests' own lock.
// deno-lint-ignore no-import-prefix
import axe from "npm:axe-core@4.14.1";
import type { Page } from "./browser.ts";

/** Each fault that axe calls serious or worse, with where it is. Waits until nothing moves: half a colour is none. */
export async function faults(page: Page): Promise<string[]> {
  await page.evaluate(async () => {
    const brief = document.getAnimations().filter((one) => one.effect?.getComputedTiming().iterations !== Infinity);
    await Promise.allSettled(brief.map(({ finished }) => finished));
  });
  if (!await page.evaluate("'axe' in globalThis")) await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import("npm:axe-core@4.14.1") };
    const { violations } = await axe.run({ resultTypes: ["violations"] });
    return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`);
  });
}
