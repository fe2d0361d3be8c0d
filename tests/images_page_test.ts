/** Images in a real browser: chosen, pasted and dropped, shrunk there, sent, and still there after a reload. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { deflateSync } from "node:zlib";
import { join } from "node:path";
import { type Page, testBrowser } from "./browser.ts";
import { until } from "./until.ts";
import { logSays, named, say, visit, type VisitOptions } from "./visit.ts";
import { tempFolder } from "@/lib/avatars/model_fixture.ts";
import { joined } from "@/lib/avatars/file_tree.ts";
import { encoded, textChunk } from "@/lib/characters/png_fixture.ts";
import { imageFormat } from "@/lib/images/image_format.ts";
import { PNG_SIGNATURE, pngChunk } from "@/lib/png.ts";

/** Where pictures of it go; none are taken when it is not set. */
const PICTURES = Deno.env.get("TEST_PICTURES");

const SEEING: VisitOptions = {
  stub: {
    models: [{ name: "qwen2.5:latest", capabilities: ["completion", "vision"] }],
    behaviour: { answer: "A slope of colours." },
  },
};

/** A PNG of colours, with further chunks behind its head. */
function slope(width: number, height: number, ...chunks: Uint8Array[]): Uint8Array {
  const row = Uint8Array.from({ length: width * 3 + 1 }, (_, at) => at === 0 ? 0 : (at / 9) & 255);
  const head = new Uint8Array(13);
  const view = new DataView(head.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  head.set([8, 2], 8);
  const data = deflateSync(joined(Array.from({ length: height }, () => row)));
  const end = pngChunk("IEND", new Uint8Array());
  return joined([PNG_SIGNATURE, pngChunk("IHDR", head), ...chunks, pngChunk("IDAT", data), end]);
}

async function choose(page: Page, path: string): Promise<void> {
  await (await named(page, "button", "Attach an image")).click();
  const box = await page.waitForSelector('.attach-ways input[type="file"]:not([capture])');
  await (box as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(path);
  await page.waitForSelector('.attached li[aria-busy="false"] img');
}

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  for (const [theme, width, height] of [["light", 1280, 800], ["dark", 1280, 800], ["dark", 390, 844]] as const) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
    await page.setViewport({ width, height });
    await page.screenshot({ path: `${PICTURES}/${name}-${theme}-${width}.png` });
  }
}

/** Has the page paste or drop a file. */
async function bring(page: Page, kind: "paste" | "drop", bytes: Uint8Array, name: string): Promise<void> {
  await page.evaluate(
    (kind, bytes, name) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], name, { type: "image/png" }));
      const options = { bubbles: true, cancelable: true };
      document.querySelector("textarea")!.dispatchEvent(
        kind === "paste"
          ? new ClipboardEvent("paste", { ...options, clipboardData: data })
          : new DragEvent("drop", { ...options, dataTransfer: data }),
      );
    },
    kind,
    [...bytes],
    name,
  );
}

Deno.test("a chosen image is shrunk, reaches the model as a JPEG without what its file said, and is there after a reload", async () => {
  const browser = await testBrowser();
  await using folder = await tempFolder();
  const path = join(folder.path, "slope.png");
  await Deno.writeFile(path, slope(2000, 1000, textChunk("Comment", "where it was taken")));
  await visit(
    browser,
    async ({ page, stub }) => {
      await choose(page, path);
      assertEquals(await page.$eval(".attached img", (image) => image.getAttribute("alt")), "Image: slope.png");
      await picture(page, "attached");
      await page.reload();
      await page.waitForSelector(".chat.ready");
      await page.waitForSelector(".attached img");
      // Without a word, it is asked what it says in the box.
      await (await named(page, "button", "Send")).click();
      await logSays(page, "A slope of colours.");
      assertStringIncludes(await logSays(page, "What do you see?"), "What do you see?");
      const [image] = stub.requests.find(({ path }) => path === "/api/chat")!.images;
      const { type, width, height } = imageFormat(image!)!;
      assertEquals([type, width, height], ["image/jpeg", 1280, 640]);
      assert(!new TextDecoder("latin1").decode(image).includes("where it was taken"));
      assertEquals(await page.$$(".attached"), []);
      await page.reload();
      await page.waitForSelector(".chat.ready");
      const shown = await page.waitForSelector(".said img");
      await until(
        "the image is drawn",
        () => shown!.evaluate((image) => (image as HTMLImageElement).naturalWidth > 0),
      );
      assertEquals(await shown!.evaluate((image) => [image.getAttribute("alt"), image.getAttribute("width")]), [
        "Image: slope.png",
        "1280",
      ]);
      await picture(page, "shown");
    },
    { prompt: "none" },
    SEEING,
  );
});

Deno.test("an image is pasted and dropped, and taken out again; a picture with a character in it is the character's", async () => {
  const browser = await testBrowser();
  await visit(
    browser,
    async ({ page, server }) => {
      await bring(page, "paste", slope(8, 8), "image.png");
      await page.waitForSelector('.attached li[aria-busy="false"]');
      await bring(page, "drop", slope(9, 9), "dropped.png");
      await page.waitForFunction(() => document.querySelectorAll('.attached li[aria-busy="false"]').length === 2);
      await (await named(page, "button", "Remove dropped.png")).click();
      await page.waitForFunction(() => document.querySelectorAll(".attached li").length === 1);
      const card = slope(8, 8, textChunk("chara", encoded({ data: { name: "Mei", description: "A cat" } })));
      await bring(page, "drop", card, "mei.png");
      await until("the character is taken in", () => server.services.modelService.character()?.name === "Mei");
      assertEquals((await page.$$(".attached li")).length, 1);
      await bring(page, "paste", new TextEncoder().encode("no image at all"), "broken.png");
      await page.waitForFunction(() => document.querySelector(".attach-problem")?.textContent?.includes("cannot read"));
    },
    { prompt: "none" },
    SEEING,
  );
});

Deno.test("before a model that cannot see the page says so, and lets the words go alone", async () => {
  const browser = await testBrowser();
  await visit(browser, async ({ page, stub }) => {
    await (await named(page, "textbox", "Message")).type("What is this?");
    await bring(page, "paste", slope(64, 64), "image.png");
    await page.waitForFunction(() =>
      document.querySelector('.attach-problem[role="alert"]')?.textContent?.includes("qwen2.5 cannot see images")
    );
    assertEquals(await page.$eval(".send", (button) => (button as HTMLButtonElement).disabled), true);
    await page.keyboard.press("Enter");
    assertEquals(await page.$eval("textarea", (box) => box.value), "What is this?");
    await picture(page, "blind");
    await (await named(page, "button", "Remove image.png")).click();
    await (await named(page, "button", "Send")).click();
    await logSays(page, "You said: What is this?");
    assertEquals(stub.requests.filter(({ images }) => images.length > 0), []);
  }, { prompt: "none" });
});

Deno.test("what the server refuses comes back into the box, with its words and its image", async () => {
  const browser = await testBrowser();
  await visit(
    browser,
    async ({ page, stub }) => {
      await bring(page, "paste", slope(64, 64), "image.png");
      await page.waitForSelector('.attached li[aria-busy="false"]');
      await say(page, "What is this?");
      await logSays(page, "The message is too long");
      await page.waitForSelector(".said img");
      await (await named(page, "button", "Edit")).click();
      await page.waitForSelector(".attached img");
      assertEquals(await page.$eval("textarea", (box) => box.value), "What is this?");
      assertEquals(stub.requests.filter(({ images }) => images.length > 0), []);
    },
    { prompt: "none", limits: { promptChars: 10 } },
    SEEING,
  );
});

Deno.test("of a shared screen nothing is sent but the frame that is taken, and it is shown until it is ended", async () => {
  const browser = await testBrowser();
  await visit(
    browser,
    async ({ page, stub }) => {
      // A headless browser has no screen to share: a drawn one takes its place.
      await page.evaluate(() => {
        const canvas = Object.assign(document.createElement("canvas"), { width: 1920, height: 1080 });
        const context = canvas.getContext("2d")!;
        const draw = () => {
          context.fillStyle = "teal";
          context.fillRect(0, 0, 1920, 1080);
          requestAnimationFrame(draw);
        };
        draw();
        const stream = canvas.captureStream();
        Object.assign(globalThis, { sharedTrack: stream.getVideoTracks()[0] });
        navigator.mediaDevices.getDisplayMedia = () => Promise.resolve(stream);
      });
      const ended = () =>
        page.evaluate(() => (globalThis as unknown as { sharedTrack: MediaStreamTrack }).sharedTrack.readyState);
      await (await named(page, "button", "Attach an image")).click();
      await picture(page, "ways");
      await (await named(page, "button", "Share the screen")).click();
      await page.waitForFunction(() =>
        (document.querySelector(".screen-share video") as HTMLVideoElement)?.videoWidth > 0
      );
      assertEquals((await page.$$(".attached li")).length, 0);
      await (await named(page, "button", "Take a picture")).click();
      await page.waitForSelector('.attached li[aria-busy="false"] img[alt="Image: Screen"]');
      await picture(page, "sharing");
      assertEquals(await ended(), "live");
      await (await named(page, "button", "Stop sharing")).click();
      await page.waitForFunction(() => document.querySelector(".screen-share") === null);
      assertEquals(await ended(), "ended");
      await say(page, "What is on it?");
      await logSays(page, "A slope of colours.");
      const [image] = stub.requests.find(({ path }) => path === "/api/chat")!.images;
      assertEquals([imageFormat(image!)?.width, imageFormat(image!)?.height], [1280, 720]);
    },
    { prompt: "none" },
    SEEING,
  );
});
