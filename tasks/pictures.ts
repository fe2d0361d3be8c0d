/** `deno task pictures`: takes the README's pictures anew, of the real page with a stand-in for Ollama. */
import { join } from "node:path";
import { PROGRAM } from "@/lib/paths.ts";
import { launchBrowser, type Page } from "@/tests/browser.ts";
import { print } from "@/lib/telemetry/log.ts";
import { logSays, named, say as write, visit } from "@/tests/visit.ts";

const ANSWER = `[happy] A small story, then.

**The lighthouse cat** lived where the land ends. Every evening she counted the ships, and wrote them all down:

| ship | cargo |
| --- | --- |
| *Marigold* | letters |
| *Little Bear* | lemons |

One night the lamp went out, and her purring showed the *Marigold* the way home.`;

interface Picture {
  name: string;
  theme: "light" | "dark";
  size: { width: number; height: number };
  take: (page: Page) => Promise<void>;
  /** Ollama is there, but has no model. */
  empty?: boolean;
}

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

const PICTURES: Picture[] = [
  { name: "desktop", theme: "dark", size: DESKTOP, take: talk },
  { name: "phone", theme: "light", size: PHONE, take: talk },
  {
    name: "settings",
    theme: "light",
    size: DESKTOP,
    take: async (page) => {
      await talk(page);
      await (await named(page, "button", "Settings")).click();
      await page.waitForSelector('dialog [role="tabpanel"] input');
    },
  },
  {
    name: "first-run",
    theme: "dark",
    size: DESKTOP,
    empty: true,
    take: async (page) => {
      await (await page.waitForSelector(".notice summary"))!.click();
      await page.waitForSelector(".notice[open] .checks");
    },
  },
];

const browser = await launchBrowser();
try {
  for (const { name, theme, size, take, empty = false } of PICTURES) {
    await visit(
      browser,
      async ({ page }) => {
        await page.setViewport({ ...size, deviceScaleFactor: 1.5 });
        await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
        await page.waitForSelector('canvas[data-state="ready"]');
        await take(page);
        // A moment for the face, and for what slides in.
        await new Promise((resolve) => setTimeout(resolve, 2_500));
        const path = join(PROGRAM, "docs", `${name}.webp`) as `${string}.webp`;
        await page.screenshot({ path, type: "webp", quality: 82 });
        print(path);
      },
      { llm: { api: "chat" }, avatar: { maxFps: 4 }, voice: {} },
      { figure: true, stub: { behaviour: { answer: ANSWER, rate: 200 }, ...(empty && { models: [] }) } },
    );
  }
} finally {
  await browser.close();
}

async function talk(page: Page): Promise<void> {
  await write(page, "Tell me a story about a lighthouse");
  await logSays(page, "the way home");
}
