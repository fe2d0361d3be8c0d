/** The first run, the settings and what is dropped, on the built page in a real browser. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { basename, join } from "node:path";
import { SHARED_MODELS, sharedModelsMissing } from "./avatar_page.ts";
import { faults } from "./axe.ts";
import { type ElementHandle, launchBrowser, type Page } from "./browser.ts";
import { pullLines, startStub } from "./stub_ollama.ts";
import { until } from "./until.ts";
import { CALM, logSays, named, say, type Visit, visit, type VisitOptions } from "./visit.ts";
import { type Files, modelFiles, zipOf } from "@/lib/avatars/model_fixture.ts";
import { encoded, png, textChunk } from "@/lib/characters/png_fixture.ts";

interface Scene extends VisitOptions {
  name: string;
  play(visit: Visit): Promise<void>;
  config?: string;
  ignore?: boolean;
}

/** These scenes are not about movement, which takes a software renderer's whole processor. */
const STILL = JSON.stringify({ avatar: CALM });

const COMMENTED = `{
  // how the avatar is drawn
  "avatar": { "maxFps": 30 }, // my laptop
  "plugins": [1, 2] // another program's
}
`;

const CARD = {
  spec: "chara_card_v2",
  data: { name: "Yuki", description: "A quiet librarian.", first_mes: "Oh. Hello, {{user}}." },
};

const scenes: Scene[] = [
  {
    name: "a model that is missing is pulled, with numbers; stopped, and gone on with",
    stub: { models: [], pullMs: 50, pull: pullLines(4_000_000_000, 200) },
    async play({ page, stub }) {
      await pageSays(page, ".notice", "The model qwen2.5 is not there yet");
      await openNotice(page);
      await (await named(page, "button", "Get qwen2.5")).click();
      const numbers = await page.waitForFunction(() =>
        /\d.* of 4 GB · .*\/s · .* left/.exec(document.querySelector(".pull-numbers")?.textContent ?? "")?.[0]
      );
      assert(await numbers.jsonValue());
      await (await named(page, "button", "Cancel")).click();
      await pageSays(page, ".pull", "What has come so far is kept");
      await stub.requests.findLast(({ path }) => path === "/api/pull")!.closed;
      stub.set({ pullMs: 0 });
      await (await named(page, "button", "Go on")).click();
      await page.waitForFunction(() => document.querySelector(".notice") === null);
      stub.set({ behaviour: { answer: "Here I am." } });
      await say(page, "Hello");
      await logSays(page, "Here I am.");
    },
  },
  {
    name: "A9: models of which only name and size are told are listed, and none is missed before they are",
    stub: { models: [{ name: "qwen2.5:latest", bare: true }, { name: "mini:3b", bare: true }] },
    async play({ page, stub }) {
      await page.evaluate(() => {
        const shown = { missed: false };
        Object.assign(globalThis, { shown });
        new MutationObserver(() => {
          shown.missed ||= document.body.textContent?.includes("Ollama has no model yet") === true;
        }).observe(document.body, { childList: true, subtree: true, characterData: true });
      });
      await (await named(page, "button", "Settings")).click();
      await page.waitForFunction(() =>
        [...document.querySelectorAll("dialog [role=radio], dialog .choice")].length >= 2 &&
        document.querySelector("dialog")?.textContent?.includes("mini:3b")
      );
      assertEquals(await page.evaluate(() => (globalThis as unknown as { shown: object }).shown), { missed: false });
      // A list that does not come is none that is empty.
      stub.set({ hang: ["/api/tags"] });
      await (await named(page, "button", "Close")).click();
      await page.reload();
      await page.waitForSelector(".chat.ready");
      await (await named(page, "button", "Settings")).click();
      await pageSays(page, "dialog", "The model qwen2.5 is there");
      await page.waitForSelector("dialog[open]");
      const text = await page.$eval("dialog[open]", (dialog) => dialog.textContent ?? "");
      assertEquals(text.includes("Ollama has no model yet"), false);
    },
  },
  {
    name: "an installed model takes the place of a missing one",
    stub: { models: [{ name: "mini:3b" }], behaviour: { answer: "Small but here." } },
    async play({ page, server, stub }) {
      await openNotice(page);
      await (await named(page, "button", "mini:3b")).click();
      await page.waitForFunction(() => document.querySelector(".notice") === null);
      await say(page, "Hello");
      await logSays(page, "Small but here.");
      assertEquals((stub.requests.at(-1)!.body as { model: string }).model, "mini:3b");
      assertStringIncludes(await Deno.readTextFile(server.services.live.path), "mini:3b");
    },
  },
  {
    name: "an Ollama that was started meanwhile is found by trying again",
    async play({ page, stub }) {
      await stub.close();
      await page.reload();
      await pageSays(page, ".notice", "does not answer at");
      await openNotice(page);
      const tryAgain = await named(page, "button", "Try again");
      await using _again = startStub({ port: Number(new URL(stub.url).port) });
      // The page looks by itself every few seconds, and may have been quicker than this click.
      await tryAgain.evaluate((button) => (button as HTMLElement).click());
      await page.waitForFunction(() => document.querySelector(".notice") === null);
    },
  },
  {
    name: "the settings tell what is there, and another model is chosen among the installed ones",
    stub: { models: [{ name: "qwen2.5:latest" }, { name: "mini:3b", size: 2_000_000_000 }] },
    async play({ page, server }) {
      await openSettings(page, "Language model");
      await pageSays(page, ".checks", "It remembers 32,768 tokens");
      await pageSays(page, ".checks", "The model qwen2.5 is there");
      await (await page.waitForSelector(".choice::-p-text(mini:3b)"))!.click();
      await page.waitForSelector('.choice[aria-pressed="true"]::-p-text(mini:3b)');
      assertEquals(server.services.live.current.llm.model, "mini:3b");
      await (await named(page, "combobox", "Another model")).type("absent\n");
      await pageSays(page, ".checks", "The model absent is not there yet");
      await named(page, "button", "Get absent");
    },
  },
  {
    name: "a setting is written into the file, which keeps its comments; what is wrong is said beside its field",
    config: COMMENTED,
    async play({ page, server }) {
      await openSettings(page, "Avatar");
      const file = () => Deno.readTextFile(server.services.live.path);
      await write(page, "Pictures a second, at most", "45");
      await fieldSays(page, "avatar.maxFps", "Saved");
      assertEquals(await file(), COMMENTED.replace("30", "45"));
      await write(page, "Pictures a second, at most", "999");
      await fieldSays(page, "avatar.maxFps", "A number from 1 to 240");
      await write(page, "Speed of movement", "0");
      await fieldSays(page, "timeScale", "it should be a number greater than 0 and at most 100");
      assertEquals(await page.$eval("#setting-timeScale", (box) => box.getAttribute("aria-invalid")), "true");
      assertEquals(await file(), COMMENTED.replace("30", "45"));
      await write(page, "Pictures a second, at most", "45");
      await (await named(page, "button", "Pictures a second, at most: Back to 60")).click();
      await page.waitForFunction(() =>
        document.querySelector<HTMLInputElement>('[data-setting="avatar.maxFps"] input')?.value === "60"
      );
      assert(!(await file()).includes("45"));
      assertEquals(await page.evaluate(() => document.activeElement?.id), "setting-avatar.maxFps");
      await page.click('[role="tab"]::-p-text(Server)');
      await write(page, "Port", "9123");
      await pageSays(page, ".sheet-foot", "Restart the server");
    },
  },
  {
    name: "a field that the environment decides is read-only and says by what",
    env: { VTUBER_TIME_SCALE: "2", VTUBER_MODEL: "hiyori", VTUBER_LOG_LEVEL: "error" },
    async play({ page }) {
      await openSettings(page, "Avatar");
      await fieldSays(page, "timeScale", "The environment variable VTUBER_TIME_SCALE decides this");
      assert(await page.$eval("#setting-timeScale", (box) => (box as HTMLInputElement).readOnly));
      await pageSays(page, '[role="tabpanel"]', "VTUBER_MODEL");
      await page.waitForSelector(".choice:disabled::-p-text(Shizuku)");
      await page.click('[role="tab"]::-p-text(Server)');
      await page.waitForSelector("select:disabled");
    },
  },
  {
    name: "the keyboard is enough for the settings, and comes back to where it was",
    async play({ page }) {
      const focused = () => page.evaluate(() => document.activeElement?.textContent);
      await (await named(page, "button", "Settings")).focus();
      await page.keyboard.press("Enter");
      await page.waitForSelector("dialog[open] .field");
      assertEquals(await focused(), "Language model");
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("End");
      await page.waitForSelector('[data-setting="server.port"]');
      assertEquals(await focused(), "Server");
      await page.keyboard.press("ArrowRight");
      assertEquals(await focused(), "Language model");
      await page.keyboard.press("Escape");
      await page.waitForFunction(() => document.querySelector("dialog") === null);
      assertEquals(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "Settings");
    },
  },
  {
    name: "what everyone sees who has not chosen changes at once, and a choice of one's own stays",
    async play({ page }) {
      await openSettings(page, "Appearance");
      await (await page.waitForSelector("#setting-ui\\.theme"))!.select("dark");
      await page.waitForSelector(':root[data-theme="dark"]');
      await page.$$eval('[name="theme"]', (choices) => (choices[1] as HTMLElement).click());
      await page.waitForSelector(':root[data-theme="light"]');
      await page.select("#setting-ui\\.theme", "contrast");
      await fieldSays(page, "ui.theme", "Saved");
      assertEquals(await page.evaluate(() => document.documentElement.dataset.theme), "light");
      await page.select("#setting-ui\\.language", "ja");
      await page.waitForSelector(':root[lang="ja"]');
      // The avatar is an island of its own.
      await page.waitForSelector('canvas[aria-label^="アバター"]');
    },
  },
  {
    name: "another avatar comes while the one before stands there",
    figure: true,
    // Where a character is chosen, the heading has its name, and not the avatar's.
    config: JSON.stringify({ ...JSON.parse(STILL), prompt: "none" }),
    async play({ page, server }) {
      await page.waitForSelector('canvas[data-model="hiyori"]');
      await watchStage(page);
      await openSettings(page, "Avatar");
      await (await page.waitForSelector(".choice::-p-text(Shizuku)"))!.click();
      await page.waitForSelector('canvas[data-model="shizuku"]');
      await page.waitForSelector('.choice[aria-pressed="true"]::-p-text(Shizuku)');
      assertEquals(await stagesSeen(page), ["ready"]);
      assertEquals(JSON.parse(await Deno.readTextFile(server.services.live.path)).model, "shizuku");
      await page.keyboard.press("Escape");
      await page.waitForSelector(".who h2::-p-text(Shizuku)");
    },
  },
  {
    name: "a zip that was picked is looked at, and becomes the avatar with the faces that the reader wants",
    figure: true,
    ignore: sharedModelsMissing,
    async play({ page, server }) {
      await page.waitForSelector('canvas[data-model="hiyori"]');
      await watchStage(page);
      const folder = await Deno.makeTempDir();
      const zip = join(folder, "niziiro.zip");
      await Deno.writeFile(zip, await zipOf(await readFiles(new URL("mao_pro/", SHARED_MODELS))));
      await openSettings(page, "Avatar");
      const box = await page.waitForSelector('input[accept^=".zip"]');
      await (box as ElementHandle<HTMLInputElement>).uploadFile(zip);
      await pageSays(page, ".review", "8 faces, 8 motions");
      await page.waitForSelector('.review img[src^="data:image/png"]');
      assertEquals(server.services.settings.appConfig().model, "hiyori", "nothing is taken before it is seen");
      const faces = await page.$$eval(
        ".review-faces option:checked",
        (options) => options.map((one) => one.textContent),
      );
      assertEquals(faces.slice(0, 3), ["by itself: exp_02", "by itself: 目 エフェクト", "by itself: exp_05"]);
      await until("every face has a picture", async () => (await page.$$(".review-gallery img")).length === 8);
      const drawn = await page.$$eval(".review-gallery img", (images) => images.map(({ src }) => src));
      assertEquals(new Set(drawn).size, 8, "every face is another one");
      const size = page.viewport();
      await page.setViewport({ width: 390, height: 844 });
      assertEquals(await tapped(await named(page, "button", "Put on the stage")), true, "in reach on a phone");
      await page.setViewport(size);
      await page.select(".review-faces select", "exp_01");
      await (await named(page, "button", "Put on the stage")).click();
      await page.waitForFunction(() => document.querySelector(".upload") === null);
      const { model, emotions } = server.services.settings.appConfig();
      assertEquals(emotions, { happy: "exp_01" });
      await page.waitForSelector(`canvas[data-model="${model}"]`);
      await page.waitForSelector(`.choice[aria-pressed="true"]`);
      assertEquals(await stagesSeen(page), ["ready"]);
      await Deno.remove(folder, { recursive: true });
    },
  },
  {
    name: "M12: textures larger than the browser takes are drawn smaller, and that is said",
    figure: true,
    async play({ page }) {
      await page.evaluateOnNewDocument(() => {
        const { prototype } = WebGL2RenderingContext;
        const { getParameter } = prototype;
        prototype.getParameter = function (name) {
          return name === this.MAX_TEXTURE_SIZE ? 256 : getParameter.call(this, name);
        };
      });
      await page.reload();
      await page.waitForSelector('canvas[data-state="ready"][data-model="hiyori"]');
      await pageSays(page, ".avatar-status", "drawn smaller");
      await page.waitForFunction(() => document.querySelector(".avatar-status")?.textContent === "");
    },
  },
  {
    name: "M8, M14: of several models one is chosen; what the browser cannot draw is not taken, and can be removed",
    figure: true,
    complaints: ["409 /api/avatars?show=no"],
    async play({ page, server }) {
      await page.waitForSelector('canvas[data-model="hiyori"]');
      const models = { ...under("Mia", modelFiles()), ...under("Zoe", modelFiles({}, "Zoe")) };
      await drop(page, { "both.zip": await zipOf(models) });
      await pageSays(page, ".upload", "There are several models in both.zip");
      await (await named(page, "button", "Zoe/Zoe.model3.json")).click();
      await pageSays(page, '.review [role="alert"]', "Zoe.moc3 is not a Live2D model that can be read");
      assertEquals(await page.$$eval(".review button", (buttons) => buttons.map((one) => one.textContent)), ["Remove"]);
      assertEquals(server.services.live.current.models["Zoe"]?.entry, "Zoe/Zoe.model3.json");
      await (await named(page, "button", "Remove")).click();
      await page.waitForFunction(() => document.querySelector(".upload") === null);
      assertEquals([server.services.live.current.models, server.services.settings.appConfig().model], [{}, "hiyori"]);
      await page.waitForSelector('canvas[data-state="ready"][data-model="hiyori"]');
    },
  },
  {
    name: "a broken zip is dropped: its causes are named, and the avatar stays",
    figure: true,
    complaints: ["422 /api/avatars?show=no"],
    async play({ page }) {
      await page.waitForSelector('canvas[data-model="hiyori"]');
      const broken = modelFiles({ "Mia.moc3": undefined, "textures/texture_00.png": "no picture" });
      await drop(page, { "mia.zip": await zipOf(broken) });
      await pageSays(page, '.upload[role="alert"]', "mia.zip cannot be shown");
      await pageSays(page, ".upload", "moc Mia.moc3 is missing");
      await pageSays(page, ".upload", "texture_00.png is not an image");
      assertEquals(await page.$(".drop-overlay"), null);
      assertEquals(await faults(page), []);
      await page.click(".upload button");
      await drop(page, { "song.mp3": "la" });
      await pageSays(page, ".upload", "neither an avatar");
      await page.waitForSelector('canvas[data-model="hiyori"][data-state="ready"]');
    },
  },
  {
    name: "a character card is dropped, and answers under its name",
    async play({ page, server }) {
      await drop(page, { "yuki.json": JSON.stringify(CARD) });
      await pageSays(page, ".upload", "You are talking with Yuki now");
      await page.waitForSelector(".who h2::-p-text(Yuki)");
      await openSettings(page, "Character");
      await page.waitForSelector('.choice[aria-pressed="true"]::-p-text(Yuki)');
      await (await page.waitForSelector(".choice::-p-text(Kit)"))!.click();
      await page.waitForSelector('.choice[aria-pressed="true"]::-p-text(Kit)');
      assertEquals(server.services.live.current.prompt, "streamer");
    },
  },
  {
    name: "U5: a card's own picture is shown in the list and beside the name, or a letter where it is damaged",
    async play({ page }) {
      const scripted = { ...CARD, data: { ...CARD.data, extensions: { regex_scripts: [{}] } } };
      const card = png(textChunk("chara", encoded(scripted)));
      await drop(page, { "yuki.png": card });
      await pageSays(page, ".upload", "Its scripts are not run");
      await page.waitForFunction(() =>
        document.querySelector<HTMLImageElement>(".chat-header img")?.naturalWidth === 1
      );
      await openSettings(page, "Character");
      await page.waitForSelector('.choice[aria-pressed="true"] img.portrait');
      await (await page.waitForSelector(".choice::-p-text(Kit)"))!.click();
      // What was said of her does not hold any more.
      await page.waitForFunction(() => document.querySelector(".upload, .chat-header .portrait") === null);
      // A picture of no width.
      await drop(page, { "damaged.png": png(textChunk("chara", encoded(CARD))).fill(0, 16, 20) });
      await page.waitForFunction(() => document.querySelector(".chat-header .initial")?.textContent === "Y");
    },
  },
  {
    name: "axe has nothing serious against any part of it",
    figure: true,
    stub: { models: [{ name: "mini:3b" }] },
    async play({ page }) {
      await openNotice(page);
      await named(page, "button", "mini:3b");
      assertEquals(await faults(page), []);
      for (const section of ["Language model", "Character", "Avatar", "Appearance", "Server"]) {
        if (section === "Language model") await openSettings(page, section);
        else await page.click(`[role="tab"]::-p-text(${section})`);
        await page.waitForSelector('[role="tabpanel"] .field');
        assertEquals(await faults(page), [], section);
      }
    },
  },
];

Deno.test("settings, first run and uploads on the page", async (t) => {
  const browser = await launchBrowser();
  try {
    for (const { name, play, config = STILL, ignore = false, ...options } of scenes) {
      await t.step({ name, ignore, fn: () => visit(browser, play, config, options) });
    }
  } finally {
    await browser.close();
  }
});

async function openSettings(page: Page, section: string): Promise<void> {
  await (await named(page, "button", "Settings")).click();
  await (await page.waitForSelector(`[role="tab"]::-p-text(${section})`))!.click();
  await page.waitForSelector('[role="tabpanel"] .field');
}

/** Writes into a box in place of what is there, and leaves it as Enter does. */
async function write(page: Page, label: string, text: string): Promise<void> {
  const box = await page.waitForSelector(`[role="tabpanel"] ::-p-aria(${label})`);
  await box!.focus();
  await page.keyboard.down("Control");
  await page.keyboard.press("a");
  await page.keyboard.up("Control");
  await page.keyboard.type(`${text}\n`);
}

/** What is wrong is a line, until one wants to know more. */
async function openNotice(page: Page): Promise<void> {
  await (await page.waitForSelector(".notice:not([open]) summary"))!.click();
  await page.waitForSelector(".notice[open]");
}

async function pageSays(page: Page, selector: string, words: string): Promise<void> {
  const said = (selector: string, words: string) =>
    document.querySelector(selector)?.textContent?.replace(/\s+/g, " ").includes(words);
  await page.waitForFunction(said, {}, selector, words);
}

async function fieldSays(page: Page, name: string, words: string): Promise<void> {
  await pageSays(page, `[data-setting="${name}"]`, words);
}

/** Whether a tap in the middle of an element would meet it, and not what lies over it or cuts it off. */
function tapped(element: ElementHandle<Element>): Promise<boolean> {
  return element.evaluate((element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return element.contains(document.elementFromPoint(x + width / 2, y + height / 2));
  });
}

function under(folder: string, files: Files): Files {
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [`${folder}/${path}`, content]));
}

/** Lets files fall onto the page, once it shows that it would take them in. */
async function drop(page: Page, files: Files): Promise<void> {
  await until("the page takes files in", async () => {
    await drag(page, "dragenter", {});
    return await page.$(".drop-overlay") !== null;
  });
  await drag(page, "drop", files);
}

/** Holds files above the page, or lets them fall. */
async function drag(page: Page, type: "dragenter" | "drop", files: Files): Promise<void> {
  const contents = Object.entries(files).map(([name, content]) =>
    [name, [...(typeof content === "string" ? new TextEncoder().encode(content) : content)]] as const
  );
  await page.evaluate(
    (type, contents) => {
      const dataTransfer = new DataTransfer();
      for (const [name, bytes] of contents) dataTransfer.items.add(new File([new Uint8Array(bytes)], name));
      if (contents.length === 0) dataTransfer.items.add(new File([], "held"));
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    },
    type,
    contents,
  );
}

/** Notes every state that the stage's canvas has from now on. */
async function watchStage(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen = new Set<string>();
    const canvas = document.querySelector("canvas.avatar-canvas");
    const note = () => seen.add(canvas?.isConnected ? canvas.getAttribute("data-state") ?? "none" : "gone");
    note();
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributes: true });
    Object.assign(globalThis, { stagesSeen: seen });
  });
}

function stagesSeen(page: Page): Promise<string[]> {
  return page.evaluate(() => [...(globalThis as unknown as { stagesSeen: Set<string> }).stagesSeen]);
}

/** Everything below a folder, under the folder's own name. */
async function readFiles(folder: URL, prefix = basename(folder.pathname)): Promise<Files> {
  const files: Files = {};
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${prefix}/${name}`;
    if (isDirectory) Object.assign(files, await readFiles(new URL(`${encodeURIComponent(name)}/`, folder), path));
    else files[path] = await Deno.readFile(new URL(encodeURIComponent(name), folder));
  }
  return files;
}
