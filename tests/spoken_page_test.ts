/** The whole way of a spoken answer: from a language model's tokens through the built-in voice to the loudspeaker. */
import { assert } from "@std/assert";
import { testBrowser } from "./browser.ts";
import { levels, listen } from "./listen.ts";
import { until } from "./until.ts";
import { CALM, named, say, visit } from "./visit.ts";
import { OWNER } from "@/lib/principal.ts";

const ANSWER = "Hello there, my dear friend. I was thinking about the sea, about the old lighthouse, and about you. " +
  "Would you like to hear the story of the keeper who counted every single wave for thirty years?";

Deno.test("an answer is heard while it comes; Stop ends it, and what was heard is what is kept", async () => {
  const browser = await testBrowser();
  await visit(
    browser,
    async ({ page, server }) => {
      await page.evaluateOnNewDocument(listen);
      await page.reload();
      await page.waitForSelector(".chat.ready");
      await say(page, "Tell me something");
      await until("she is heard", async () => (await levels(page)).some((level) => level > 0.1));
      await page.waitForFunction(() => CSS.highlights.has("heard"));
      await (await named(page, "button", "Stop")).click();
      const stopped = (await levels(page)).length;
      await until("half a second has gone by", async () => (await levels(page)).length > stopped + 50);
      const after = (await levels(page)).slice(stopped);
      // 100 ms, at one look in 10 ms.
      assert(after.slice(10).every((level) => level < 0.01), `still heard: ${after.map((one) => one.toFixed(2))}`);
      await page.waitForSelector(".message [title]");
      await until("it is kept how much was heard", async () => {
        const [{ id } = { id: "" }] = await server.services.chat.conversations.list(OWNER);
        const { turns } = await server.services.chat.conversations.read(id, OWNER);
        const heard = turns[0]?.heard ?? 0;
        return turns[0]?.text === ANSWER && heard > 0 && heard < ANSWER.length;
      });
    },
    { avatar: CALM, voice: { engine: "flite" } },
    { stub: { behaviour: { answer: ANSWER } } },
  );
});
