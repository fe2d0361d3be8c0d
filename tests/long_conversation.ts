/** A conversation of many turns, and a browser that comes back to it. */
import type { Page } from "./browser.ts";
import { Page as Caller } from "./page_calls.ts";
import type { Stub } from "./stub_ollama.ts";
import type { TestServer } from "./test_server.ts";

const ANSWER = [
  "Some **words** about *many* things, with `code` and a [link](https://example.com).",
  "- one\n- two\n- three",
  "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |",
  "```js\nlet x = 1;\nlet y = 2;\n```",
].join("\n\n");

/** Asks so many questions, and gives the session's id. */
export async function talkLong(server: TestServer, stub: Stub, turns: number): Promise<string> {
  stub.set({ behaviour: { answer: [ANSWER] } });
  await using caller = await Caller.open(server);
  const { session } = await caller.client.next("welcome");
  for (let i = 0; i < turns; i++) {
    caller.client.send({ type: "prompt", turn: `turn${i}`, text: `Question ${i}?` });
    await caller.client.first((frame) => frame.type === "end" && frame.turn === `turn${i}`, 0, `the end of turn ${i}`);
  }
  return session;
}

/** Lets a browser that is on the page come back to a session. */
export async function comeBack(page: Page, session: string, turns: number): Promise<void> {
  await page.evaluate((session) => localStorage.setItem("vtuber:session", session), session);
  await page.reload();
  await page.waitForFunction(
    (turns) => document.querySelectorAll(".turn[data-state]").length === turns,
    {},
    turns,
  );
  await page.waitForSelector(".turn:last-child .formatted");
}
