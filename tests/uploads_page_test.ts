/** Avatars and characters on the page: picked, dropped, looked at and chosen. */
import { assertEquals } from "@std/assert";
import { basename, join } from "node:path";
import { SHARED_MODELS, sharedModelsMissing } from "./avatar_page.ts";
import { faults } from "./axe.ts";
import type { ElementHandle, Page } from "./browser.ts";
import { openSettings, pageSays, playScenes, type Scene, STILL } from "./page_scene.ts";
import { until } from "./until.ts";
import { named } from "./visit.ts";
import { type Files, modelFiles, zipOf } from "@/lib/avatars/model_fixture.ts";
import { encoded, png, textChunk } from "@/lib/characters/png_fixture.ts";

const CARD = {
  spec: "chara_card_v2",
  data: { name: "Yuki", description: "A quiet librarian.", first_mes: "Oh. Hello, {{user}}." },
};

const scenes: Scene[] = [
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
];

Deno.test("avatars and characters that are picked or dropped on the page", (t) => playScenes(t, scenes));

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
