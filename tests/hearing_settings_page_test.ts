/** The ears among the settings, in a real browser whose microphone hears a recording. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { faults } from "./axe.ts";
import { launchBrowserHearing, type Page, testBrowser } from "./browser.ts";
import { ARCHIVE, DownloadHost, noise } from "./download_host.ts";
import { writeRecording } from "./recording.ts";
import { until } from "./until.ts";
import { CALM, named, visit } from "./visit.ts";
import { DETECTOR, WAKE_WORDS } from "@/lib/hearing/catalogue.ts";
import type { CatalogueModel } from "@/lib/sherpa/speech_models.ts";
import { SHERPA_VERSION } from "@/lib/sherpa/runtime.ts";
import { OWNER } from "@/lib/principal.ts";
import { joined, silence, spoken, TranscriptionServer } from "@/lib/hearing/hearing_fixture.ts";

async function sectionSays(page: Page, words: string): Promise<void> {
  await page.waitForFunction((words) => document.querySelector(".sheet-body")?.textContent?.includes(words), {}, words);
}

Deno.test("what is understood is shown before anybody is told it, with where it goes; what is chosen holds", async () => {
  const folder = await Deno.makeTempDir();
  const recording = joined(await spoken("One two three four five six seven."), silence(30));
  const browser = await launchBrowserHearing(await writeRecording(folder, recording));
  await using ears = new TranscriptionServer(() => Response.json({ text: "One two three" }));
  try {
    await visit(browser, async ({ page, server }) => {
      await (await named(page, "button", "Settings")).click();
      await (await named(page, "tab", "Hearing")).click();
      await sectionSays(page, "stays on this machine");
      await (await named(page, "button", "Try it")).click();
      await sectionSays(page, "Say something…");
      const loud = () => page.evaluate(() => document.querySelector("meter")?.value ?? 0);
      await until("the meter moves", async () => await loud() > 0.5);
      assertEquals(await faults(page), []);
      // All of it is understood once it is over.
      await (await named(page, "button", "Stop")).click();
      await sectionSays(page, "I heard: “One two three”");
      assertEquals(await server.services.chat.conversations.list(OWNER), []);

      const slider = await page.waitForSelector("#setting-hearing\\.patience");
      await slider!.focus();
      await page.keyboard.press("End");
      await until("it is taken up", () => server.services.live.current.hearing.patience === 2);
      await (await page.waitForSelector("#setting-hearing\\.early"))!.click();
      await until("it is taken up", () => !server.services.live.current.hearing.early);
      assertEquals(await page.$("#setting-hearing\\.wakeWord"), null);
      await page.select("#setting-hearing\\.mode", "wake");
      await page.waitForSelector("#setting-hearing\\.wakeWord");
      await page.select("select[name=talk-key]", "f8");
      const names = await page.$$eval(
        "select[name=microphone] option",
        (all) => all.map(({ textContent }) => textContent),
      );
      assert(names[0] === "The usual one" && names.length > 1, names.join());
      await page.reload();
      await page.waitForSelector(".chat.ready");
      assertEquals(await page.evaluate(() => localStorage.getItem("vtuber:talkKey")), "f8");
      // It is on until it is pressed again now.
      await named(page, "button", "Microphone");
    }, { avatar: CALM, hearing: { engine: "openai", host: ears.host } });
  } finally {
    await browser.close();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("whoever has a transcription server fetches the voice detector alone", async () => {
  const browser = await testBrowser();
  await using ears = new TranscriptionServer();
  const { laid, speechModels } = models();
  await visit(
    browser,
    async ({ page }) => {
      await (await named(page, "button", "Settings")).click();
      await (await named(page, "tab", "Hearing")).click();
      const get = await named(page, "button", "Get: Silero VAD 5");
      assertEquals(await faults(page), []);
      await get.click();
      await page.waitForSelector('.speech-model[data-state="there"]::-p-text(Silero VAD 5)');
      assertEquals(laid, ["sherpa-onnx-1.13.8", DETECTOR.id]);
    },
    { avatar: CALM, hearing: { engine: "openai", host: ears.host } },
    { speechModels },
  );
});

Deno.test("a recogniser that is there without what it needs says what that is, and has it fetched", async () => {
  const browser = await testBrowser();
  await using host = await DownloadHost.open();
  const recogniser: CatalogueModel = {
    id: "tones",
    kind: "recogniser",
    name: "Tones",
    languages: ["en"],
    licenses: DETECTOR.licenses,
    source: DETECTOR.source,
    files: [host.add("model.onnx", noise(500))],
  };
  const { laid, speechModels } = models(recogniser);
  await visit(
    browser,
    async ({ page, server }) => {
      await Deno.mkdir(join(server.services.dataDir, "recognisers", "tones"), { recursive: true });
      await (await named(page, "button", "Settings")).click();
      await (await named(page, "tab", "Hearing")).click();
      await sectionSays(page, "It cannot be used yet. About 17 MB from npm are missing:");
      await sectionSays(page, "Silero VAD 5 · Licence: MIT");
      assertEquals(await faults(page), []);
      await (await named(page, "button", "Get what is missing: Tones")).click();
      await page.waitForSelector('.speech-model[data-state="there"]::-p-text(Tones)');
      assertEquals([laid, host.requests.length], [["sherpa-onnx-1.13.8", DETECTOR.id], 0]);
    },
    { avatar: CALM },
    { speechModels },
  );
});

Deno.test("whoever wants to call her by her name fetches what listens for that, by a click", async () => {
  const browser = await testBrowser();
  await using host = await DownloadHost.open();
  const files = [{ ...host.add("wake.tar.bz2", ARCHIVE), unpack: "tar.bz2" as const }];
  const { laid, speechModels } = models({ ...WAKE_WORDS, files });
  await visit(
    browser,
    async ({ page, server }) => {
      await (await named(page, "button", "Settings")).click();
      await (await named(page, "tab", "Hearing")).click();
      await page.waitForSelector("#setting-hearing\\.mode");
      assertEquals(await page.$$(`.speech-model ::-p-text(${WAKE_WORDS.name})`), []);
      await page.select("#setting-hearing\\.mode", "wake");
      await (await named(page, "button", `Get: ${WAKE_WORDS.name}`)).click();
      await page.waitForSelector(`.speech-model[data-state="there"]::-p-text(${WAKE_WORDS.name})`);
      assertEquals(await faults(page), []);
      assertEquals(laid, ["sherpa-onnx-1.13.8", DETECTOR.id]);
      assert((await Deno.stat(join(server.services.dataDir, "wake-words", WAKE_WORDS.id))).isDirectory);
    },
    { avatar: CALM },
    { speechModels },
  );
});

/** The detector and these, with what is laid down by fetching them from npm. */
function models(...others: CatalogueModel[]) {
  const laid: string[] = [];
  const lay = async (folder: string) => {
    await Deno.mkdir(folder, { recursive: true });
    laid.push(folder.slice(folder.lastIndexOf("/") + 1));
  };
  const npm = { names: "a package", bytes: 2_000_000, bring: lay };
  const fetchRuntime = async (folder: string) => {
    await lay(folder);
    await Deno.mkdir(join(folder, "sherpa-onnx"));
    await Deno.writeTextFile(join(folder, "sherpa-onnx/package.json"), JSON.stringify({ version: SHERPA_VERSION }));
  };
  return { laid, speechModels: { catalogue: [{ ...DETECTOR, npm }, ...others], fetchRuntime } };
}
