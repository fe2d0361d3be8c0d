/** The avatar in a real browser, with real models: what unit tests cannot know. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { AvatarPages, HARU, MAO, SHARED_MODELS, sharedModelsMissing } from "./avatar_page.ts";
import { type Page, testBrowser } from "./browser.ts";
import { type Complaints, openPage, withoutWebGL } from "./open_page.ts";
import { until } from "./until.ts";

interface Visit {
  pages: AvatarPages;
  page: Page;
}

type Scene = [name: string, needsShared: boolean, play: (visit: Visit) => Promise<void>, complaints?: Complaints];

/** What the test page hands out of the island's surroundings. */
interface Presence {
  chosenAvatar: { value: { name: string; entry: string } | null };
  feelings: { value: { name: string; intensity: number; at: number; turn: string } };
  speech: { value: { turn: string; text: string } | null };
}

declare global {
  // Only on the test page.
  var presence: Presence;
}

async function ready(page: Page, name?: string): Promise<void> {
  await page.waitForSelector(`canvas[data-state="ready"]${name === undefined ? "" : `[data-model="${name}"]`}`);
}

/** The canvas appears softly, and only then has its own colours. */
async function fadedIn(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector("canvas")!.getAnimations().length === 0);
}

async function choose(page: Page, name: string, entry: string): Promise<void> {
  await page.evaluate((character) => void (presence.chosenAvatar.value = character), { name, entry });
}

async function status(page: Page): Promise<string> {
  return await page.$eval('[role="status"]', (element) => element.textContent ?? "");
}

/** The colours of a part of the page, 0xRRGGBB, at a size at which single pixels matter little. */
async function colours(page: Page, clip: { x: number; y: number; width: number; height: number }): Promise<number[]> {
  const shot = await page.screenshot({ encoding: "base64", clip });
  return await page.evaluate(async (data) => {
    const image = await createImageBitmap(new Blob([Uint8Array.from(atob(data), (byte) => byte.charCodeAt(0))]));
    const [width, height] = [Math.min(image.width, 100), Math.min(image.height, 80)];
    const context = new OffscreenCanvas(width, height).getContext("2d")!;
    context.drawImage(image, 0, 0, width, height);
    const { data: bytes } = context.getImageData(0, 0, width, height);
    return Array.from({ length: width * height }, (_, at) => {
      const [red = 0, green = 0, blue = 0] = bytes.subarray(at * 4);
      return red * 0x10000 + green * 0x100 + blue;
    });
  }, shot);
}

/** Share of the page that is not its ground. */
async function covered(page: Page): Promise<number> {
  const { width, height } = page.viewport()!;
  const pixels = await colours(page, { x: 0, y: 0, width, height });
  return pixels.filter((colour) => colour !== pixels[0]).length / pixels.length;
}

/** How much of Mao's blue eyes is to be seen: the most in some frames, as she blinks. */
async function blueEyes(page: Page): Promise<number> {
  let most = 0;
  for (let frame = 0; frame < 2; frame++) {
    const pixels = await colours(page, { x: 211, y: 137, width: 56, height: 18 });
    const blue = pixels.filter((colour) => (colour & 255) > 120 && (colour & 255) - (colour >> 16) > 50);
    most = Math.max(most, blue.length);
  }
  return most;
}

/** For `page.evaluateOnNewDocument`: counts, in `programs`, the shader programs that the page has its graphics card make. */
function countPrograms(): void {
  const { linkProgram } = WebGL2RenderingContext.prototype;
  const counted = Object.assign(globalThis, { programs: 0 });
  WebGL2RenderingContext.prototype.linkProgram = function (program) {
    counted.programs++;
    linkProgram.call(this, program);
  };
}

/** The picture at a path of the page, 256 pixels wide. */
async function smaller(page: Page, path: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await page.evaluate(async (path) => {
    const image = await createImageBitmap(await (await fetch(path)).blob(), { resizeWidth: 256 });
    const canvas = new OffscreenCanvas(image.width, image.height);
    canvas.getContext("2d")!.drawImage(image, 0, 0);
    return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())];
  }, path);
  return new Uint8Array(bytes);
}

async function heap(page: Page): Promise<number> {
  const session = await page.createCDPSession();
  try {
    await session.send("HeapProfiler.collectGarbage");
    const { usedSize } = await session.send("Runtime.getHeapUsage");
    return usedSize;
  } finally {
    await session.detach();
  }
}

const scenes: Scene[] = [
  ["a model is drawn with every pixel of the screen, and moves", false, async ({ page, pages }) => {
    await page.setViewport({ width: 390, height: 600, deviceScaleFactor: 2 });
    await page.goto(pages.page("hiyori", pages.hiyori));
    await ready(page, "hiyori");
    assertEquals(
      await page.$eval("canvas", ({ width, height, clientHeight }) => [width, height - 2 * clientHeight]),
      [780, 0],
    );
    assertEquals(await page.$eval("canvas", (canvas) => canvas.getAttribute("aria-label")), "Avatar: hiyori");
    const first = await page.screenshot({ encoding: "base64" });
    await until("the avatar moves", async () => await page.screenshot({ encoding: "base64" }) !== first);
    await page.setViewport({ width: 500, height: 300, deviceScaleFactor: 1 });
    await page.waitForFunction(() => {
      const { width, height, clientWidth, clientHeight } = document.querySelector("canvas")!;
      return clientWidth === 500 && Math.abs(width / height - clientWidth / clientHeight) < 0.02;
    });
    assert(await covered(page) > 0.1);
  }],

  [
    "another model takes the stage without a blank one, and sixteen of them leave nothing behind",
    true,
    async (visit) => {
      const { page, pages } = visit;
      await page.setViewport({ width: 200, height: 150 });
      await page.evaluateOnNewDocument(countPrograms);
      await page.goto(pages.page("hiyori", pages.hiyori));
      await ready(page);
      // Without a graphics card most of a change is the unpacking of pictures, which is not what this is about.
      for (const path of [MAO_TEXTURE, ...HARU_TEXTURES]) pages.files.set(path, await smaller(page, path));
      const models = [["mao", MAO], ["haru", HARU]] as const;
      async function swap(times: number) {
        for (let count = 0; count < times; count++) {
          const [name, entry] = models[count % 2]!;
          await choose(page, name, entry);
          if (count === 0) assert(await covered(page) > 0.05, "the old one stays until the new one is there");
          await ready(page, name);
        }
      }
      await swap(4);
      const before = await heap(page);
      const programs = await page.evaluate("programs");
      await swap(16);
      assertEquals(await page.evaluate("programs"), programs, "no shader is compiled for another model");
      const grown = await heap(page) - before;
      assert(grown < 1_500_000, `the heap has grown by ${grown} bytes`);
      assert(await covered(page) > 0.1);
      for (const path of [MAO_TEXTURE, ...HARU_TEXTURES]) pages.files.delete(path);
    },
  ],

  ["a lost graphics card comes back with the character on it", false, async ({ page, pages }) => {
    await page.goto(pages.page("hiyori", pages.hiyori));
    await ready(page);
    await page.evaluate(() => {
      const states: string[] = [];
      const canvas = document.querySelector("canvas")!;
      new MutationObserver(() => states.push(canvas.dataset.state ?? "")).observe(canvas, { attributes: true });
      Object.assign(globalThis, { states });
      canvas.getContext("webgl2")!.getExtension("WEBGL_lose_context")!.loseContext();
    });
    await page.waitForFunction("states.includes('loading') && states.at(-1) === 'ready'");
    await fadedIn(page);
    assert(await covered(page) > 0.1);
  }],

  ["a model with nothing but a moc and a texture is shown", true, async ({ page, pages }) => {
    const entry = { FileReferences: { Moc: "/shared/mao_pro/runtime/Mao.moc3", Textures: [MAO_TEXTURE] } };
    pages.files.set("/bare/a.model3.json", JSON.stringify(entry));
    await page.goto(pages.page("bare", "/bare/a.model3.json"));
    await ready(page);
    await page.mouse.click(240, 150);
    assert(await covered(page) > 0.1);
  }],

  ["a model that cannot be shown is explained, and the one before stays", true, async ({ page, pages }) => {
    const moc = new Uint8Array(await Deno.readFile(new URL("mao_pro/runtime/Mao.moc3", SHARED_MODELS)));
    const entry = (Moc: string, texture = MAO_TEXTURE) =>
      JSON.stringify({ FileReferences: { Moc, Textures: [texture] } });
    pages.files.set("/bad/new.moc3", moc.with(4, 99));
    pages.files.set("/bad/torn.moc3", moc.slice(0, 5000));
    pages.files.set("/bad/new.model3.json", entry("new.moc3"));
    pages.files.set("/bad/torn.model3.json", entry("torn.moc3"));
    pages.files.set("/bad/image.model3.json", entry("/shared/mao_pro/runtime/Mao.moc3", "torn.moc3"));
    pages.files.set("/bad/texture.model3.json", entry("/shared/mao_pro/runtime/Mao.moc3", "nowhere.png"));
    pages.files.set("/bad/nothing.model3.json", "{}");
    pages.files.set("/bad/torn.model3.json.txt", "{");
    await page.goto(pages.page("mao", MAO));
    await ready(page);
    const cases: Record<string, string> = {
      "/bad/new.model3.json": "newer Cubism Core",
      "/bad/torn.model3.json": "torn.moc3 is not a Live2D model",
      "/bad/image.model3.json": "torn.moc3 is not an image",
      "/bad/texture.model3.json": "nowhere.png: the server answered 404",
      "/bad/nothing.model3.json": "is not the entry file of a Live2D model",
      "/bad/absent.model3.json": "absent.model3.json: the server answered 404",
      "/bad/torn.model3.json.txt": "is not JSON",
    };
    for (const [path, words] of Object.entries(cases)) {
      await choose(page, path, path);
      await page.waitForFunction(
        (words) => document.querySelector('[role="status"]')!.textContent!.includes(words),
        {},
        words,
      );
      assertEquals(await page.$eval("canvas", ({ dataset }) => dataset.state), "ready");
    }
    assert(await covered(page) > 0.1);
    await page.goto(pages.page("first", "/bad/torn.model3.json"));
    await page.waitForSelector('canvas[data-state="error"]');
    assertStringIncludes(await status(page), "torn.moc3");
    pages.files.set("/bad/torn.model3.json", entry("/shared/mao_pro/runtime/Mao.moc3"));
    await (await page.waitForSelector("aria/Try again"))!.click();
    await ready(page);
  }, ["404 /bad/absent.model3.json", "404 /bad/nowhere.png"]],

  ["without WebGL the page says so", false, async ({ page, pages }) => {
    await page.evaluateOnNewDocument(withoutWebGL);
    await page.goto(pages.page("hiyori", pages.hiyori));
    await page.waitForSelector('canvas[data-state="error"]');
    assertStringIncludes(await status(page), "WebGL is not available");
  }],

  ["a character is moved, sized, and found again where it was left", false, async ({ page, pages }) => {
    await page.goto(pages.page("hiyori", pages.hiyori));
    await ready(page);
    const before = await covered(page);
    await page.mouse.move(240, 150);
    await page.mouse.wheel({ deltaY: 600 });
    await page.mouse.down();
    await page.mouse.move(170, 130, { steps: 5 });
    await page.mouse.up();
    const isSmaller = async () => await covered(page) < before * 0.7;
    await until("it is drawn smaller", isSmaller);
    await page.reload();
    await ready(page);
    await fadedIn(page);
    await until("it is as small as before", isSmaller);
    await (await page.waitForSelector("aria/Reset the view"))!.click();
    await page.waitForFunction(() =>
      localStorage.getItem("vtuber.view:desktop:hiyori") === null &&
      localStorage.getItem("vtuber.view:phone:hiyori") === null
    );
    await page.waitForSelector("aria/Reset the view", { hidden: true });
  }],

  ["a feeling changes the face, and the panel tries all of them", true, async ({ page, pages }) => {
    // Without motions only breath and blinks move, which a face outdoes.
    await page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
    await page.goto(pages.page("mao", MAO));
    await ready(page);
    await fadedIn(page);
    const open = await blueEyes(page);
    assert(open > 15, `only ${open} pixels of the eyes are blue`);
    await page.evaluate(() => {
      presence.speech.value = { turn: "t", text: "Hello there" };
      presence.feelings.value = { turn: "t", name: "joy", intensity: 1, at: 3 };
    });
    await until("a laughing Mao shuts her eyes", async () => await blueEyes(page) <= open / 4);
    await (await page.waitForSelector("aria/Try faces and motions"))!.click();
    for (const name of ["happy", "exp_08", "mtn_02"]) await (await page.waitForSelector(`aria/${name}`))!.click();
    assertEquals(await page.$$eval('button[aria-pressed="true"]', (pressed) => pressed.map((b) => b.textContent)), [
      "exp_08",
    ]);
  }],
];

const MAO_TEXTURE = "/shared/mao_pro/runtime/Mao.2048/texture_00.png";
const HARU_TEXTURES = [0, 1].map((index) => `/shared/haru/runtime/Haru.2048/texture_0${index}.png`);

Deno.test("the avatar in a browser", async (test) => {
  const browser = await testBrowser();
  await using pages = await AvatarPages.open();
  for (const [name, needsShared, play, expected = []] of scenes) {
    const skipped = needsShared && sharedModelsMissing;
    const fn = async () => {
      await using opened = await openPage(browser, { figure: true });
      const { page, complaints } = opened;
      await page.setViewport({ width: 480, height: 360 });
      await play({ page, pages });
      assertEquals(complaints(), [...expected].sort());
      opened.keepTab();
    };
    await test.step({ name: skipped ? `${name} (skipped: no shared models)` : name, ignore: skipped, fn });
  }
});
