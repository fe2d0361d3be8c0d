/** The whole way of a spoken question: from a recording at the browser's microphone to an answer that is cut short. */
import { assert, assertEquals } from "@std/assert";
import { launchBrowserHearing } from "./browser.ts";
import { countSound, holdFor } from "./hold_to_talk.ts";
import { levels, listen } from "./listen.ts";
import { writeRecording } from "./recording.ts";
import { until } from "./until.ts";
import { CALM, visit } from "./visit.ts";
import { joined, silence, spoken, TranscriptionServer } from "@/lib/hearing/hearing_fixture.ts";
import { OWNER } from "@/lib/principal.ts";

const QUESTION = "Can you tell me a story about the sea?";
const ANSWER =
  "Once upon a time there was a lighthouse, far away from every harbour, on a rock as grey as the waves. " +
  "Its keeper counted every wave for thirty years, and wrote each of them down in a very thick book.";

Deno.test('a recorded question is answered aloud, and a recorded "stop" leaves in the history what was heard', async () => {
  const question = joined(silence(0.5), await spoken(QUESTION), silence(0.5));
  const stop = joined(await spoken("Stop!"), silence(1));
  // Each time the microphone is opened, it hears the recording from its beginning.
  const folder = await Deno.makeTempDir();
  const browser = await launchBrowserHearing(await writeRecording(folder, joined(question, stop, silence(20))));
  // Which of the two it was, is told by how much was heard.
  const enough = question.length + stop.length / 2;
  await using ears = new TranscriptionServer(({ samples }) =>
    Response.json({ text: samples.length < enough ? QUESTION : "Stop!" })
  );
  try {
    await visit(
      browser,
      async ({ page, server }) => {
        await page.evaluateOnNewDocument(listen);
        await page.evaluateOnNewDocument(countSound);
        await page.reload();
        await page.waitForSelector(".chat.ready");
        await holdFor(page, question.length);
        await page.waitForFunction(
          (words) => document.querySelector(".said")?.textContent?.includes(words),
          {},
          QUESTION,
        );
        await until("she is heard", async () => (await levels(page)).some((level) => level > 0.1));
        await page.waitForFunction(() => CSS.highlights.has("heard"));
        await holdFor(page, question.length + stop.length);
        await page.waitForFunction(() => document.querySelectorAll(".said").length === 2);
        await page.waitForSelector(".unheard");
        const shown = await page.$eval(".unheard", (rest) => rest.textContent ?? "");
        const [{ id } = { id: "" }] = await server.services.chat.conversations.list(OWNER);
        const { turns: [first, second] } = await server.services.chat.conversations.read(id, OWNER);
        assertEquals([first?.prompt, second?.prompt], [QUESTION, "Stop!"]);
        const heard = first?.heard ?? 0;
        assert(heard > 0 && heard < ANSWER.length, `${heard} of ${ANSWER.length}`);
        assert(ANSWER.slice(heard).trimStart().startsWith(shown.trim().slice(0, 20)), `${heard}: ${shown}`);
      },
      { avatar: CALM, voice: { engine: "flite" }, hearing: { engine: "openai", host: ears.host } },
      { stub: { behaviour: { answer: ANSWER } } },
    );
  } finally {
    await browser.close();
    await Deno.remove(folder, { recursive: true });
  }
});
