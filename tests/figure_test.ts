/** The figure on the built page: its view, its names and pictures, and what it costs a small screen or a slow machine. */
import { assert, assertEquals } from "@std/assert";
import { join, relative } from "node:path";
import { type ElementHandle, type Page, testBrowser } from "./browser.ts";
import { until } from "./until.ts";
import { named, type Visit, visit, type VisitOptions } from "./visit.ts";
import { zipOf } from "@/lib/avatars/model_fixture.ts";

const PHONE = { width: 390, height: 844, deviceScaleFactor: 2 };
const DESKTOP = { width: 1280, height: 800 };

type Scene = [
  name: string,
  play: (visit: Visit) => Promise<void>,
  config?: Record<string, unknown>,
  more?: VisitOptions,
];

async function ready(page: Page): Promise<void> {
  await page.waitForSelector('canvas[data-state="ready"]');
  await page.waitForFunction(() => document.querySelector("canvas")!.getAnimations().length === 0);
}

const isMoved = (page: Page) => page.$eval("canvas.avatar-canvas", ({ dataset }) => dataset.moved === "true");

/** Zooms about the middle of the stage, and waits until that is remembered. */
async function zoom(page: Page, deltaY: number): Promise<void> {
  const box = (await (await page.$(".avatar"))!.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.wheel({ deltaY });
  await page.waitForFunction(() => Object.keys(localStorage).some((key) => key.startsWith("vtuber.view:")));
}

/** Everything below a folder, with the names as seen from there. */
async function filesBelow(folder: string, root = folder): Promise<{ path: string; name: string }[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  const found = await Promise.all(entries.map(({ name, isDirectory }) => {
    const path = join(folder, name);
    return isDirectory ? filesBelow(path, root) : [{ path, name: relative(root, path) }];
  }));
  return found.flat();
}

/** Share of the stage that is bright: in the dark theme, the figure. */
async function brightness(page: Page): Promise<number> {
  const { x, y, width, height } = (await (await page.$(".avatar"))!.boundingBox())!;
  const shot = await page.screenshot({ encoding: "base64", clip: { x, y, width, height } });
  return await page.evaluate(async (data) => {
    const image = await createImageBitmap(new Blob([Uint8Array.from(atob(data), (byte) => byte.charCodeAt(0))]));
    const context = new OffscreenCanvas(80, 80).getContext("2d")!;
    context.drawImage(image, 0, 0, 80, 80);
    const { data: bytes } = context.getImageData(0, 0, 80, 80);
    return bytes.filter((green, at) => at % 4 === 1 && green > 100).length / (80 * 80);
  }, shot);
}

const scenes: Scene[] = [
  [
    "U4: a view is kept for each kind of screen, and reset by a button beside the figure or a double tap",
    async ({ page }) => {
      await page.setViewport(DESKTOP);
      await ready(page);
      assertEquals(await isMoved(page), false);
      await zoom(page, -600);
      await named(page, "button", "Reset the view");
      await page.setViewport(PHONE);
      await until("the phone has a view of its own", async () => !await isMoved(page));
      assertEquals(await page.$('[aria-label="Reset the view"]'), null);
      await page.setViewport(DESKTOP);
      await until("the desktop has its view back", () => isMoved(page));
      await page.reload();
      await ready(page);
      assertEquals(await isMoved(page), true);
      await (await named(page, "button", "Reset the view")).click();
      await until("the button has reset it", async () => !await isMoved(page));
      await zoom(page, -600);
      const box = (await (await page.$(".avatar"))!.boundingBox())!;
      await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2, { count: 2, delay: 20 });
      await until("a double tap has reset it", async () => !await isMoved(page));
      assertEquals(
        await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("vtuber.view:"))),
        [],
      );
    },
  ],

  ["U4: on a phone nothing lies over what can be tried", async ({ page }) => {
    await page.setViewport(PHONE);
    await ready(page);
    await (await page.waitForSelector(".avatar-panel summary"))!.click();
    const over = await page.evaluate(() => {
      const tools = document.querySelector(".avatar-tools")!;
      const { left, top, width, height } = tools.getBoundingClientRect();
      const found = new Set<string>();
      // What ignores the pointer covers as well.
      for (const element of document.querySelectorAll<HTMLElement>(".brand, .brand *")) {
        element.style.pointerEvents = "auto";
      }
      for (let x = 4; x < width; x += 8) {
        for (let y = 4; y < height; y += 8) {
          const top_ = document.elementFromPoint(left + x, top + y);
          // What it lies in shows at its round corners.
          if (top_ !== null && !tools.contains(top_) && !top_.contains(tools)) found.add(top_.className);
        }
      }
      return [...found];
    });
    assertEquals(over, []);
  }],

  ["U5: the list of avatars has a picture of each that was shown", async ({ page }) => {
    await ready(page);
    await (await named(page, "button", "Settings")).click();
    await (await page.waitForSelector('::-p-aria([name="Avatar"][role="tab"])'))!.click();
    const picture = await page.waitForSelector(".choice[aria-pressed=true] img.portrait");
    // A face, and not an empty canvas.
    const opaque = await picture!.evaluate(async (element) => {
      const image = element as HTMLImageElement;
      await image.decode();
      const context = new OffscreenCanvas(image.naturalWidth, image.naturalHeight).getContext("2d")!;
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, image.naturalWidth, image.naturalHeight);
      return data.filter((value, at) => at % 4 === 3 && value > 128).length / (data.length / 4);
    });
    assert(opaque > 0.3, `only ${opaque} of the picture is drawn`);
    const bytes = await page.evaluate(() => localStorage.getItem("vtuber.pictures")!.length);
    assert(bytes < 30_000, `${bytes} bytes`);
  }],

  ["U5: avatars that were never shown are drawn for the list", async ({ page, server }) => {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
    await ready(page);
    const { settings, avatars } = server.services;
    await settings.change([{ path: ["models", "twin"], value: { source: avatars.shownDir! } }]);
    await (await named(page, "button", "Settings")).click();
    await (await page.waitForSelector('::-p-aria([name="Avatar"][role="tab"])'))!.click();
    await page.waitForSelector(".choice[aria-pressed=false] img.portrait");
    const names = await page.$$eval(
      ".choice:has(img)",
      (choices) => choices.map((choice) => choice.querySelector(".choice-title")!.textContent),
    );
    assertEquals(names, ["Hiyori", "Twin"]);
    assertEquals(settings.appConfig().model, "hiyori");
    const seen = await brightness(page);
    assert(seen > 0.15, `the figure is there as before: ${seen} of the stage is bright`);
  }],

  [
    "U5: before a model is taken every face has a picture, and a name where the model has one",
    async ({ page, server }) => {
      await ready(page);
      const { shownDir } = server.services.avatars;
      const files = new Map<string, Uint8Array<ArrayBuffer> | string>();
      for (const { path, name } of await filesBelow(shownDir!)) files.set(name, await Deno.readFile(path));
      const entry = JSON.parse(await Deno.readTextFile(join(shownDir!, "Hiyori.model3.json")));
      const faces = { F01: "ParamMouthForm", F02: "ParamEyeLOpen", F03: "ParamCheek" };
      entry.FileReferences.Expressions = Object.keys(faces).map((Name) => ({ Name, File: `${Name}.exp3.json` }));
      entry.FileReferences.DisplayInfo = "names.cdi3.json";
      files.set("Hiyori.model3.json", JSON.stringify(entry));
      files.set("names.cdi3.json", JSON.stringify({ Version: 3, Parameters: [{ Id: "ParamCheek", Name: "照れ" }] }));
      for (const [name, Id] of Object.entries(faces)) {
        files.set(`${name}.exp3.json`, JSON.stringify({ Type: "Live2D Expression", Parameters: [{ Id, Value: -1 }] }));
      }
      const zip = await Deno.makeTempFile({ suffix: ".zip" });
      await Deno.writeFile(zip, await zipOf(Object.fromEntries(files)));
      await (await named(page, "button", "Settings")).click();
      await (await page.waitForSelector('::-p-aria([name="Avatar"][role="tab"])'))!.click();
      const box = await page.waitForSelector('input[accept^=".zip"]');
      await (box as ElementHandle<HTMLInputElement>).uploadFile(zip);
      await page.waitForSelector(".review");
      await page.waitForSelector(".review-gallery");
      await until("every face has a picture", async () => (await page.$$(".review-gallery img")).length === 3);
      const seen = await page.$$eval(
        ".review-gallery li",
        (faces) => faces.map((face) => ({ name: face.textContent, picture: face.querySelector("img")!.src })),
      );
      assertEquals(seen.map(({ name }) => name), ["F01", "F02", "照れ"]);
      assertEquals(new Set(seen.map(({ picture }) => picture)).size, 3, "every face is another one");
      const overlap = await page.$eval(".review-gallery", (list) => list.scrollHeight - list.clientHeight);
      assertEquals(overlap, 0, "none is hidden");
      await Deno.remove(zip);
    },
  ],

  ["U6: what is said while an avatar is loaded can be read on any figure", async ({ page }) => {
    await ready(page);
    for (const scheme of ["light", "dark"]) {
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      const contrast = await page.evaluate(() => {
        const label = document.createElement("label");
        label.className = "avatar-loading";
        document.querySelector(".avatar-status")!.append(label);
        const { color, backgroundColor } = getComputedStyle(label);
        label.remove();
        const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true })!;
        const luminance = (colour: string) => {
          context.clearRect(0, 0, 1, 1);
          context.fillStyle = colour;
          context.fillRect(0, 0, 1, 1);
          const [r = 0, g = 0, b = 0, a = 0] = context.getImageData(0, 0, 1, 1).data;
          if (a < 255) return NaN;
          const [red = 0, green = 0, blue = 0] = [r, g, b].map((part) =>
            part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4
          );
          return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
        };
        const [low = NaN, high = NaN] = [luminance(color), luminance(backgroundColor)].sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
      });
      assert(contrast >= 4.5, `${contrast} in the ${scheme} theme`);
    }
  }],

  ["U7: a figure that is moved runs on behind the conversation", async ({ page }) => {
    await page.setViewport(DESKTOP);
    await ready(page);
    const edges = () =>
      page.evaluate(() => {
        const [canvas, stage, chat] = [".avatar-canvas", ".avatar", ".chat"]
          .map((selector) => document.querySelector(selector)!.getBoundingClientRect());
        return { canvas: canvas!.right, stage: stage!.right, chat: chat!.right };
      });
    const before = await edges();
    assertEquals(before.canvas, before.stage);
    await zoom(page, -600);
    await until("the canvas reaches behind the conversation", async () => (await edges()).canvas >= before.chat);
    // The panel lies over it, and the stage is where it was.
    assertEquals((await edges()).stage, before.stage);
    const top = await page.evaluate(() => {
      const { left, top, width, height } = document.querySelector(".chat")!.getBoundingClientRect();
      return document.elementFromPoint(left + width / 2, top + height / 2)!.closest(".chat") !== null;
    });
    assertEquals(top, true);
    await page.setViewport(PHONE);
    await until("on a phone it ends behind the round corners", async () => {
      const [canvas, chat] = await page.evaluate(() => [
        document.querySelector(".avatar-canvas")!.getBoundingClientRect().bottom,
        document.querySelector(".chat")!.getBoundingClientRect().top,
      ]);
      return canvas! > chat! + 10 && canvas! < chat! + 40;
    });
  }],

  [
    "U12: a small screen gets smaller textures, and the originals once the figure is close",
    async ({ page, server }) => {
      const sizes = new Map<string, number>();
      page.on("response", async (response) => {
        const { pathname, search } = new URL(response.url());
        if (/\.png$/.test(pathname) && pathname.startsWith("/avatars/")) {
          sizes.set(pathname.split("/").at(-1)! + search, (await response.buffer()).length);
        }
      });
      await page.setViewport(PHONE);
      await page.reload();
      await ready(page);
      const sizeOf = (name: string, ...kinds: string[]) =>
        kinds.map((kind) => sizes.get(name + kind)).find((size) => size !== undefined && size > 0);
      const names = ["texture_00.png", "texture_01.png"];
      // A stage that has given way needs less than one that has not.
      const coarse = (name: string) => sizeOf(name, "?size=1024", "?size=512");
      await until(
        () => `textures for the phone come: ${[...sizes.keys()].join()}`,
        () => names.every((name) => coarse(name) !== undefined),
      );
      const small = [...sizes.keys()];
      assert(small.every((name) => /[?]size=(512|1024)$/.test(name)), small.join());
      await zoom(page, -1000);
      const original = (name: string) => sizeOf(name, "", "?size=2048");
      await until("the originals come", () => names.every((name) => original(name) !== undefined));
      for (const name of names) {
        const [less, all] = [coarse(name)!, original(name)!];
        assert(less < all / 2, `${less} of ${all} bytes of ${name}`);
      }
      // Beside the original, whose folder holds what it held.
      const folders = await Array.fromAsync(Deno.readDir(server.services.avatars.avatarsDir), ({ name }) => name);
      const kinds = folders.map((name) => name.replace(/^[0-9a-f]+/, "#")).sort();
      assertEquals(kinds.filter((kind) => !/^#[.](512|1024)$/.test(kind)), ["#", "#.json"]);
      assert(kinds.length > 2, kinds.join());
    },
    { avatar: { maxFps: 4 } },
    { firstVisit: true, unmade: true },
  ],

  ["U11: without a graphics card the figure is drawn with fewer pixels, until the page keeps up", async ({ page }) => {
    await ready(page);
    await until(
      "fewer pixels are drawn",
      () =>
        page.$eval(
          ".avatar-canvas",
          (canvas) => (canvas as HTMLCanvasElement).width < canvas.clientWidth * devicePixelRatio * 0.8,
        ),
    );
  }, { avatar: { maxFps: 60, maxPixelRatio: 2 } }],
];

Deno.test("the figure on the page", async (test) => {
  const browser = await testBrowser();
  for (const [name, play, config, more] of scenes) {
    await test.step(name, () => visit(browser, play, config, { figure: true, ...more }));
  }
});
