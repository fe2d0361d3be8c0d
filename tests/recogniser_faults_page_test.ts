/** A recogniser that fails, on the built page in a real browser: it is told, and the conversation goes on by text. */
import { assertEquals } from "@std/assert";
import { faults } from "./axe.ts";
import { launchBrowserHearing } from "./browser.ts";
import { countSound, holdFor } from "./hold_to_talk.ts";
import { writeRecording } from "./recording.ts";
import { until } from "./until.ts";
import { CALM, logSays, say, SILENT, visit } from "./visit.ts";
import { joined, spoken, TranscriptionServer } from "@/lib/hearing/hearing_fixture.ts";
import { MICROPHONE_RATE } from "@/lib/protocol/hearing.ts";

Deno.test("a recogniser that fails, lies or hangs is told of, and what is written is answered meanwhile", async () => {
  const folder = await Deno.makeTempDir();
  const sentence = await spoken("Can you tell me a story about the sea?");
  // A device that is opened anew at once goes on where it was.
  const recording = joined(...Array.from({ length: 30 }, () => sentence));
  const browser = await launchBrowserHearing(await writeRecording(folder, recording));
  const hanging = Promise.withResolvers<Response>();
  const answers: (() => Response | Promise<Response>)[] = [
    () => Response.json({ error: { message: "the model is broken" } }, { status: 500 }),
    () => new Response("<html>Welcome to nginx</html>", { headers: { "content-type": "text/html" } }),
    () => hanging.promise,
  ];
  await using ears = new TranscriptionServer(() => answers.shift()?.() ?? Response.json({ text: "" }));
  try {
    await visit(
      browser,
      async ({ page }) => {
        await page.evaluateOnNewDocument(countSound);
        await page.reload();
        await page.waitForSelector(".chat.ready");
        const asked = () => page.$$eval(".said", (all) => all.map(({ textContent }) => textContent));
        for (const why of ["the model is broken", "answered with text/html"]) {
          await holdFor(page, MICROPHONE_RATE);
          const told = (why: string) => {
            const words = document.querySelector(".notice-line")?.textContent;
            return words?.includes(why) && words.includes("What you said was not understood");
          };
          await page.waitForFunction(told, {}, why);
          assertEquals([await faults(page), await asked()], [[], []]);
        }
        await holdFor(page, MICROPHONE_RATE);
        await until("it hangs", () => ears.asked.length === 3);
        await say(page, "Can you read?");
        await logSays(page, "I can.");
        hanging.resolve(Response.json({ text: "A story about the sea" }));
        // What comes late is a prompt of its own.
        await page.waitForFunction(() => document.querySelectorAll(".said").length === 2);
        assertEquals((await asked()).map((text) => text?.replace(/^You/, "")), [
          "Can you read?",
          "A story about the sea",
        ]);
      },
      { avatar: CALM, voice: SILENT, hearing: { engine: "openai", host: ears.host } },
      {
        stub: { behaviour: { answer: "I can." } },
      },
    );
  } finally {
    await browser.close();
    await Deno.remove(folder, { recursive: true });
  }
});
