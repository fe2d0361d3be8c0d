/** Neural voices that are fetched by a click, on the built page in a real browser, from a host of the tests' own. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { faults } from "./axe.ts";
import { type Page, testBrowser } from "./browser.ts";
import { ARCHIVE, DownloadHost } from "./download_host.ts";
import { Page as Calls } from "./page_calls.ts";
import type { TestServer } from "./test_server.ts";
import { CALM, named, press, type Visit, visit } from "./visit.ts";
import { bytesText } from "@/lib/i18n/format.ts";
import { testVoices } from "@/lib/sherpa/speech_models_fixture.ts";
import { writeToneVoice } from "@/lib/voice/sherpa/tone_voice_fixture.ts";

const HALF = 100;
/** As it is shown while half of the archive is there. */
const HALF_COME = `${HALF} byte of ${bytesText(ARCHIVE.length, "en")}`;
const ARCHIVE_NAME = "test-voice.tar.bz2";

interface Scene extends Visit {
  host: DownloadHost;
  voices: ReturnType<typeof testVoices>;
}

const scenes: { name: string; play(scene: Scene): Promise<void> }[] = [
  {
    name: "a voice is fetched by a click, with its progress; stopped, gone on with, and taken away",
    async play({ page, host, server }) {
      host.fault(ARCHIVE_NAME, { holdAfter: HALF });
      await openVoices(page);
      await page.select("#setting-voice\\.engine", "sherpa");
      await page.waitForSelector(".say-something ::-p-text(Fetch sherpa-onnx)");
      assertEquals(await offered(page), []);
      await says(page, "test-voice", "British English, Japanese");
      await says(page, "test-voice", "Licence: CC0-1.0 · Source");
      await (await named(page, "button", "Get: Test voice")).click();
      await says(page, "test-voice", HALF_COME);
      const bar = await named(page, "progressbar", "Get: Test voice");
      assert(
        await bar.evaluate(
          (bar, share) => Math.abs((bar as HTMLProgressElement).value - share) < 0.01,
          HALF / ARCHIVE.length,
        ),
      );
      assertEquals(await faults(page), []);
      await (await named(page, "button", "Cancel: Test voice")).click();
      await says(page, "test-voice", `${HALF_COME} are here`);
      host.fault(ARCHIVE_NAME, {});
      await (await named(page, "button", "Go on: Test voice")).click();
      await page.waitForSelector('.speech-model[data-state="there"]::-p-text(Test voice)');
      assertEquals(host.requests.map(({ range }) => range), [undefined, `bytes=${HALF}-`]);
      assertEquals(await neuralVoices(server), ["Test voice: 0", "Test voice: 1", "Test voice: 2"]);
      await page.waitForSelector(".say-something ::-p-text(stays on this machine)");
      assertEquals(await offered(page), ["test-voice#0", "test-voice#1", "test-voice#2"]);
      assertEquals(await faults(page), []);
      await (await named(page, "button", "Remove: Test voice")).click();
      await named(page, "button", "Get: Test voice");
      assertEquals(await neuralVoices(server), []);
      await page.waitForSelector(".say-something ::-p-text(Fetch a voice)");
      assertEquals(await offered(page), []);
    },
  },
  {
    name: "what is being fetched goes on without the page, and is watched again when it is back",
    async play({ page, host }) {
      host.fault(ARCHIVE_NAME, { holdAfter: HALF });
      await openVoices(page);
      await (await named(page, "button", "Get: Test voice")).click();
      await says(page, "test-voice", HALF_COME);
      await page.reload();
      await page.waitForSelector(".chat.ready");
      await openVoices(page);
      await says(page, "test-voice", HALF_COME);
      host.release();
      await page.waitForSelector('.speech-model[data-state="there"]::-p-text(Test voice)');
      assertEquals(host.requests.length, 1);
    },
  },
  {
    name: "why a voice does not come is said beside it, with what to do",
    async play({ page, host, voices }) {
      voices.runtimes.missing = true;
      await openVoices(page);
      await (await named(page, "button", "Get: Test voice")).click();
      await says(page, "test-voice", "Cannot download sherpa-onnx from npm: there is no line");
      await says(page, "test-voice", "Check the connection to the internet");
      voices.runtimes.missing = false;
      host.fault(ARCHIVE_NAME, { status: 404 });
      await (await named(page, "button", "Get: Test voice")).click();
      await says(page, "test-voice", "the host answers 404");
      host.fault(ARCHIVE_NAME, {});
      await (await named(page, "button", "Get: Test voice")).click();
      await page.waitForSelector('.speech-model[data-state="there"]::-p-text(Test voice)');
      assertEquals(await page.$$(".speech-model [role=alert]"), []);
    },
  },
  {
    name: "a voice that is there without the program that it needs says so, and has that fetched",
    async play({ page, server, host }) {
      const { dataDir } = server.services;
      await openVoices(page);
      await (await named(page, "button", "Get: Test voice")).click();
      await page.waitForSelector('.speech-model[data-state="there"]::-p-text(Test voice)');
      // As it is once a newer program wants a newer one.
      await Deno.rename(join(dataDir, "runtimes/sherpa-onnx-1.13.8"), join(dataDir, "runtimes/sherpa-onnx-1.12.0"));
      await page.reload();
      await page.waitForSelector(".chat.ready");
      await openVoices(page);
      await says(page, "test-voice", "It cannot be used yet. About 15 MB from npm are missing:");
      await says(page, "test-voice", "sherpa-onnx 1.13.8 · Licence: Apache-2.0");
      await named(page, "button", "Remove: Test voice");
      assertEquals(await faults(page), []);
      await (await named(page, "button", "Get what is missing: Test voice")).click();
      await page.waitForSelector('.speech-model[data-state="there"]::-p-text(Test voice)');
      assertEquals((await page.$$(".speech-model-lacks")).length, 0);
      assertEquals(host.requests.length, 1);
      assertEquals(await neuralVoices(server), ["Test voice: 0", "Test voice: 1", "Test voice: 2"]);
    },
  },
  {
    name: "a folder that was put there by hand says what it lacks, and what it needs beside itself",
    async play({ page, server }) {
      const folder = join(server.services.dataDir, "voices");
      await writeToneVoice(join(folder, "mine"));
      await Deno.mkdir(join(folder, "half"));
      await openVoices(page);
      await says(page, "half", "It cannot be used: model.onnx is missing");
      await says(page, "mine", "It cannot be used: Fetch sherpa-onnx 1.13.8");
      assertEquals(await faults(page), []);
      await (await named(page, "button", "Get: Test voice")).click();
      await says(page, "mine", "Can be used");
      await says(page, "half", "model.onnx is missing");
    },
  },
  {
    name: "voices are found by their language, with the keyboard alone, and nothing is wider than a phone",
    async play({ page, server }) {
      await page.setViewport({ width: 360, height: 740 });
      await openVoices(page);
      const select = await named(page, "combobox", "Voices that speak");
      await select.focus();
      await page.keyboard.type("Japanese");
      await page.waitForFunction(() => document.querySelectorAll(".speech-model").length === 1);
      await says(page, "test-voice", "Japanese, British English");
      await page.keyboard.press("Tab");
      assertEquals(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "Get: Test voice");
      await page.keyboard.press("Enter");
      await page.waitForSelector('.speech-model[data-state="there"]');
      assertEquals(
        await page.$eval(".model-folder code", (code) => code.textContent),
        join(server.services.dataDir, "voices"),
      );
      assertEquals(await page.$eval(".sheet-body", (body) => body.scrollWidth > body.clientWidth), false);
    },
  },
];

async function openVoices(page: Page): Promise<void> {
  await press(page, "Settings");
  await page.waitForSelector("dialog[open]");
  // It comes in from the side: a click at where it was a moment ago would miss.
  await page.locator('[role="tab"]::-p-text(Character)').click();
  await page.waitForSelector(".speech-model");
}

/** What the page is told to choose from, by its names. */
async function neuralVoices(server: TestServer): Promise<string[]> {
  await using page = await Calls.open(server);
  const engines = await page.call("voices.list", {});
  return engines.find(({ id }) => id === "sherpa")!.voices.map(({ name }) => name);
}

/** What the box for the voice can be filled with. */
async function offered(page: Page): Promise<string[]> {
  return await page.$eval(
    "#setting-voice\\.voice",
    (box) => [...(box as HTMLInputElement).list?.options ?? []].map(({ value }) => value),
  );
}

/** The entry of a voice has these words. */
async function says(page: Page, id: string, words: string): Promise<void> {
  const name = { "test-voice": "Test voice", "broken-voice": "Broken voice" }[id] ?? id;
  const said = (name: string, words: string) =>
    [...document.querySelectorAll(".speech-model")].some((one) =>
      one.querySelector("h4")?.textContent === name && one.textContent?.replace(/\s+/g, " ").includes(words)
    );
  await page.waitForFunction(said, {}, name, words);
}

Deno.test("neural voices on the page", async (t) => {
  const browser = await testBrowser();
  for (const { name, play } of scenes) {
    await t.step(name, async () => {
      await using host = await DownloadHost.open();
      const voices = testVoices(host);
      await visit(browser, (seen) => play({ ...seen, host, voices }), { avatar: CALM }, { speechModels: voices });
    });
  }
});
