/** What a reader does in conversations on the page. */
import type { Page } from "./browser.ts";
import type { Knobs, Stub } from "./stub_ollama.ts";
import { CALM, named, say } from "./visit.ts";

/** A still avatar leaves the machine to what is tested here. */
export const CONFIG = { avatar: CALM, llm: { api: "chat" } };

/** Says something and waits until it is answered. */
export async function talk(page: Page, stub: Stub, text: string, answer: string, knobs: Knobs = {}): Promise<void> {
  stub.set({ behaviour: { answer, ...knobs } });
  await say(page, text);
  await page.waitForFunction(
    (text, answer) => {
      const turn = [...document.querySelectorAll('.turn[data-state="done"]')].at(-1);
      return turn?.textContent?.includes(text) && turn.textContent.includes(answer);
    },
    {},
    text,
    answer.replaceAll("*", ""),
  );
}

/** Begins a new conversation. */
export async function begin(page: Page): Promise<void> {
  await (await named(page, "button", "New conversation")).click();
  await page.waitForFunction(() => document.querySelectorAll(".turn[data-state]").length === 0);
}

/** Opens the editor of a message, counted from 0. */
export async function edit(page: Page, index: number): Promise<void> {
  const buttons = await page.$$('[aria-label="Edit message"]');
  await buttons[index]!.click();
  await page.waitForSelector(".editor textarea");
}

/** The name of what has the keyboard. */
export function focused(page: Page): Promise<string | null | undefined> {
  return page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
}

/** What the language model was asked last, as JSON. The page also asks Ollama how it is, whenever that is due. */
export function asked({ requests }: Stub): string {
  return JSON.stringify(requests.findLast(({ path }) => path === "/api/chat")?.body);
}
